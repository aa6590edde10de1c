"""What the commands share: settings, the gazetteer, the sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from partnernetz.errors import UsageError

if TYPE_CHECKING:
    from partnernetz.places import Gazetteer
    from partnernetz.records import Source
    from partnernetz.settings import Settings


def load_settings() -> Settings:
    """Return the settings of this process; raises UsageError where one makes no sense."""
    from pydantic import ValidationError

    from partnernetz.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "PARTNERNETZ_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UsageError(f"The environment variable {name} is wrong: {first['msg']}.") from error


def reference_folder() -> Path:
    """Return the folder of the gazetteer."""
    return load_settings().data_folder / "reference"


def reference_sources() -> Path:
    """Return the project's own list of sources."""
    return reference_folder() / "sources.toml"


def sources_path(given: Path) -> Path:
    """Return the path of a sources file; the word ``reference`` stands for the project's own list.

    A file of that name wins over the word.
    """
    return reference_sources() if str(given) == "reference" and not given.exists() else given


def load_gazetteer() -> Gazetteer:
    """Return the gazetteer; raises InputError where its tables are missing."""
    from partnernetz.places import Gazetteer

    return Gazetteer.load(reference_folder())


def load_sources(path: Path | None, *, gazetteer: Gazetteer | None = None) -> tuple[Source, ...]:
    """Return the sources of a file, none without a file."""
    from scrapers.sources import read_sources

    return read_sources(sources_path(path), gazetteer=gazetteer) if path else ()
