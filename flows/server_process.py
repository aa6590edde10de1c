"""The process of the Prefect server: ``python -m flows.server_process --port N``.

It ends when standard input closes, so that it never outlives who started it.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def main(options: list[str]) -> None:
    """Run ``prefect server start`` with the options until told to end."""
    threading.Thread(target=_watch_input, daemon=True).start()
    sys.argv = ["prefect", "server", "start", "--host", "127.0.0.1", "--no-ui", *options]
    runpy.run_module("prefect", run_name="__main__")


def _watch_input() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1:])
