"""Settings: defaults, the environment, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from partnernetz.paths import default_data_folder
from partnernetz.settings import Settings

FIELDS = tuple(Settings.model_fields)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in FIELDS:
        monkeypatch.delenv(f"PARTNERNETZ_{field.upper()}", raising=False)


def test_the_defaults_work_in_a_checkout() -> None:
    settings = Settings()
    assert settings.data_folder == default_data_folder()
    assert (settings.data_folder / "reference" / "places.parquet").is_file()
    assert settings.workers >= 1
    assert settings.contact == ""
    assert settings.minimum_score == 0
    assert (settings.legal_basis, settings.retention_days) == ("44b", 365)
    assert Settings(legal_basis="60d").retention_days == 3653


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("data_folder", "/srv/data", Path("/srv/data")),
        ("workers", "7", 7),
        ("contact", "netz@example.org", "netz@example.org"),
        ("minimum_score", "0.25", 0.25),
        ("legal_basis", "60d", "60d"),
        ("retention_days_44b", "30", 30),
        ("retention_days_60d", "3650", 3650),
    ],
)
def test_each_field_is_read_from_the_environment(
    field: str, text: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"PARTNERNETZ_{field.upper()}", text)
    assert getattr(Settings(), field) == value


def test_what_is_passed_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNERNETZ_WORKERS", "7")
    assert Settings(workers=3).workers == 3


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("workers", "0"),
        ("workers", "65"),
        ("workers", "two"),
        ("minimum_score", "1.5"),
        ("legal_basis", "53"),
        ("retention_days_44b", "0"),
        ("minimum_score", "-0.1"),
    ],
)
def test_what_makes_no_sense_is_refused(
    field: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"PARTNERNETZ_{field.upper()}", text)
    with pytest.raises(ValidationError, match=field):
        Settings()


def test_settings_do_not_change_and_have_no_other_fields() -> None:
    with pytest.raises(ValidationError):
        setattr(Settings(), "workers", 3)  # noqa: B010 - mypy knows that it is frozen
    with pytest.raises(ValidationError):
        Settings(wrokers=3)  # type: ignore[call-arg]
