from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnernetz.records import DocumentReference
from scrapers.reading.dispatch import document_of_bytes, document_of_html
from scrapers.reading.press import ArticleMetadata, agency_of, article_metadata, load_press_rules

_TABLES = tomllib.loads(
    (Path(__file__).resolve().parents[2] / "scrapers" / "reading" / "press.toml").read_text("utf-8")
)
_RULES = [(table, rule) for table, rules in _TABLES.items() for rule in rules]
_SENTENCE = "Zum Jubiläum der Partnerschaft zwischen Hof und Plauen kamen gestern viele Gäste. "


@pytest.mark.parametrize(("table", "rule"), _RULES, ids=[f"{t}-{r['id']}" for t, r in _RULES])
def test_every_rule_has_working_examples(table: str, rule: dict[str, Any]) -> None:
    pattern = re.compile(rule["pattern"], re.IGNORECASE)
    matches = pattern.fullmatch if table in ("wall", "newsroom") else pattern.search
    assert rule["note"]
    assert matches(rule["example"])
    assert not matches(rule["counterexample"])


def _page(*, head: str = "", body: str = "", linked: Any = None) -> str:
    script = f"<script type='application/ld+json'>{json.dumps(linked)}</script>" if linked else ""
    return (
        f"<html lang='de-DE'><head><title>T</title>{head}{script}</head><body>{body}</body></html>"
    )


_ARTICLE = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "Organization", "name": "Verlag"},
        {
            "@type": ["NewsArticle"],
            "headline": "Hof und\nPlauen feiern",
            "datePublished": "2019-06-11T10:00:00+02:00",
            "dateModified": "2019-06-12T08:00:00+02:00",
            "articleSection": ["Region"],
            "author": {"@type": "Person", "name": "Petra Beispiel"},
            "publisher": {"@type": "Organization", "name": "Oderfenster"},
            "inLanguage": "de-DE",
            "isAccessibleForFree": "True",
        },
    ],
}


def test_all_of_an_article_is_read_and_no_name_of_a_person_is_kept() -> None:
    assert article_metadata(_page(linked=_ARTICLE)) == ArticleMetadata(
        published="2019-06-11", modified="2019-06-12", author_role="person", is_free=True
    )
    told = document_of_html(
        _page(linked=_ARTICLE, body=f"<p>{_SENTENCE}</p>"),
        reference=DocumentReference(id="a", url="http://a.example/"),
    )
    assert "Beispiel" not in repr(told)


def test_open_graph_and_meta_elements_are_read() -> None:
    head = (
        "<meta property='article:published_time' content='2014-05-12T07:00:00Z'>"
        "<meta property='article:modified_time' content='2014-05-13T07:00:00Z'>"
        "<meta name='author' content='Lokalredaktion'>"
    )
    told = article_metadata(_page(head=head))
    assert (told.published, told.modified) == ("2014-05-12", "2014-05-13")
    assert told.author_role == "newsroom"


def test_microdata_are_read() -> None:
    body = (
        "<article itemscope itemtype='http://schema.org/NewsArticle'>"
        "<h1 itemprop='headline'>Zu Gast in Weimar</h1><meta itemprop='isAccessibleForFree' "
        "content='false'><time itemprop='dateModified' datetime='2015-01-02'>x</time>"
        "<span itemprop='author'>dpa</span></article>"
    )
    told = article_metadata(_page(body=body))
    assert told.modified == "2015-01-02"
    assert (told.agency, told.author_role, told.is_stub) == ("dpa", "agency", True)


def test_dates_after_the_fetch_are_wrong() -> None:
    told = article_metadata(_page(linked=_ARTICLE), latest=date(2018, 1, 1))
    assert (told.published, told.modified) == (None, None)


@pytest.mark.parametrize(
    ("start", "agency"),
    [
        ("Erfurt (dpa/th) - Die Landeshauptstadt", "dpa"),
        ("Hof/Plauen (dpa) - Die", "dpa"),
        ("Weimar (epd). Die Stadt", "epd"),
        ("Trier (KNA) Zum Jubiläum", "kna"),
        ("Halle (ddp-lsa). Die", "ddp"),
        ("Hof (ots) - Die Polizei", "ots"),
        ("Foto: dpa\nHof - Die Stadt", None),
        ("Bild: picture alliance/dpa | F. M.\nHof - Die Stadt", None),
        ("Hof - Wie die Nachrichtenagentur dpa berichtet, kam", None),
        ("Die AP-Fraktion (Aktion Plauen) beantragt", None),
    ],
)
def test_agencies_are_told_at_the_edges_of_a_text(start: str, agency: str | None) -> None:
    assert agency_of(f"{start} {_SENTENCE * 9}") == agency


def test_an_agency_may_sign_at_the_end_but_not_in_the_middle() -> None:
    assert agency_of(f"{_SENTENCE * 9} © dpa-infocom, dpa:210101-99-1/2") == "dpa"
    assert agency_of(f"{_SENTENCE * 9} Gera (dpa) - {_SENTENCE * 9}") is None


_STUBS = {
    "declared": _page(
        linked={"@type": "NewsArticle", "isAccessibleForFree": False}, body=_SENTENCE
    ),
    "declared as text": _page(
        linked={"@type": "NewsArticle", "isAccessibleForFree": "False"}, body=_SENTENCE
    ),
    "tier": _page(head="<meta property='article:content_tier' content='locked'>", body=_SENTENCE),
    "paywall class": _page(body=f"<p>{_SENTENCE}</p><div class='park-article-paywall'></div>"),
    "faded": _page(body=f"<div class='article-fadeout'><p>{_SENTENCE}</p></div>"),
    "id": _page(body=f"<p>{_SENTENCE}</p><section id='paywall'>Angebot</section>"),
    "plus": _page(body=f"<p>{_SENTENCE}</p><h3>Weiterlesen mit <b>Oderfenster</b> Plus+</h3>"),
    "subscribers": _page(
        body=f"<p>{_SENTENCE}</p><p>Dieser Artikel ist hier noch nicht zu Ende, sondern unseren "
        "Abonnenten vorbehalten.</p>"
    ),
    "login": _page(body=f"<p>{_SENTENCE}</p><p>Sie sind bereits Kunde? Hier anmelden</p>"),
    "sold": _page(body=f"<p>{_SENTENCE}</p><p>Für 0,59 € können Sie diesen Artikel erwerben.</p>"),
    "register": _page(body=f"<p>{_SENTENCE}</p><p>Jetzt registrieren und weiterlesen</p>"),
}
_WHOLE = {
    "plain": _page(body=f"<p>{_SENTENCE * 3}</p>"),
    "free though with a wall": _page(
        linked={"@type": "NewsArticle", "isAccessibleForFree": True},
        body=f"<p>{_SENTENCE}</p><div class='paywall'></div>",
    ),
    "long with a wall": _page(body=f"<p>{_SENTENCE * 60}</p><div class='paywall'></div>"),
    "paid part is there": _page(
        linked={
            "@type": "NewsArticle",
            "isAccessibleForFree": False,
            "hasPart": {"isAccessibleForFree": False, "cssSelector": ".paid"},
        },
        body=f"<p>{_SENTENCE}</p><div class='paid'>{_SENTENCE * 20}</div>",
    ),
    "menu with a shop": _page(
        body=f"<nav><a class='abo-service-menu'>Abo</a></nav><p>{_SENTENCE}</p>"
    ),
    "another thing is paid": _page(
        linked={"@type": "Museum", "isAccessibleForFree": False}, body=f"<p>{_SENTENCE}</p>"
    ),
    "subscription of a newsletter": _page(
        body=f"<p>{_SENTENCE}</p><p>Diesen Beitrag teilen. Newsletter abonnieren</p>"
    ),
}


@pytest.mark.parametrize("name", [*_STUBS, *_WHOLE])
def test_stubs_of_paid_articles_are_marked(name: str) -> None:
    page = _STUBS.get(name) or _WHOLE[name]
    document = document_of_html(page, reference=DocumentReference(id="a", url="http://a.example/"))
    assert document.reference.is_stub is (name in _STUBS)


def test_documents_tell_date_agency_and_change() -> None:
    body = f"<article><p>Hof (dpa/by) - {_SENTENCE * 6}</p></article>"
    page = _page(linked=_ARTICLE, body=body).encode()
    reference = DocumentReference(id="a", url="http://a.example/", published="2019")
    told = document_of_bytes(page, media_type="text/html", reference=reference).reference
    assert (told.published, told.modified) == ("2019", "2019-06-12")
    assert (told.agency, told.is_stub) == ("dpa", False)


@pytest.mark.parametrize(
    "script",
    [
        "{",
        "[" * 100_000,
        '{"@type": 7, "author": 3}',
        '{"@type": "NewsArticle", "author": [[["x"]]], "headline": {"a": 1}, "hasPart": "x"}',
        '{"@type": "Article", "isAccessibleForFree": false, "hasPart": {"cssSelector": "a:has("}}',
        '{"@type": "NewsArticle", "headline": "' + "x" * 300_000 + '"}',
        '{"@graph": [' + ",".join(["{}"] * 5000) + "]}",
        '{"@type": "NewsArticle", "dateModified": "2019-13-77", "url": "javascript:1"}',
    ],
)
def test_hostile_json_is_survived(script: str) -> None:
    markup = _page(head=f"<script type='application/ld+json'>{script}</script>")
    told = article_metadata(markup, text="kurz")
    assert told.modified is None and told.published is None


@settings(deadline=None)
@given(st.text(max_size=200))
def test_whatever_stands_in_json_nothing_is_raised(text: str) -> None:
    article_metadata(_page(linked={"@type": "NewsArticle", "headline": text, "author": text}))


def test_rules_are_compiled_once() -> None:
    assert load_press_rules() is load_press_rules()
