"""The Prefect server that a command starts for itself on loopback, and ends with itself.

Prefect could start one of its own, but without a scheduler, and in the process group of the
terminal: Ctrl-C then ends the server before the flow, which waits for it in vain.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from partnernetz.errors import StageError

#: Seconds; on a new database and a busy machine it takes 20.
_PATIENCE = 120.0
_TO_END = 10.0


@contextmanager
def prefect_server(*, with_scheduler: bool) -> Iterator[None]:
    """Let Prefect use an own server until the block ends, or the one the user has set.

    To be used after ``flows.quiet.make_prefect_quiet``, and before Prefect is imported. Raises
    StageError where it does not start.
    """
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    port = _free_port()
    address = f"http://127.0.0.1:{port}/api"
    with _process(port, with_scheduler=with_scheduler) as process:
        _wait_for(address, process)
        os.environ["PREFECT_API_URL"] = address  # read when Prefect is imported, here and below
        try:
            yield
        finally:
            del os.environ["PREFECT_API_URL"]


@contextmanager
def _process(port: int, *, with_scheduler: bool) -> Iterator[subprocess.Popen[bytes]]:
    options = [] if with_scheduler else ["--no-services"]
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.server_process", "--port", str(port), *options],
        stdin=subprocess.PIPE,  # its end tells the server that this process is gone
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for this process, which then ends the server
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with opener.open(f"{address}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise StageError("The Prefect server did not start: see why with `prefect server start`.")
