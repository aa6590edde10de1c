"""The index of an archive folder for replay tools: ``index.cdxj``.

CDXJ as pywb and OpenWayback read it: a line a record, sorted by key, with the SURT form of the
address, a time stamp of 14 digits and a JSON object (https://specs.webrecorder.net/cdxj/0.1.0/).
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from partnernetz.storage import atomic_path
from scrapers.visits import Visit, Visits

CDXJ_FILE = "index.cdxj"


def write_cdxj(folder: Path, visits: Visits) -> int:
    """Write the index of what can be replayed, atomically; return of how many records.

    That leaves out revisits of the profile server-not-modified: a replay tool hands on their
    answer, 304, to a reader who has no copy (seen with pywb 2.10.0). Without them it finds the
    record that they refer to, which is the nearest in time.
    """
    count = 0
    with (
        atomic_path(folder / CDXJ_FILE) as beside,
        beside.open("w", encoding="utf-8", newline="\n") as file,
    ):
        for line in visits.sorted_by(cdxj_line):
            file.write(f"{line}\n")
            count += 1
    return count


def cdxj_line(visit: Visit) -> str:
    """Return the line of a visit that has a record.

    >>> cdxj_line(Visit(source_id="", url="", final_url="http://www.hof.de/a?b", crawl="",
    ...     at="2026-11-26T10:00:00Z", outcome="stored", archive_file="x.warc.gz"))[:21]
    'de,hof)/a?b 202611261'
    """
    media_type = (visit.media_type or "").split(";", 1)[0] or "unk"
    fields = {
        "url": visit.final_url,
        "mime": "warc/revisit" if visit.outcome == "unchanged" else media_type,
        "status": str(visit.status or "-"),
        "digest": visit.digest or "-",
        "length": str(visit.archive_length or 0),
        "offset": str(visit.archive_offset or 0),
        "filename": visit.archive_file or "",
    }
    stamp = re.sub(r"\D", "", visit.at)[:14].ljust(14, "0")
    return f"{url_key(visit.final_url)} {stamp} {json.dumps(fields)}"


def url_key(address: str) -> str:
    """Return the Sort-friendly URI Reordering Transform of an address, without white space."""
    from surt import surt

    try:
        key = str(surt(address))
    except Exception:  # hostile addresses of foreign archives
        key = address
    return re.sub(r"\s", "%20", key)
