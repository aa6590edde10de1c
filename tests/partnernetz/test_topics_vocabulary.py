"""The topic vocabulary: complete, linked in full, and clear about faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnernetz.errors import InputError
from partnernetz.paths import default_data_folder
from partnernetz.topics import Topic, load_topics

IDS = (
    "health urban_development heritage transport environment administration economy education "
    "culture sport youth civil_society emergency_services politics religion science aid tourism"
).split()


@pytest.fixture(scope="module")
def topics() -> dict[str, Topic]:
    return load_topics(default_data_folder() / "reference")


def test_the_vocabulary_holds_the_topics_of_the_design_in_order(topics: dict[str, Topic]) -> None:
    assert list(topics) == IDS
    assert all(topic.id == key for key, topic in topics.items())


def test_labels_and_links_are_distinct(topics: dict[str, Topic]) -> None:
    for name in ("label_de", "label_en", "definition"):
        assert len({getattr(topic, name) for topic in topics.values()}) == len(IDS)
    links = [topic.eurovoc for topic in topics.values() if topic.eurovoc]
    assert len(set(links)) == len(links)


def test_definitions_are_one_sentence(topics: dict[str, Topic]) -> None:
    for topic in topics.values():
        assert topic.definition.endswith(".") and topic.definition.count(". ") == 0, topic.id


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[health", "not valid TOML"),
        ('health = "Gesundheit"', "must be a table"),
        ('[health]\nlabel_de = "Gesundheit"', "lacks: definition, label_en"),
        (
            '[health]\nlabel_de = "a"\nlabel_en = "b"\ndefinition = "c."\nlabel = "d"',
            "unknown keys",
        ),
        ('[health]\nlabel_de = "a"\nlabel_en = "b"\ndefinition = "c."\ngnd = "4"', "must begin"),
    ],
)
def test_faults_are_named(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "topics.toml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=complaint):
        load_topics(tmp_path)


def test_a_missing_or_misencoded_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_topics(tmp_path)
    (tmp_path / "topics.toml").write_bytes('[health]\nlabel_de = "Stärke"'.encode("latin-1"))
    with pytest.raises(InputError, match="not valid TOML"):
        load_topics(tmp_path)
