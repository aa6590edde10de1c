"""plain"""

from pathlib import Path
from typing import Any


def render(*, rows: Any, summary: Any, reference_folder: Path) -> str:
    """Return."""
    return "<!doctype html><title>partnernetz</title>"
