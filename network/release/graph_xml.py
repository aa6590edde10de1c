"""The network as GraphML and as dynamic GEXF, written as it goes: no tree in memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import networkx as nx

from network.release.cells import clean_for_xml, xml_name_token
from network.release.graphs import Attributes, ordered_edges
from network.spells import Spell, read_spells, union


class _Kind(NamedTuple):
    """Names of an attribute's type in both formats."""

    graphml: str
    gexf: str


_TEXT = _Kind("string", "string")
_KINDS: Mapping[type, _Kind] = {
    bool: _Kind("boolean", "boolean"),
    int: _Kind("long", "long"),
    float: _Kind("double", "double"),
    str: _TEXT,
}


def write_graphml(path: Path, graph: nx.Graph[str]) -> None:
    """Write GraphML 1.1; what XML cannot hold becomes U+FFFD.

    Ids of nodes are their keys as far as those are XML name tokens (``xml_name_token``); the
    attribute ``place_id`` is always the key as it is.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(_graphml(graph))


def write_gexf(path: Path, graph: nx.Graph[str]) -> None:
    """Write dynamic GEXF 1.3 with a spell for each stretch of years that an edge was active.

    A place is there while one of its edges is. What has no known start is there from the
    beginning, what has no known spell always.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(_gexf(graph))


def _graphml(graph: nx.Graph[str]) -> Iterator[str]:
    edges = ordered_edges(graph)
    nodes = [(key, {"place_id": key, **graph.nodes[key]}) for key in sorted(graph)]
    node_kinds = _kinds(data for _, data in nodes)
    edge_kinds = _kinds(data for *_, data in edges)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns'
        ' http://graphml.graphdrawing.org/xmlns/1.1/graphml.xsd">\n'
    )
    for owner, kinds in (("node", node_kinds), ("edge", edge_kinds)):
        for name, kind in kinds.items():
            yield (
                f'  <key id="{owner}_{name}" for="{owner}" attr.name="{name}"'
                f' attr.type="{kind.graphml}"/>\n'
            )
    yield '  <graph id="partnernetz" edgedefault="undirected">\n'
    for key, data in nodes:
        yield f'    <node id="{xml_name_token(key)}">\n{_data("node", data)}    </node>\n'
    for a, b, data in edges:
        ends = f'source="{xml_name_token(a)}" target="{xml_name_token(b)}"'
        yield f"    <edge {ends}>\n{_data('edge', data)}    </edge>\n"
    yield "  </graph>\n</graphml>\n"


def _data(owner: str, data: Attributes) -> str:
    return "".join(
        f'      <data key="{owner}_{name}">{_content(value)}</data>\n'
        for name, value in data.items()
    )


def _gexf(graph: nx.Graph[str]) -> Iterator[str]:
    edges = ordered_edges(graph)
    edge_kinds = _kinds(data for *_, data in edges)
    node_kinds = _kinds(data for _, data in graph.nodes(data=True))
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gexf xmlns="http://gexf.net/1.3" version="1.3">\n'
        "  <meta>\n    <creator>partnernetz</creator>\n"
        "    <description>The network of twinned towns</description>\n  </meta>\n"
        '  <graph mode="dynamic" timeformat="integer" timerepresentation="interval"'
        ' defaultedgetype="undirected" idtype="string">\n'
    )
    for owner, kinds in (("node", node_kinds), ("edge", edge_kinds)):
        yield f'    <attributes class="{owner}" mode="static">\n'
        for name, kind in kinds.items():
            yield f'      <attribute id="{name}" title="{name}" type="{kind.gexf}"/>\n'
        yield "    </attributes>\n"
    yield f'    <nodes count="{len(graph)}">\n'
    for key in sorted(graph):
        data = graph.nodes[key]
        spells = _node_spells([edge for *_, edge in graph.edges(key, data=True)])
        opening = f"<node id={_quoted(key)} label={_quoted(data['name'])}{_lifetime(spells)}>"
        yield f"      {opening}\n{_spells(spells)}{_values(data)}      </node>\n"
    yield f'    </nodes>\n    <edges count="{len(edges)}">\n'
    for a, b, data in edges:
        spells = read_spells(data.get("spells", ""))
        opening = (
            f"<edge id={_quoted(data['partnership_id'])} source={_quoted(a)} target={_quoted(b)}"
            f' weight="{data["belief"]!r}"{_lifetime(spells)}>'
        )
        yield f"      {opening}\n{_spells(spells)}{_values(data)}      </edge>\n"
    yield "    </edges>\n  </graph>\n</gexf>\n"


def _node_spells(edges: list[Attributes]) -> tuple[Spell, ...]:
    spells = [read_spells(edge.get("spells", "")) for edge in edges]
    return union(spells) if all(spells) else ()


def _lifetime(spells: Sequence[Spell]) -> str:
    """Return the only spell as attributes, which more readers know than the element ``spells``."""
    return _bounds(spells[0]) if len(spells) == 1 else ""


def _spells(spells: Sequence[Spell]) -> str:
    if len(spells) < 2:
        return ""
    lines = "".join(f"          <spell{_bounds(spell)}/>\n" for spell in spells)
    return f"        <spells>\n{lines}        </spells>\n"


def _bounds(spell: Spell) -> str:
    ends = zip(("start", "end"), spell, strict=True)
    return "".join(f' {name}="{year}"' for name, year in ends if year is not None)


def _values(data: Attributes) -> str:
    values = "".join(
        f'          <attvalue for="{name}" value={_quoted(value)}/>\n'
        for name, value in data.items()
    )
    return f"        <attvalues>\n{values}        </attvalues>\n"


def _kinds(items: Iterable[Attributes]) -> dict[str, _Kind]:
    """Return the type of each attribute, in the order in which they are first seen."""
    kinds: dict[str, _Kind] = {}
    for data in items:
        for name, value in data.items():
            if name not in kinds:
                kinds[name] = _KINDS[type(value)]
    return kinds


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(clean_for_xml(value)) if isinstance(value, str) else repr(value)


# Most texts need nothing done, and to see that is quicker than to do it.
_PLAIN = re.compile("[ !#-%(-;=?-~\u00a0-\ud7ff]*").fullmatch


def _content(value: Any) -> str:
    if isinstance(value, str) and _PLAIN(value):
        return value
    # a parser would turn a carriage return into a line feed
    return escape(_text(value), {"\r": "&#13;"}) if isinstance(value, str) else _text(value)


def _quoted(value: Any) -> str:
    if isinstance(value, str) and not _PLAIN(value):
        return quoteattr(_text(value))
    return f'"{value if isinstance(value, str) else _text(value)}"'
