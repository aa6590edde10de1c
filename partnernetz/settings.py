"""One Settings object, passed as an argument; its fields can be set by environment variables."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from partnernetz.paths import default_data_folder


class Settings(BaseSettings):
    """How a run behaves. Each field is read from ``PARTNERNETZ_<FIELD>`` where that is set."""

    model_config = SettingsConfigDict(env_prefix="PARTNERNETZ_", frozen=True, extra="forbid")

    data_folder: Path = Field(default_factory=default_data_folder)
    """Folder with ``reference/`` and ``samples/``."""
    workers: int = Field(default=2, ge=1, le=64)
    """Processes that extract at the same time."""
    contact: str = ""
    """Mail or web address by which site owners reach who crawls; needed for real hosts."""
    minimum_score: float = Field(default=0.0, ge=0, le=1)
    """Evidence with a lower score is left out."""
    archive_file_size: int = Field(default=1_000_000_000, ge=1)
    """Bytes of an archive file after which the next one is begun."""
