"""Places and the names they bear: the gazetteer.

Names are looked up under a folded key (case, diacritics and punctuation ignored). What a name
means in a text is decided elsewhere; here it is only told which places bear it, since when and
until when.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from partnernetz.errors import InputError, PlaceUnknownError
from partnernetz.records import PlaceReference

if TYPE_CHECKING:
    import pyarrow as pa

PlaceKind = Literal["municipality", "district", "borough", "town"]
Side = Literal["east", "west", "berlin", "abroad"]
NameKind = Literal["official", "titled", "base", "variant", "former", "historical", "other"]

#: The German states by their code (ISO 3166-2:DE without "DE-").
GERMAN_STATES: dict[str, str] = {
    "BB": "Brandenburg",
    "BE": "Berlin",
    "BW": "Baden-Württemberg",
    "BY": "Bayern",
    "HB": "Bremen",
    "HE": "Hessen",
    "HH": "Hamburg",
    "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen",
    "NW": "Nordrhein-Westfalen",
    "RP": "Rheinland-Pfalz",
    "SH": "Schleswig-Holstein",
    "SL": "Saarland",
    "SN": "Sachsen",
    "ST": "Sachsen-Anhalt",
    "TH": "Thüringen",
}

_EARTH_RADIUS_KM = 6371.0088  # mean radius (IUGG)
#: Letters that NFKD does not take apart.
_UNDECOMPOSED = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A gazetteer entry. ``state`` is the two-letter code of a German state, else None.

    ``population`` is a count of inhabitants or None where unknown, the position in degrees
    (WGS84). ``kind`` is town for everything outside Germany. ``country`` is "" where a text names a
    place that the gazetteer lacks and does not tell where it lies.
    """

    id: str
    name: str
    kind: PlaceKind
    country: str
    side: Side
    state: str | None
    district: str | None
    population: int | None
    latitude: float | None
    longitude: float | None

    @property
    def position(self) -> tuple[float, float] | None:
        """Return latitude and longitude, None where unknown."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    def reference(self, *, surface: str = "", reason: str = "") -> PlaceReference:
        """Return the place as a Document speaks of it."""
        return PlaceReference(
            id=self.id, name=self.name, country=self.country or None, surface=surface, reason=reason
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """A name that a place bears or bore.

    ``share`` is the part of a former municipality's area that went to the place (1 for all
    other kinds); the years are inclusive, None where open or unknown.
    """

    name: str
    kind: NameKind
    place: Place
    first_year: int | None
    last_year: int | None
    share: float


def fold(name: str) -> str:
    """Return the key under which a name is looked up.

    >>> fold("Frankfurt (Oder)"), fold("GYŐR"), fold("Weißenfels")
    ('frankfurt oder', 'gyor', 'weissenfels')
    """
    return " ".join(name.translate(_FOLDED_LETTERS).split())


def _fold_letter(letter: str) -> str:
    # Twice: what is decomposed may fold further, and the other way round.
    compatible = unicodedata.normalize("NFKD", letter).casefold().translate(_UNDECOMPOSED)
    decomposed = unicodedata.normalize("NFKD", compatible).casefold()
    return "".join(c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))


class _FoldedLetters(dict[int, str]):
    """Each letter folded when it is first met: no letter folds otherwise for its neighbours."""

    def __missing__(self, number: int) -> str:
        folded = self[number] = _fold_letter(chr(number))
        return folded


_FOLDED_LETTERS = _FoldedLetters()


def unlisted_id(name: str, *, country: str) -> str:
    """Return the id of a place that the gazetteer lacks; ``country`` is "" where it is unknown.

    >>> unlisted_id("Samtgemeinde Land Hadeln", country="DE")
    'name:de:samtgemeinde land hadeln'
    """
    return f"name:{(country or 'zz').lower()}:{fold(name)}"


_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def spell_out(name: str) -> str:
    """Return a name with its umlauts in two letters, as addresses have them.

    >>> spell_out("Düsseldorf")
    'Duesseldorf'
    """
    return name.translate(_SPELLED_OUT)


def great_circle_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two positions (latitude, longitude in degrees) on the sphere in km.

    Haversine formula; against the ellipsoid it errs by at most half a percent.
    """
    (lat1, lon1), (lat2, lon2) = (tuple(map(math.radians, position)) for position in (one, other))
    chord = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


class Gazetteer:
    """Places by id and by name, from the two tables of ``data/reference``.

    Columns stay in Arrow; a Place is made when it is asked for, so that loading takes a fraction
    of a second and little memory.
    """

    def __init__(self, *, places: pa.Table, names: pa.Table, keys: list[str]) -> None:
        self._table = places
        self._names = names
        # Rows are sorted by key; of equal keys the dictionary keeps the first row.
        self._first_row = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))

    @classmethod
    def load(cls, folder: Path) -> Gazetteer:
        """Return the gazetteer of a reference folder.

        Raises InputError where a table is missing or unreadable.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            places = pq.ParquetFile(folder / "places.parquet").read(use_threads=False)
            names = pq.ParquetFile(folder / "names.parquet")
            # The keys are read apart, so that they are not in memory twice for longer than needed.
            keys = names.read(columns=["key"], use_threads=False)["key"].to_pylist()
            columns = [name for name in names.schema_arrow.names if name != "key"]
            table = names.read(columns=columns, use_threads=False)
        except (OSError, pa.ArrowInvalid) as error:
            raise InputError(
                f"The gazetteer tables in {folder} are missing or unreadable: run `make reference`."
            ) from error
        return cls(places=places, names=table, keys=keys)

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __contains__(self, name: str) -> bool:
        return fold(name) in self._first_row

    def __iter__(self) -> Iterator[str]:
        """Yield every folded name."""
        return iter(self._first_row)

    def has_key(self, key: str) -> bool:
        """Return whether a place bears the name that folds to the key."""
        return key in self._first_row

    def place(self, place_id: str) -> Place:
        """Return the place of an id; raises PlaceUnknownError."""
        row = self._row_of_id.get(place_id)
        if row is None:
            raise PlaceUnknownError(f"The gazetteer has no place with the id '{place_id}'.")
        return self._place_at(row)

    @cached_property
    def _row_of_id(self) -> dict[str, int]:
        """The row of each id, made when the first is asked for."""
        return {place_id: row for row, place_id in enumerate(self._table["id"].to_pylist())}

    def names(self, name: str) -> tuple[PlaceName, ...]:
        """Return all meanings of a name, the empty tuple for an unknown one."""
        return self._names_of_key(fold(name))

    @lru_cache(maxsize=65_536)  # noqa: B019 - one gazetteer lives as long as its process
    def _names_of_key(self, key: str) -> tuple[PlaceName, ...]:
        first = self._first_row.get(key)
        if first is None:
            return ()
        found = []
        for row in range(first, self._names.num_rows):
            values = {name: self._names[name][row].as_py() for name in self._names.schema.names}
            if fold(values["name"]) != key:
                break
            found.append(PlaceName(place=self._place_at(values.pop("place_row")), **values))
        return tuple(found)

    @lru_cache(maxsize=65_536)  # noqa: B019
    def _place_at(self, row: int) -> Place:
        return Place(**{name: column[row].as_py() for name, column in self._columns.items()})

    @cached_property
    def _columns(self) -> dict[str, pa.Array]:
        """The columns of the places in one piece each, which are quicker to ask for a value."""
        return {name: self._table[name].combine_chunks() for name in self._table.schema.names}
