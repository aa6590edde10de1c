"""Every rule file: each rule does in its example what it is there for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from nlp import rulebook
from nlp.claims import claims_of
from nlp.components.pairs import RankedPair
from nlp.components.triggers import find_triggers
from nlp.linking import region_of, weights
from nlp.pair_features import _patterns
from nlp.pair_rules import PairRule, decide, fired, pair_rules
from nlp.ranker import pair_features, stated_from
from nlp.rulebook import (
    RULES_FOLDER,
    InflectionRule,
    PlaceContextRule,
    Region,
    TriggerRule,
    inflection_rules,
    place_context_rules,
    read_rows,
    regions,
    trigger_rules,
    word_list,
)
from nlp.start_features import _of_words as of_words
from nlp.unlisted import UnlistedRule, unlisted_rules
from partnernetz.errors import InputError
from partnernetz.places import NameKind
from partnernetz.records import EVENTS, PARTNERSHIP_KINDS, STATUSES, Bound, Modality

TABLES = {
    "triggers.toml": ("trigger",),
    "place_contexts.toml": ("context",),
    "inflections.toml": ("inflection",),
    "regions.toml": ("region",),
    "linking.toml": ("weight",),
    "pair_patterns.toml": ("pattern",),
    "pair_rules.toml": ("rule",),
    "claims.toml": ("claim", "bounds"),
    "topic_contexts.toml": ("context", "border"),
    "unlisted_places.toml": ("name",),
    "start_patterns.toml": ("pattern",),
}
WORD_LISTS = (
    "common_words.txt",
    "given_names.txt",
    "abbreviations.txt",
    "division_words.txt",
    "function_words.txt",
)
#: What the value of a trigger must be, by its category.
VALUES: dict[str, tuple[str, ...]] = {
    "tie": PARTNERSHIP_KINDS,
    "event": (*EVENTS, "anniversary"),
    "status": STATUSES,
    "modality": get_args(Modality),
}
PAIR_PATTERNS = read_rows("pair_patterns.toml", "pattern")
START_PATTERNS = read_rows("start_patterns.toml", "pattern")
CLAIM_RULES = read_rows("claims.toml", "claim")
TIE_BEFORE = "Viele Städtepartnerschaften lagen im Dunkeln. "


def by_id(rule: Any) -> str:
    return str(rule["id"] if isinstance(rule, dict) else rule.id)


# --- the files --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_rows_have_ids_of_their_own_and_lower_case_words(name: str) -> None:
    for table in TABLES[name]:
        rows = read_rows(name, table)  # raises where an id is used twice
        assert rows
        assert all(re.fullmatch(r"[a-z][a-z_-]*", row["id"]) for row in rows)


@pytest.mark.parametrize("name", ["triggers.toml", "place_contexts.toml", "pair_rules.toml"])
def test_rules_tell_what_they_are_for(name: str) -> None:
    rows = read_rows(name, TABLES[name][0])
    assert all(row["note"].strip() and row["example"].strip() for row in rows)


@pytest.mark.parametrize("name", WORD_LISTS)
def test_word_lists_hold_words(name: str) -> None:
    lines = (RULES_FOLDER / name).read_text(encoding="utf-8").splitlines()
    assert lines and all(line == line.strip() and line for line in lines)
    assert len(word_list(name)) == len({line.casefold() for line in lines})


def test_torn_rules_and_missing_lists_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rulebook, "RULES_FOLDER", tmp_path)
    (tmp_path / "torn.toml").write_text("[[rule]\n", encoding="utf-8")
    (tmp_path / "twice.toml").write_text('[[r]]\nid = "a"\n[[r]]\nid = "a"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"torn\.toml cannot be read"):
        read_rows("torn.toml", "rule")
    with pytest.raises(InputError, match=r"absent\.toml cannot be read"):
        read_rows("absent.toml", "rule")
    with pytest.raises(InputError, match=r"twice\.toml use an id twice"):
        read_rows("twice.toml", "r")
    with pytest.raises(InputError, match=r"absent\.txt is missing"):
        word_list("absent.txt")


# --- triggers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", trigger_rules(), ids=by_id)
def test_a_trigger_fires_in_its_example(rule: TriggerRule) -> None:
    found = [trigger for trigger in find_triggers(rule.example) if trigger.rule.id == rule.id]
    assert found
    assert all(0 <= trigger.start < trigger.end <= len(rule.example) for trigger in found)


@pytest.mark.parametrize("rule", trigger_rules(), ids=by_id)
def test_a_trigger_has_a_value_of_its_category(rule: TriggerRule) -> None:
    assert rule.category in get_args(rulebook.TriggerCategory)
    if rule.category in VALUES:
        assert rule.value in VALUES[rule.category]


@pytest.mark.parametrize("rule", [r for r in trigger_rules() if r.category == "false"], ids=by_id)
def test_a_look_alike_leaves_no_tie_in_its_example(rule: TriggerRule) -> None:
    categories = {trigger.rule.category for trigger in find_triggers(rule.example)}
    assert "tie" not in categories


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Die Partnerschaftsurkunde", {"tie-partner-compound"}),
        ("Eine Sicherheitspartnerschaft", set()),
        ("Ihr Ansprechpartner", set()),
        ("PARTNERSTADT", {"tie-partner-town"}),
        ("Die Patenschaft", {"tie-sponsorship"}),
        ("Anpartnerschaften", set()),
    ],
)
def test_of_overlapping_ties_the_longest_stays(text: str, ids: set[str]) -> None:
    assert {t.rule.id for t in find_triggers(text) if t.rule.category == "tie"} == ids


def test_triggers_come_in_text_order() -> None:
    text = " ".join(rule.example for rule in trigger_rules())
    starts = [trigger.start for trigger in find_triggers(text)]
    assert starts == sorted(starts)


# --- names and what stands beside them --------------------------------------------------------


@pytest.mark.parametrize("rule", place_context_rules(), ids=by_id)
def test_a_place_context_has_its_effect(rule: PlaceContextRule, reader: Any) -> None:
    found = re.fullmatch(r"(.*)>(.+)<(.*)", rule.example)
    assert found is not None
    before, name, after = found.groups()
    fires = rule.pattern.search(before) if rule.side == "before" else rule.pattern.match(after)
    assert fires
    surfaces = [mention.surface for mention in reader.places(before + name + after)]
    assert (name in surfaces) == (rule.effect in ("place", "strong"))


@pytest.mark.parametrize("rule", inflection_rules(), ids=by_id)
def test_an_inflection_leads_back_to_the_name(rule: InflectionRule, reader: Any, make: Any) -> None:
    inflected, name = rule.example
    assert inflected.endswith(rule.ending)
    mentions = reader.places(f"Dort traf man {inflected} Gäste.")
    assert [(m.surface, m.form) for m in mentions] == [(inflected, rule.form)]
    assert mentions[0].place.id == make.place_id(name)


def test_the_longest_ending_is_tried_first() -> None:
    lengths = [len(rule.ending) for rule in inflection_rules()]
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize("region", regions(), ids=by_id)
def test_a_region_has_names_and_an_iso_country(region: Region) -> None:
    assert region.names or region.adjectives
    assert all(name != name.lower() for name in region.names)
    assert all(stem.islower() for stem in region.adjectives)
    assert re.fullmatch(r"[A-Z]{2}", region.country)
    assert region.state is None or region.country == "DE"


def test_no_word_means_two_regions() -> None:
    words = [word for region in regions() for word in (*region.names, *region.adjectives)]
    assert len(words) == len(set(words))
    assert all(region_of(name) == region.id for region in regions() for name in region.names)


def test_every_german_state_is_a_region() -> None:
    states = {region.state for region in regions() if region.country == "DE"}
    wanted = "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH".split()
    assert set(wanted) <= states


def test_each_linking_weight_is_used_and_each_used_one_exists() -> None:
    code = "".join(
        (RULES_FOLDER.parent / name).read_text(encoding="utf-8")
        for name in ("linking.py", "place_judging.py")
    )
    literals = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|repeated)"', code))
    composed = {f"name-{kind}" for kind in get_args(NameKind)}
    composed |= {f"context-{effect}" for effect in get_args(rulebook.ContextEffect)}
    composed |= {"kind-borough", "kind-district", "entity-place", "entity-other"}
    assert composed <= set(weights())
    assert set(weights()) <= literals | composed


# --- pairs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", PAIR_PATTERNS, ids=by_id)
def test_a_pair_pattern_matches_its_example(row: dict[str, Any]) -> None:
    where, example = row["where"], row["example"]
    pattern = next(p.pattern for p in _patterns(where) if p.id == row["id"])
    if where == "before":
        assert pattern.search(example[: re.search(r"\w+$", example).start()])  # type: ignore[union-attr]
    elif where == "after":
        assert pattern.match(example[re.match(r"\w+", example).end() :])  # type: ignore[union-attr]
    else:
        found = re.fullmatch(r"(\w+)(.+?)(\w+)", example)
        assert found is not None
        assert pattern.fullmatch(found.group(2))


def test_pair_patterns_stand_somewhere() -> None:
    assert {row["where"] for row in PAIR_PATTERNS} == {"between", "before", "after", "couple"}


def decided_by(rule: PairRule, reader: Any) -> list[RankedPair]:
    """Return the candidates of a rule's example on which it decides where rules alone decide."""
    is_owned = rule.example.startswith("Aachen: ")
    text = rule.example.removeprefix("Aachen: ")
    ranked = reader.ranked(text, "Aachen" if is_owned else None)
    return [pair for pair in ranked.values() if decide(fired(pair.candidate)) is rule]


@pytest.mark.parametrize("rule", pair_rules(), ids=lambda rule: rule.id)
def test_a_pair_rule_decides_in_its_example(rule: PairRule, reader: Any) -> None:
    decided = decided_by(rule, reader)
    assert decided
    assert all(pair_features(pair.candidate)[f"rule:{rule.id}"] == 1.0 for pair in decided)


@pytest.mark.parametrize("rule", pair_rules(), ids=lambda rule: rule.id)
def test_the_ranker_agrees_with_a_pair_rule_in_its_example(rule: PairRule, reader: Any) -> None:
    decided = decided_by(rule, reader)
    assert {pair.is_stated for pair in decided} == {rule.effect == "states"}
    assert {pair.rule for pair in decided} == {rule.id}


@pytest.mark.parametrize("rule", pair_rules(), ids=by_id)
def test_a_pair_rule_gives_a_probability_on_its_side(rule: PairRule) -> None:
    assert 0 < rule.probability < 1
    assert (rule.probability >= stated_from()) == (rule.effect == "states")


@pytest.mark.parametrize("rule", pair_rules(), ids=by_id)
def test_a_pair_rule_needs_all_it_names_and_none_it_excludes(rule: PairRule) -> None:
    assert rule.spot or rule.whole
    assert rule.fits(rule.spot, rule.whole)
    for feature in rule.spot:
        assert not rule.fits(rule.spot - {feature}, rule.whole)
    for feature in rule.unless:
        assert not rule.fits(rule.spot | {feature}, rule.whole)
        assert not rule.fits(rule.spot, rule.whole | {feature})


# --- starts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("row", START_PATTERNS, ids=by_id)
def test_a_start_pattern_matches_beside_its_date(row: dict[str, Any]) -> None:
    found = re.fullmatch(r"([^<>]*)>(.+)<([^<>]*)", row["example"])
    assert found is not None
    before, date, after = found.groups()
    assert re.search(r"\d{4}", date)
    pattern = re.compile(row["pattern"], re.IGNORECASE)
    assert pattern.search(before) if row["where"] == "before" else pattern.match(after)


@pytest.mark.parametrize("row", START_PATTERNS, ids=by_id)
def test_a_start_pattern_is_a_feature_of_its_date(row: dict[str, Any], reader: Any) -> None:
    example = re.sub("[<>]", "", row["example"])
    view = reader.view(f"Naumburg und Aachen: {example}")
    (sentence,) = [sentence for sentence in view.sentences if sentence.dates]
    assert row["id"] in of_words(view, sentence, sentence.dates[0])


def test_start_patterns_stand_before_or_after() -> None:
    assert {row["where"] for row in START_PATTERNS} == {"before", "after"}


# --- places that the gazetteer lacks ----------------------------------------------------------


@pytest.mark.parametrize("rule", unlisted_rules(), ids=lambda rule: rule.id)
def test_a_rule_of_unlisted_places_finds_the_name_of_its_example(
    rule: UnlistedRule, reader: Any
) -> None:
    found = re.fullmatch(r"([^<>]*)>(.+)<([^<>]*)", rule.example, re.DOTALL)
    assert found is not None
    before, name, after = found.groups()
    mentions = [m for m in reader.places(before + name + after) if m.place.id.startswith("name:")]
    assert [(m.surface, m.start) for m in mentions] == [(name, len(before))]
    assert rule.pattern.search(before + name + after)


# --- claims -----------------------------------------------------------------------------------


@pytest.mark.parametrize("row", CLAIM_RULES, ids=by_id)
def test_a_claim_rule_fires_in_its_example(row: dict[str, Any], reader: Any) -> None:
    text = TIE_BEFORE + row["example"]
    claims = [claim for claim in claims_of(reader.view(text)) if claim.rule == row["id"]]
    assert [claim.quotation for claim in claims] == [row["example"]]
    assert (claims[0].quantity is None) == (row["effect"] == "state")
    assert claims[0].status == row.get("status")


@pytest.mark.parametrize("row", read_rows("claims.toml", "bounds"), ids=by_id)
def test_words_of_a_bound_are_understood(row: dict[str, Any], reader: Any) -> None:
    assert row["id"] in get_args(Bound)
    for word in row["words"]:
        text = f"Es gibt {word} 120 Partnerschaften im Land."
        assert [(c.quantity, c.bound) for c in claims_of(reader.view(text))] == [(120, row["id"])]
