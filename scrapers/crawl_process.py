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
from pathlib import Path

from partnernetz.storage import from_dict, to_dict
from scrapers.jobs import FINISHED, CrawlEvent, CrawlJob


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
    recorder = Recorder(job, emit=_emit)
    process.crawl(SiteSpider, job=job, recorder=recorder)
    threading.Thread(target=_watch_input, daemon=True).start()
    process.start()
    if recorder.reason != FINISHED:
        sys.stderr.write(f"the crawl was ended early: {recorder.reason}\n")
        return 3
    return 0


def _emit(event: CrawlEvent) -> None:
    try:
        sys.stdout.write(json.dumps(to_dict(event)) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # who listened is gone; _watch_input ends the crawl, and nothing more is written
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115


def _watch_input() -> None:
    """Stop the crawl in good order when standard input closes."""
    # not sys.stdin, whose lock a thread must not hold while the interpreter ends
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)  # which Scrapy takes for a request to finish


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
