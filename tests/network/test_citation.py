import json
import re

import jsonschema
import pytest
import yaml

from network.release.citation import release_version

#: What Citation File Format 1.2.0 asks for of a dataset (its schema guide, valid keys).
CFF = {
    "type": "object",
    "required": ["authors", "cff-version", "message", "title"],
    "additionalProperties": False,
    "properties": {
        "cff-version": {"const": "1.2.0"},
        "message": {"type": "string", "minLength": 1},
        "type": {"enum": ["dataset", "software"]},
        "title": {"type": "string", "minLength": 1},
        "abstract": {"type": "string", "minLength": 1},
        "version": {"type": ["string", "number"]},
        "date-released": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "license": {"const": "CC-BY-4.0"},
        "authors": {"type": "array", "minItems": 1, "items": {"required": ["name"]}},
        "keywords": {"type": "array", "uniqueItems": True, "items": {"type": "string"}},
    },
}
#: Semantic Versioning 2.0.0 with build metadata.
VERSION = re.compile(r"\d+\.\d+\.\d+\+20261101\.[0-9a-f]{8}")


def test_the_citation_is_valid(release):
    citation = yaml.safe_load((release / "CITATION.cff").read_text(encoding="utf-8"))
    jsonschema.validate(citation, CFF)
    assert citation["date-released"] == "2026-11-01"


def test_one_version_in_every_file_that_names_it(release):
    citation = yaml.safe_load((release / "CITATION.cff").read_text(encoding="utf-8"))
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    summary = json.loads((release / "summary.json").read_text(encoding="utf-8"))
    datasette = json.loads((release / "datasette.json").read_text(encoding="utf-8"))
    assert VERSION.fullmatch(citation["version"])
    assert citation["version"] == package["version"] == summary["version"]
    assert citation["version"] in datasette["description"]


@pytest.mark.parametrize(("content", "created"), [("b", "2026-11-01T"), ("a", "2026-11-02T")])
def test_other_content_has_another_version(tmp_path, content, created):
    paths = {"places": tmp_path / "places.csv"}
    paths["places"].write_text("a")
    first = release_version(paths, created="2026-11-01T")
    paths["places"].write_text(content)
    assert release_version(paths, created=created) != first


def test_without_dates_the_version_is_of_the_content(tmp_path):
    (tmp_path / "a.csv").write_text("a")
    version = release_version({"a": tmp_path / "a.csv"}, created=None)
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{8}", version)
