"""Names of persons are no data: no record and no table has a field for them."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass

from network.release.schema import TABLES
from partnernetz import records
from scrapers.ledger import LedgerEntry
from scrapers.visits import Visit

_PERSON = re.compile(r"author|byline|person|creator|editor|signatory|mayor|e_?mail|phone")


def test_no_field_is_for_a_person() -> None:
    kinds = [kind for kind in vars(records).values() if isinstance(kind, type)]
    kinds = [kind for kind in [*kinds, Visit, LedgerEntry] if is_dataclass(kind)]
    names = {f"{kind.__name__}.{field.name}" for kind in kinds for field in fields(kind)}
    names |= {f"{table.name}.{column.name}" for table in TABLES for column in table.columns}
    assert len(names) > 100
    assert not [name for name in names if _PERSON.search(name.split(".")[1])]
