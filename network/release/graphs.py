"""The network as GraphML, GEXF, node-link JSON and GeoJSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
from networkx.readwrite.gexf import GEXFWriter

from network.release.cells import clean, clean_for_xml


def write_graphml(path: Path, graph: nx.Graph[str]) -> None:
    """Write GraphML; what XML cannot hold becomes U+FFFD."""
    nx.write_graphml_xml(_for_xml(graph), path)


def write_gexf(path: Path, graph: nx.Graph[str]) -> None:
    """Write dynamic GEXF 1.2: edges from start to end year, nodes from their first edge on.

    What has no known start is there from the beginning.
    """
    dynamic = _for_xml(graph)
    dynamic.graph["mode"] = "dynamic"
    for key, data in dynamic.nodes(data=True):
        data["label"] = data["name"]
        edges = [edge for _, _, edge in dynamic.edges(key, data=True)]
        if all("start_year" in edge for edge in edges):
            data["start"] = min(edge["start_year"] for edge in edges)
    for _, _, data in dynamic.edges(data=True):
        data["id"] = data.pop("partnership_id")
        data["weight"] = data["belief"]
        data |= _lifetime(data)
    writer = GEXFWriter(dynamic, version="1.2draft")
    writer.graph_element.set("timeformat", "integer")
    for meta in writer.xml.iter("meta"):
        meta.attrib.pop("lastmodifieddate", None)  # the clock is no input
    ElementTree.indent(writer.xml)
    ElementTree.ElementTree(writer.xml).write(path, encoding="utf-8", xml_declaration=True)


def write_node_link(path: Path, graph: nx.Graph[str]) -> None:
    """Write JSON with ``nodes`` and ``edges``, as d3 and NetworkX read it."""
    write_json(path, nx.node_link_data(graph, edges="edges"))


def write_geojson(path: Path, graph: nx.Graph[str]) -> None:
    """Write partnerships as lines (RFC 7946, EPSG:4326: longitude, latitude in degrees).

    The geometry is null where the position of a partner is unknown.
    """
    features = []
    for a, b, data in graph.edges(data=True):
        first, second = sorted((a, b))
        features.append(
            {
                "type": "Feature",
                "id": data["partnership_id"],
                "geometry": _line(graph.nodes[first], graph.nodes[second]),
                "properties": {
                    "a_id": first,
                    "b_id": second,
                    "a_name": graph.nodes[first]["name"],
                    "b_name": graph.nodes[second]["name"],
                    **data,
                },
            }
        )
    write_json(path, {"type": "FeatureCollection", "features": features})


def write_json(path: Path, content: Any) -> None:
    """Write JSON in UTF-8, indented by one so that versions can be compared by line."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(clean(text) + "\n", encoding="utf-8", newline="\n")


def _lifetime(data: dict[str, Any]) -> dict[str, int]:
    """Return start and end year as far as known, neither where the end is before the start."""
    start, end = data.get("start_year"), data.get("end_year")
    if start is not None and end is not None and end < start:
        return {}
    return {name: year for name, year in (("start", start), ("end", end)) if year is not None}


def _line(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any] | None:
    if not all("longitude" in place and "latitude" in place for place in (a, b)):
        return None
    return {
        "type": "LineString",
        "coordinates": [[place["longitude"], place["latitude"]] for place in (a, b)],
    }


def _for_xml(graph: nx.Graph[str]) -> nx.Graph[str]:
    """Return a copy whose node keys and attributes XML can hold."""
    copy: nx.Graph[str] = nx.Graph()
    for key, data in graph.nodes(data=True):
        copy.add_node(clean_for_xml(key), **_attributes(data))
    for a, b, data in graph.edges(data=True):
        copy.add_edge(clean_for_xml(a), clean_for_xml(b), **_attributes(data))
    return copy


def _attributes(data: dict[str, Any]) -> dict[str, Any]:
    return {name: clean_for_xml(value) for name, value in data.items()}
