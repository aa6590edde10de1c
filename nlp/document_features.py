"""Features of a candidate pair that hold for the whole Document and for the two places."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from nlp.pair_features import FeatureTally, is_across
from nlp.reading_view import ReadingView
from partnernetz.places import Place, fold, great_circle_km, spell_out

_NEARBY_KILOMETRES = 40.0
_OPENING = 3  # sentences
_DISAMBIGUATOR = re.compile(r"\s*[(/,]|\s(?:am|an der|bei|im|in|ob der|[abi]\.)\s?")
_PARTNER_WORDS_IN_ADDRESSES = ("partner", "jumelage", "freundschaft", "twin")


def see_whole_document(
    view: ReadingView, tally: FeatureTally, *, hub_ids: Sequence[str] = ()
) -> None:
    """Collect what holds for the whole Document and for the two places.

    ``hub_ids`` are those of all its hubs.
    """
    a, b = tally.a, tally.b
    partner = b if a.id == tally.hub_id else a
    is_hub = tally.hub_id is not None
    counts = [len(view.mentions.get(place.id, ())) for place in (a, b)]
    partner_count = len(view.mentions.get(partner.id, ())) if is_hub else min(counts)
    total = sum(map(len, view.mentions.values()))
    tally.see_whole("mentions", math.log2(1 + partner_count))
    tally.see_whole("share", partner_count / max(1, total))
    if is_hub:
        tally.see_whole("has-hub")
    if view.host is None:
        tally.see_whole("no-host")
        if not is_hub:
            tally.see_whole("share-without-host", sum(counts) / max(1, total))
    elif not is_hub:
        tally.see_whole("not-the-host")
    tally.see_all_whole(view.once("of-any-pair", lambda: _of_any_pair(view)))
    with_tie = [features for _, features in tally.sightings if "tie-here" in features]
    if with_tie and all({"tie-planned", "tie-denied"} & features for features in with_tie):
        tally.see_whole("only-planned-or-denied")
    if is_across(a, b) and _towns_across(view) == 2:
        tally.see_whole("sole-couple-across")
    if base_name(a.name) == base_name(b.name):
        tally.see_whole("namesakes")
    _see_spread(view, tally)
    _see_sole_couples(view, tally)
    if len(hub_ids) > 1:
        tally.see_whole("several-hubs")
        if {a.id, b.id} <= set(hub_ids):
            tally.see_whole("two-hubs")
        elif is_hub:
            named = {s.index for s, _ in view.mentions.get(partner.id, ())}
            rivals = [h for h in hub_ids if h != tally.hub_id]
            beside = {s.index for h in rivals for s, _ in view.mentions.get(h, ())}
            tally.see_whole("with-other-hub", len(named & beside) / max(1, len(named)))
    _see_page(view, tally, partner if is_hub else None)
    _see_geography(tally, partner if is_hub else None)
    points = [m.points for p in (a, b) for _, m in view.mentions.get(p.id, ())]
    if points:
        tally.see_whole("name-certainty", min(points) / 5)


@lru_cache(maxsize=20_000)
def base_name(name: str) -> str:
    """Return a name without what tells it from others: Frankfurt, Bad Doberan."""
    return fold(_DISAMBIGUATOR.split(name, maxsplit=1)[0])


def _see_spread(view: ReadingView, tally: FeatureTally) -> None:
    """Collect how far two places share the sentences, and how often ties stand beside them."""
    where = [_sentences_naming(view, place) for place in (tally.a, tally.b)]
    shared, least = len(where[0] & where[1]), min(map(len, where))
    tally.see_whole("shared-sentences", math.log2(1 + shared))
    tally.see_whole("shared-share", shared / max(1, least))
    rarer = min(where, key=len) if least else max(where, key=len)
    with_tie = sum(1 for index in rarer if view.sentences[index].has("tie"))
    tally.see_whole("tie-share", with_tie / max(1, len(rarer)))
    in_scope = sum(1 for index in rarer if index in view.under_tie)
    tally.see_whole("heading-share", in_scope / max(1, len(rarer)))


def _of_any_pair(view: ReadingView) -> Mapping[str, float]:
    """Return the features that a Document gives to all of its pairs."""
    ties = [t for s in view.sentences for t in s.triggers_of("tie")]
    tie_sentences = sum(1 for s in view.sentences if s.has("tie"))
    features = {
        "places-in-text": math.log2(1 + len(view.places)),
        "ties": math.log2(1 + tie_sentences),
        "sentences": math.log2(1 + len(view.sentences)),
        "tie-density": tie_sentences / max(1, len(view.sentences)),
        **_actors(view),
    }
    if any(tie.rule.id != "tie-partnership" for tie in ties):
        features["specific-tie-in-text"] = 1.0
    if view.names_division:
        features["division-in-text"] = 1.0
    url = fold(view.document.reference.url)
    if any(word in url for word in _PARTNER_WORDS_IN_ADDRESSES):
        features["address-of-partners"] = 1.0
    if view.title_has_tie:
        features["title-of-partners"] = 1.0
    return features


def _see_sole_couples(view: ReadingView, tally: FeatureTally) -> None:
    """Collect whether the two are the only couple of their kind in a sentence, block or section."""
    where = [{s.index for s, _ in view.mentions.get(p.id, ())} for p in (tally.a, tally.b)]
    starts = [{view.sentences[index].block.start for index in found} for found in where]
    spots = {
        "sentence": [view.sentences[index].places for index in where[0] & where[1]],
        "block": [
            tuple(m for s in view.sentences_at(start) for m in s.places)
            for start in starts[0] & starts[1]
        ],
    }
    for name, found in spots.items():
        if found:
            tally.see_whole(f"shared-{name}s", math.log2(1 + len(found)))
        for mentions in found:
            places = {m.place.id: m.place for m in mentions}
            if len(places) == 2:
                tally.see_whole(f"only-two-in-{name}")
            if is_across(tally.a, tally.b):
                sides = [p for p in places.values() if p.side in ("east", "west")]
                if len(sides) == 2:
                    tally.see_whole(f"only-across-in-{name}")
            if tally.a.country != tally.b.country:
                abroad = [p for p in places.values() if p.country != "DE"]
                german = [p for p in places.values() if p.country == "DE"]
                if len(abroad) == 1:
                    tally.see_whole(f"only-abroad-in-{name}")
                if len(german) == 1:
                    tally.see_whole(f"only-german-in-{name}")


def _actors(view: ReadingView) -> dict[str, float]:
    """Return who acts in the text: municipalities, or clubs, schools and companies."""
    ties = sum(1 for s in view.sentences for t in s.triggers_of("tie") if t.rule.is_of_towns)
    towns = sum(len(s.triggers_of("municipal")) for s in view.sentences) + 2 * ties
    others = sum(1 for s in view.sentences if s.has("other", "club"))
    features = {
        "town-actors": math.log2(1 + towns) / 3,
        "other-actors": math.log2(1 + others) / 3,
        "share-of-others": others / max(1, others + towns),
        "ties-of-towns": math.log2(1 + ties) / 3,
    }
    opening = view.sentences[:_OPENING]
    if any(s.has("other", "club") for s in opening):
        features["others-at-top"] = 1.0
    if any(t.rule.is_of_towns for s in opening for t in s.triggers_of("tie")):
        features["towns-at-top"] = 1.0
    return features


def _sentences_naming(view: ReadingView, place: Place) -> frozenset[int]:
    found = (sentence.index for sentence, _ in view.mentions.get(place.id, ()))
    return view.once(("sentences-naming", place.id), lambda: frozenset(found))


def _towns_across(view: ReadingView) -> int:
    """Return how many towns of the East and the West a Document is about, its owner among them."""
    return view.once("towns-across", lambda: _count_across(view))


def _count_across(view: ReadingView) -> int:
    places = {place.id: place for place in view.places.values()}
    if view.host is not None:
        places[view.host.id] = view.host
    return sum(1 for p in places.values() if p.side in ("east", "west") and p.kind != "district")


def _see_page(view: ReadingView, tally: FeatureTally, partner: Place | None) -> None:
    """Collect whether the address and the title of the page name the partner."""
    if partner is not None:
        reference = view.document.reference
        url, title = view.once("address", lambda: (fold(reference.url), fold(reference.title)))
        base = fold(partner.name).partition(" ")[0]
        spelled = fold(spell_out(partner.name)).partition(" ")[0]
        if base and any(name in url.partition(" ")[2] for name in (base, spelled)):
            tally.see_whole("partner-in-address")
        if base and base in title:
            tally.see_whole("partner-in-title")


def _see_geography(tally: FeatureTally, partner: Place | None) -> None:
    a, b = tally.a, tally.b
    if is_across(a, b):
        tally.see_whole("across-the-border")
    if a.country != b.country:
        tally.see_whole("abroad")
    elif a.state == b.state and a.state is not None:
        tally.see_whole("same-state")
    if a.position and b.position and great_circle_km(a.position, b.position) < _NEARBY_KILOMETRES:
        tally.see_whole("nearby")
    if a.kind != b.kind and "district" in (a.kind, b.kind):
        tally.see_whole("district-with-town")
    if a.kind == b.kind == "district":
        tally.see_whole("two-districts")
    sizes = [place.population for place in (a, b) if place.population]
    if len(sizes) == 2:
        tally.see_whole("size-ratio", abs(math.log10(sizes[0] / sizes[1])))
    if a.position and b.position:
        tally.see_whole("distance", math.log10(1 + great_circle_km(a.position, b.position)) / 4)
    if any(place.id.startswith("name:") for place in (a, b)):
        tally.see_whole("unlisted")
    if all(place.country != "DE" for place in (a, b)):
        tally.see_whole("both-abroad")
    if partner is not None and partner.population:
        tally.see_whole("partner-size", math.log10(partner.population) / 5)


#: What is seen at a spot means more or less on a page of the one or the other kind.
_CROSSED = (
    "region-told",
    "in-heading",
    "starts-block",
    "row",
    "in-enumeration",
    "date-near",
    "hub-named",
    "tie-here",
    "tie-before",
    "tie-in-heading",
    "run-under-tie",
    "with-it",
    "partner-before",
    "origin-before",
    "together",
    "only-two",
    "adjacent",
    "couple",
    "hint-here",
    "as-inhabitants",
    "across-the-border",
    "abroad",
    "nearby",
    "new-here",
    "tie-share",
    "heading-share",
    "mentions",
    "hub-owner",
    "fills-heading",
    "year-after",
    "joined-by-and",
    "joined-by-comma",
)


def cross_with_page(view: ReadingView, tally: FeatureTally) -> None:
    """Add each of the features that depend on it once more, for this kind of page.

    Kinds are: a place's own page on its partners, its own page on anything, a page of nobody's that
    names ties in its title or address, any other.
    """
    whole = tally.whole
    is_on_ties = bool({"address-of-partners", "title-of-partners"} & whole)
    owner = "own" if view.host is not None else "open"
    kind = f"{owner}-{'ties' if is_on_ties else 'other'}"
    for name in _CROSSED:
        if name in tally.features:
            tally.see_whole(f"{kind}/{name}", tally.features[name])
