"""The network by year, by pair of states, by topic and year."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, combinations_with_replacement
from typing import Any

import networkx as nx

from network.spells import Spell, read_spells, union

Row = dict[str, Any]


def years(graph: nx.Graph[str]) -> list[Row]:
    """Return a row for each year from the first start to the last year of any start or end.

    ``begun`` and ``begun_east_west`` count partnerships by the year of their start, ``cumulative``
    those begun until then, ``active`` those of them that had not ended nor rested all year, and
    ``active_places`` their places. Partnerships without a known start are in none of them.
    """
    edges = [edge for edge in graph.edges(data=True) if "start_year" in edge[2]]
    if not edges:
        return []
    first = min(data["start_year"] for *_, data in edges)
    last = max(year for *_, data in edges for year in _years_of(data))
    begun = Counter(data["start_year"] for *_, data in edges)
    begun_across = Counter(data["start_year"] for *_, data in edges if data["is_east_west"])
    spells = [(*edge, read_spells(edge[2].get("spells", ""))) for edge in edges]
    of_place: dict[str, list[Sequence[Spell]]] = defaultdict(list)
    for a, b, _, found in spells:
        of_place[a].append(found)
        of_place[b].append(found)
    span = first, last
    active = _counted((found for *_, found in spells), span)
    across = _counted((found for *_, data, found in spells if data["is_east_west"]), span)
    places = _counted((union(of_place[key]) for key in of_place), span)
    rows, cumulative, cumulative_across = [], 0, 0
    for position, year in enumerate(range(first, last + 1)):
        cumulative += begun[year]
        cumulative_across += begun_across[year]
        rows.append(
            {
                "year": year,
                "begun": begun[year],
                "begun_east_west": begun_across[year],
                "cumulative": cumulative,
                "cumulative_east_west": cumulative_across,
                "active": active[position],
                "active_east_west": across[position],
                "active_places": places[position],
            }
        )
    return rows


def state_pairs(graph: nx.Graph[str]) -> list[Row]:
    """Return a row for each pair of German states of which one has a partnership.

    ``expected`` is how many partnerships a random network of the same degrees has between them on
    average: the product of their ends of edges over twice the number of edges, half of that within
    a state. Only partnerships between two places of known state are counted.
    """
    pairs = Counter(
        tuple(sorted((graph.nodes[a]["state"], graph.nodes[b]["state"])))
        for a, b in graph.edges
        if graph.nodes[a].get("state") and graph.nodes[b].get("state")
    )
    total = sum(pairs.values())
    ends: Counter[str] = Counter()
    for (a, b), number in pairs.items():
        ends[a] += number
        ends[b] += number
    return [
        {
            "state_pair_id": f"{a}-{b}",
            "a_state": a,
            "b_state": b,
            "partnerships": pairs[a, b],
            "expected": round(ends[a] * ends[b] / (2 * total) / (2 if a == b else 1), 4),
        }
        for a, b in combinations_with_replacement(sorted(ends), 2)
    ]


def topic_years(graph: nx.Graph[str]) -> list[Row]:
    """Return a row for each topic and year of start with the partnerships that have both.

    The year is that in which the partnership began, not that in which the topic was spoken of.
    """
    counts: Counter[tuple[str, int]] = Counter()
    across: Counter[tuple[str, int]] = Counter()
    for *_, data in graph.edges(data=True):
        for topic in filter(None, data.get("topics", "").split(";")):
            if "start_year" in data:
                counts[topic, data["start_year"]] += 1
                across[topic, data["start_year"]] += data["is_east_west"]
    return [
        {
            "topic_year_id": f"{topic}:{year:04d}",
            "topic": topic,
            "start_year": year,
            "partnerships": counts[topic, year],
            "east_west_partnerships": across[topic, year],
        }
        for topic, year in sorted(counts)
    ]


def _years_of(data: dict[str, Any]) -> Iterator[int]:
    yield data["start_year"]
    for spell in read_spells(data.get("spells", "")):
        yield from (year for year in spell if year is not None)


def _counted(groups: Iterable[Sequence[Spell]], span: tuple[int, int]) -> list[int]:
    """Return for each year of a span how many groups of spells are active in it.

    The spells of a group do not overlap, as those of ``spells_of`` and ``union``.
    """
    first, last = span
    changes = [0] * (last - first + 2)
    for spells in groups:
        for begin, end in spells:
            start = first if begin is None else max(begin, first)
            changes[start - first] += 1
            changes[last - first + 1 if end is None else end - first + 1] -= 1
    return list(accumulate(changes))[:-1]
