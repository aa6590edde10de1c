"""Where the project's own data lies, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path


def default_data_folder() -> Path:
    """Return the folder that holds ``reference/`` and ``samples/``.

    In a checkout that is ``data/`` beside the packages, in a wheel ``partnernetz/_data``.
    """
    package = Path(__file__).resolve().parent
    beside = package.parent / "data"
    return beside if (beside / "reference").is_dir() else package / "_data"
