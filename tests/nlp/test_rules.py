"""Every rule file: each rule does in its example what it is there for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from nlp import rulebook
from nlp.claims import claims_of
from nlp.components.triggers import find_triggers
from nlp.linking import region_of, weights
from nlp.pair_features import _patterns
from nlp.pair_rules import PairRule, judge, pair_rules
from nlp.ranker import default_weights, load_weights
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
    "pair_rules.toml": ("rule", "only_for_rules"),
    "claims.toml": ("claim", "bounds"),
    "topic_contexts.toml": ("context", "border"),
}
WORD_LISTS = (
    "common_words.txt",
    "given_names.txt",
    "abbreviations.txt",
    "division_words.txt",
)
#: What the value of a trigger must be, by its category.
VALUES: dict[str, tuple[str, ...]] = {
    "tie": PARTNERSHIP_KINDS,
    "event": (*EVENTS, "anniversary"),
    "status": STATUSES,
    "modality": get_args(Modality),
}
PAIR_PATTERNS = read_rows("pair_patterns.toml", "pattern")
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
    composed |= {"kind-borough", "kind-district"}
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


@pytest.mark.parametrize("rule", pair_rules(), ids=by_id)
def test_a_pair_rule_decides_in_its_example(rule: PairRule, reader: Any) -> None:
    is_owned = rule.example.startswith("Aachen: ")
    text = rule.example.removeprefix("Aachen: ")
    ranked = reader.ranked(text, "Aachen" if is_owned else None)
    decided = [pair for pair in ranked.values() if pair.rule == rule.id]
    assert decided
    assert all(judge(pair.candidate) is rule for pair in decided)
    assert all(pair.is_stated == (rule.effect == "states") for pair in decided)


@pytest.mark.parametrize("rule", pair_rules(), ids=by_id)
def test_a_pair_rule_lifts_or_caps_what_was_learned(rule: PairRule) -> None:
    threshold = default_weights().threshold
    assert 0 < rule.probability < 1
    assert (rule.probability >= threshold) == (rule.effect == "states")
    lowest, highest = rule.combine(0.0), rule.combine(1.0)
    assert (lowest, highest) in ((rule.probability, 1.0), (0.0, rule.probability))


@pytest.mark.parametrize("rule", pair_rules(), ids=by_id)
def test_a_pair_rule_needs_all_it_names_and_none_it_excludes(rule: PairRule) -> None:
    assert rule.spot or rule.whole
    assert rule.fits(rule.spot, rule.whole)
    for feature in rule.spot:
        assert not rule.fits(rule.spot - {feature}, rule.whole)
    for feature in rule.unless:
        assert not rule.fits(rule.spot | {feature}, rule.whole)
        assert not rule.fits(rule.spot, rule.whole | {feature})


def test_the_weights_give_probabilities_and_ignore_what_they_do_not_know() -> None:
    ranker = default_weights()
    assert 0 < ranker.probability({}) < ranker.threshold < 1
    assert ranker.probability({"never-heard-of": 9.0}) == ranker.probability({})
    best = {name: 1e6 for name, value in ranker.weights.items() if value > 0}
    worst = {name: 1e6 for name, value in ranker.weights.items() if value < 0}
    assert ranker.probability(best) == pytest.approx(1)
    assert ranker.probability(worst) == pytest.approx(0)


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"intercept": "x"}', "\x00"])
def test_faulty_weights_are_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "weights.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"weights\.json cannot be read"):
        load_weights(path)


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
