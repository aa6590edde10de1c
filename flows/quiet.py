"""Prefect's environment: offline and silent. To be set before Prefect is imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_LOOPBACK = "127.0.0.1,localhost"


def prefect_environment(*, home: Path, debug: bool) -> dict[str, str]:
    """Return the variables under which Prefect keeps to itself.

    ``home`` is the folder of its database. With ``debug`` it logs what it does.
    """
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "INFO" if debug else "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
        # a worker that misses the server must fail, not start one of its own
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_CLI_PROMPT": "false",
    }


def prefect_home() -> Path:
    """Return the folder of Prefect's database in the user's cache (XDG base directories)."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "partnernetz" / "prefect"


def make_prefect_quiet(*, debug: bool = False) -> None:
    """Set the environment of this process and its children; what the user has set stands."""
    home = Path(os.environ.get("PREFECT_HOME") or prefect_home())
    home.mkdir(parents=True, exist_ok=True)
    for name, value in prefect_environment(home=home, debug=debug).items():
        os.environ.setdefault(name, value)
    for name in ("NO_PROXY", "no_proxy"):  # the embedded server is on this machine
        known = os.environ.get(name)
        os.environ[name] = f"{known},{_LOOPBACK}" if known else _LOOPBACK
    if "prefect" in sys.modules:
        raise RuntimeError("Prefect was imported before its environment was set")
