"""Topics: every rule's example and counter, and what the notation promises."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from nlp.components.topics import make_topics
from nlp.topic_rules import (
    RULES_FILE,
    TopicRule,
    WordIndex,
    default_rules,
    find_topics,
    fold,
    load_rules,
)
from partnernetz.errors import InputError
from partnernetz.paths import default_data_folder
from partnernetz.topics import load_topics

RULES = default_rules().rules


def topics_of(text: str) -> set[str]:
    rule = default_rules().rule
    return {found.topic for found in find_topics(text) if not rule(found.rule).is_field}


def told(text: str) -> set[tuple[str, str]]:
    return {(text[found.start : found.end], found.topic) for found in find_topics(text)}


#: Rules whose example is taken by another rule that names the same words.
SHADOWED = frozenset(
    "administration_law_wide aid_collect_wide_2 economy_bodies_wide emergency_deeds_wide_2 "
    "environment_people_wide environment_species_wide health_doctors_wide_2 "
    "transport_parking_wide".split()
)


def with_shadowed() -> list[Any]:
    mark = pytest.mark.xfail(strict=True, reason="another rule takes the words of the example")
    return [
        pytest.param(rule, id=rule.id, marks=[mark] if rule.id in SHADOWED else [])
        for rule in RULES
    ]


@pytest.mark.parametrize("rule", with_shadowed())
def test_each_rule_fires_in_its_example_and_not_in_its_counter(rule: TopicRule) -> None:
    assert rule.id in {found.rule for found in find_topics(rule.example)}
    assert rule.id not in {found.rule for found in find_topics(rule.counter)}


def test_the_rules_cover_the_vocabulary_and_nothing_else() -> None:
    vocabulary = load_topics(default_data_folder() / "reference")
    assert {rule.topic for rule in RULES} == set(vocabulary)
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Vierzig Krankenhausbetten trafen ein.", {"health"}),
        ("Ein Rettungswagen wechselte den Besitzer.", {"emergency_services"}),
        ("Zwanzig Straßenbahnwagen fuhren weiter.", {"transport"}),
        ("Man tauschte sich über Denkmalpflege aus.", {"heritage"}),
        ("Die Altstadtsanierung begann.", {"heritage", "urban_development"}),
        ("Die Dächer der Altstadt waren zu retten.", {"heritage", "urban_development"}),
        ("Beim Verwaltungsaufbau arbeiteten sie eng zusammen.", {"administration"}),
        ("Es fehlte an Büropapier und Dienstplänen.", {"administration"}),
        ("Alle wünschten sich einen sauberen Fluss.", {"environment"}),
        ("Fluthelfer kamen.", {"aid", "emergency_services"}),
        ("Azubis lernen sich kennen.", {"education"}),
        ("Chöre singen gemeinsam.", {"culture"}),
        ("Die Feuerwehren üben.", {"emergency_services"}),
        ("Das Technische Hilfswerk und das Rote Kreuz üben.", {"emergency_services"}),
        ("Universitäten forschen gemeinsam.", {"science"}),
    ],
)
def test_topics_are_told_in_many_words(text: str, topics: set[str]) -> None:
    assert topics_of(text) == topics


@pytest.mark.parametrize(
    "text",
    [
        "Feuerwerk am Abend.",
        "Sportplatzstraße 5, 12345 Musterdorf",
        "Es sprach Kulturdezernent Meier, dann die Sozialministerin.",
        "Willkommen in der Stadt Bad Kreuznach, Neunkirchen und Magdeburg.",
        "Die Thüringer und die Rheinufer.",
        "Startseite | Kliniken | Stadtplanung | Denkmalschutz | Feuerwehr | Impressum",
        "Rathaus > Partnerstädte > Kultur > Sport",
        "Man traf sich im Museum und in der Galerie.",
        "",
    ],
)
def test_look_alikes_menus_and_places_tell_of_nothing(text: str) -> None:
    assert told(text) == set()


def test_a_row_of_a_table_is_no_menu() -> None:
    assert topics_of("Musterdorf | 1990 | Kultur | Sport | Jugend") == {"culture", "sport", "youth"}


def test_hyphenated_ellipsis_is_completed() -> None:
    assert told("Umwelt- und Verkehrspolitik") == {
        ("Umwelt-", "environment"),
        ("Verkehrspolitik", "transport"),
    }
    assert {"education", "sport", "civil_society"} <= topics_of("Schul- und Sportvereine")
    assert ("Gesangs-", "culture") in told("Gesangs-, Turn- und Schützenvereine")


def test_a_word_torn_at_the_end_of_a_line_is_put_together() -> None:
    assert told("Das Kranken-\nhaus wurde größer.") == {("Kranken-", "health")}


def test_parts_between_hyphens_are_words_of_their_own() -> None:
    assert told("Das Ost-West-Sportfest lockt.") == {("Ost-West-Sportfest", "sport")}
    assert told("An der Sport-Straße.") == set()


def test_a_companion_in_another_sentence_does_not_count() -> None:
    assert "urban_development" in topics_of("Das Viertel wurde saniert.")
    assert topics_of("Das Viertel wuchs. Saniert wurde nichts.") == set()


def test_a_word_tells_of_a_topic_once() -> None:
    keys = [(f.start, f.end, f.topic) for f in find_topics(" ".join(r.example for r in RULES))]
    assert keys == sorted(set(keys))


@given(st.text(max_size=300))
def test_any_text_gives_sorted_offsets_within_bounds(text: str) -> None:
    found = find_topics(text)
    assert [(f.start, f.end, f.topic) for f in found] == sorted(
        {(f.start, f.end, f.topic) for f in found}
    )
    assert all(0 <= f.start < f.end <= len(text) for f in found)


WORDS = st.sampled_from(
    "Schul- Umwelt- und , . Chöre Feuerwehr im in der Museum | > Altstadt saniert Kreuz".split()
)


@given(st.lists(WORDS, max_size=40))
def test_words_of_the_rules_in_any_order_do_no_harm(words: list[str]) -> None:
    text = " ".join(words)
    assert all(text[f.start : f.end].strip() for f in find_topics(text))


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("chor", ["Chor", "chor"], ["Chöre", "Kinderchor"]),
        ("*chor~", ["Chöre", "Kinderchors", "Chören"], ["Chorleiter"]),
        ("chor*", ["Chorleiter", "Chöre"], ["Kinderchor"]),
        ("*straße*", ["Hauptstrasse", "STRASSENBAHN"], ["Straus"]),
        ("Hof", ["Hof", "HOF"], ["hof", "Bahnhof"]),
        ("*Hof", ["Bahnhof"], ["bahnhof"]),
    ],
)
def test_the_notation_of_patterns(pattern: str, inside: list[str], outside: list[str]) -> None:
    index = WordIndex()
    index.add("set", pattern)
    assert all(index.sets_of(word) == {"set"} for word in inside)
    assert all(index.sets_of(word) == set() for word in outside)


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(word: str) -> None:
    assert fold(fold(word)) == fold(word)


GENERAL = """[general]
look_alikes = []
locatives = []
adjective_endings = []
joiners = []
menu_separators = ["|"]
menu_fewest_separators = 3
menu_longest_item = 3
"""


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[[rule", "not valid TOML"),
        (GENERAL, "lack the key 'rule'"),
        (GENERAL + '[[rule]]\nid = "a"\ntopic = "sport"', "rule 'a' lacks the key 'words'"),
        (GENERAL + '[[rule]]\nid = "a"\nwords = ["a*b"]', "rule 'a' is faulty: 'a\\*b'"),
    ],
)
def test_faulty_rules_are_named(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=complaint):
        load_rules(path)


def test_a_missing_rules_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_rules(tmp_path / "none.toml")


def test_the_component_fills_the_spans_with_topic_and_rule() -> None:
    doc = make_topics(spacy.blank("de"), "topics")(
        spacy.blank("de")("Die Umwelt- und Verkehrspolitik sowie der Kirchenchor.")
    )
    assert [(span.text, span.label_, span.id_) for span in doc.spans["topics"]] == [
        ("Umwelt-", "environment", "environment_nature"),
        ("Verkehrspolitik", "transport", "transport_traffic"),
        ("Kirchenchor", "culture", "culture_music"),
        ("Kirchenchor", "religion", "religion"),
    ]


def test_the_component_is_found_by_name() -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("partnernetz_topics")
    doc = nlp("Der Kirchenchor.")
    assert [span.label_ for span in doc.spans["topics"]] == ["culture", "religion"]


def test_no_pattern_is_dead() -> None:
    """A rule whose exceptions or the general look-alikes swallow its own words says nothing."""
    for entry in tomllib.loads(RULES_FILE.read_text(encoding="utf-8"))["rule"]:
        for pattern in entry["words"]:
            word = pattern.split()[0].strip("*~")
            rules = default_rules().rules_of(word[:1].upper() + word[1:])
            assert entry["id"] in {rule.id for rule in rules}, (entry["id"], pattern)


@pytest.mark.bench
def test_speed() -> None:
    text = " ".join(rule.example for rule in RULES) * 200
    find_topics(text[:10_000])
    begin = time.perf_counter()
    find_topics(text)
    assert len(text.split()) / (time.perf_counter() - begin) > 100_000
