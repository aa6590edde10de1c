"""The process that crawls: ``python -m scrapers.crawl_process JOB.json``.

It writes a CrawlEvent as JSON on each line of standard output and ends when standard input
closes, so that it never outlives who started it. Scrapy needs a process of its own: its reactor
cannot be started twice.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from partnernetz.storage import from_dict, to_dict
from scrapers.jobs import FINISHED, CrawlEvent, CrawlJob

#: Seconds for which events are gathered.
_SECONDS_OF_EVENTS = 0.1
#: A connection is kept for 15 seconds after the latest of some 200 requests a second.
_MOST_FILES = 8192


def main(arguments: list[str]) -> int:
    """Crawl what the job file says; return 0 when the crawl came to its end, else 3."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from scrapers import settings as project_settings
    from scrapers.guards.downloading import set_guards
    from scrapers.recording import Recorder
    from scrapers.spiders.site import SiteSpider

    job = from_dict(CrawlJob, json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
    settings = Settings()
    settings.setmodule(project_settings)
    settings.set("USER_AGENT", job.user_agent)
    set_guards(settings, limits=job.limits, loopback_hosts=job.loopback_hosts)
    if any(source.is_rendered for source in job.sources):
        from scrapers.rendering.handler import use_browser

        use_browser(settings)
    process = AsyncCrawlerProcess(settings)
    _raise_file_limit()
    events = _Events()
    recorder = Recorder(job, emit=events.emit)
    process.crawl(SiteSpider, job=job, recorder=recorder)
    threading.Thread(target=_watch_input, daemon=True).start()
    process.start()
    events.flush()
    if recorder.reason != FINISHED:
        sys.stderr.write(f"the crawl was ended early: {recorder.reason}\n")
        return 3
    return 0


class _Events:
    """Writes events some at a time: each write wakes the process that reads them."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._is_any = threading.Event()
        threading.Thread(target=self._write, daemon=True).start()

    def emit(self, event: CrawlEvent) -> None:
        """Write an event soon."""
        line = json.dumps(to_dict(event))
        with self._lock:
            self._waiting.append(line)
        self._is_any.set()

    def flush(self) -> None:
        """Write all that waits."""
        with self._writing:
            with self._lock:
                waiting, self._waiting = self._waiting, []
            data = "".join(f"{line}\n" for line in waiting).encode()
            try:
                while data:
                    data = data[os.write(1, data) :]
            except BrokenPipeError:
                pass  # who listened is gone; _watch_input ends the crawl

    def _write(self) -> None:
        while self._is_any.wait():
            self._is_any.clear()
            self.flush()
            time.sleep(_SECONDS_OF_EVENTS)


def _raise_file_limit() -> None:
    """Let the process have as many open files as it may: hosts have a connection each."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if most == resource.RLIM_INFINITY else min(_MOST_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _watch_input() -> None:
    """Stop the crawl in good order when standard input closes."""
    # not sys.stdin, whose lock a thread must not hold while the interpreter ends
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)  # which Scrapy takes for a request to finish


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
