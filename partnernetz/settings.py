"""One Settings object, passed as an argument; its fields can be set by environment variables."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from partnernetz.paths import default_data_folder

#: The paragraph of the German Copyright Act (UrhG) by which pages are copied.
LegalBasis = Literal["44b", "60d"]


class Settings(BaseSettings):
    """How a run behaves. Each field is read from ``PARTNERNETZ_<FIELD>`` where that is set."""

    model_config = SettingsConfigDict(env_prefix="PARTNERNETZ_", frozen=True, extra="forbid")

    data_folder: Path = Field(default_factory=default_data_folder)
    """Folder with ``reference/`` and ``samples/``."""
    workers: int = Field(default=2, ge=1, le=64)
    """Processes that extract at the same time."""
    contact: str = ""
    """Mail or web address by which site owners reach who crawls; needed for real hosts."""
    legal_basis: LegalBasis = "44b"
    """``44b`` for anybody (reservations are binding), ``60d`` for research organisations."""
    retention_days_44b: int = Field(default=365, ge=1, le=36_525)
    """Days for which a page copied under § 44b UrhG is kept."""
    retention_days_60d: int = Field(default=3653, ge=1, le=36_525)
    """Days for which a page copied under § 60d UrhG is kept."""
    minimum_score: float = Field(default=0.0, ge=0, le=1)
    """Evidence with a lower score is left out."""
    archive_file_size: int = Field(default=1_000_000_000, ge=1)
    """Bytes of an archive file after which the next one is begun."""

    @property
    def retention_days(self) -> int:
        """Return for how many days a page is kept under the legal basis that was chosen."""
        return self.retention_days_60d if self.legal_basis == "60d" else self.retention_days_44b
