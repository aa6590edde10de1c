"""Names in a text: told from other words and linked to the gazetteer."""

from __future__ import annotations

from typing import Any

import pytest

LINKED = [
    ("Gäste aus Halle kamen mit der Bahn.", "Halle", "ags:15002000"),
    ("Gäste aus Frankfurt/O. kamen.", "Frankfurt/O.", "ags:12053000"),
    ("Gäste aus Frankfurt an der Oder kamen.", "Frankfurt an der Oder", "ags:12053000"),
    ("Gäste aus Frankfurt (Oder) kamen.", "Frankfurt (Oder)", "ags:12053000"),
    ("Gäste aus Frankfurt am Main kamen.", "Frankfurt am Main", "ags:06412000"),
    ("Wir fuhren nach Neustadt an der Weinstraße.", "Neustadt an der Weinstraße", "ags:07316000"),
    ("Wir fuhren nach Lübben/Spreewald.", "Lübben/Spreewald", "ags:12061316"),
    ("Wir fuhren nach Rothenburg ob der Tauber.", "Rothenburg ob der Tauber", "ags:09571193"),
    ("Die Reise ging nach Karl-Marx-Stadt.", "Karl-Marx-Stadt", "ags:14511000"),
    ("Die Reise ging nach Stalinstadt.", "Stalinstadt", "ags:12067120"),
    ("Die Reise ging nach Breslau in Polen.", "Breslau", "geonames:3081368"),
    ("Die Gäste aus Györ (Ungarn) kamen.", "Györ", "geonames:3052009"),
    ("Naumburgs Altstadt ist gerettet.", "Naumburgs", "ags:15084355"),
    ("Die Saarlouiser Delegation reiste an.", "Saarlouiser", "ags:10044115"),
    ("Die Dresdner kamen gern.", "Dresdner", "ags:14612000"),
    ("Die Hallenser kamen gern.", "Hallenser", "ags:15002000"),
    ("Der Bremer Senat tagte.", "Bremer", "ags:04011000"),
    ("Besuch aus der Lutherstadt Wittenberg.", "Lutherstadt Wittenberg", "ags:15091375"),
    ("Es ging um den Landkreis Oder-Spree.", "Landkreis Oder-Spree", "ags:12067"),
    ("Besuch aus dem Bodenseekreis.", "Bodenseekreis", "ags:08435"),
    ("Besuch aus Berlin-Spandau.", "Berlin-Spandau", "ags:11005"),
    ("Besuch aus Zella-Mehlis.", "Zella-Mehlis", "ags:16066092"),
    ("Besuch aus HEILBRONN am Neckar.", "HEILBRONN", "ags:08121000"),
    ("Er fuhr nach Essen ins Ruhrgebiet.", "Essen", "ags:05113000"),
    ("Dillingen (Saarland) lud ein.", "Dillingen", "ags:10044111"),
    ("Eisenhüttenstadt (Brandenburg) lud ein.", "Eisenhüttenstadt", "ags:12067120"),
    ("Das thüringische Weimar lud ein.", "Weimar", "ags:16055000"),
    ("Hof in Bayern und Plauen in Sachsen luden ein.", "Plauen", "ags:14523320"),
]

NOT_LINKED = [
    ("Das Essen war gut.", "Essen"),
    ("Der Hof war leer.", "Hof"),
    ("Das Singen machte Freude.", "Singen"),
    ("Herr Wagner sprach.", "Wagner"),
    ("Oberbürgermeister Köhler sprach.", "Köhler"),
    ("Klaus Wagner sprach lange.", "Wagner"),
    ("Eberhard Langer kam, und Langer sprach.", "Langer"),
    ("Sie wohnt in der Aachener Straße.", "Aachener"),
    ("Das Heidelberg-Haus ist saniert.", "Heidelberg"),
    ("Der TV Darmsheim gewann.", "Darmsheim"),
    ("Die Bürger kamen.", "Bürger"),
    ("Die Lehrer kamen.", "Lehrer"),
    ("Im März war Schluss.", "März"),
    ("Im Land Sachsen-Anhalt ist Platz.", "Anhalt"),
    ("Er lebt in Schleswig-Holstein.", "Schleswig"),
]


@pytest.mark.parametrize(("text", "surface", "place_id"), LINKED)
def test_a_name_is_linked(text: str, surface: str, place_id: str, reader: Any) -> None:
    found = {mention.surface: mention.place.id for mention in reader.places(text)}
    assert found.get(surface) == place_id


@pytest.mark.parametrize(("text", "surface"), NOT_LINKED)
def test_a_word_is_no_place(text: str, surface: str, reader: Any) -> None:
    assert surface not in {mention.surface for mention in reader.places(text)}


def test_a_bare_name_means_the_page_owner(reader: Any) -> None:
    mentions = reader.places("Schönberg lädt ein.", "ags:01057073")
    assert [m.place.id for m in mentions] == ["ags:01057073"]


def test_a_bare_name_means_the_full_one_of_the_same_text(reader: Any) -> None:
    text = "Dillingen lädt ein. In Dillingen/Saar wird gefeiert."
    assert {m.place.id for m in reader.places(text)} == {"ags:10044111"}


def test_each_link_gives_its_reason(reader: Any) -> None:
    for mention in reader.places("Die Partnerschaft zwischen Halle und Karlsruhe besteht."):
        assert mention.reason and mention.points >= 1.5


@pytest.mark.parametrize(
    ("url", "place_id"),
    [
        ("https://www.bad-schwartau.de/x", "ags:01055004"),
        ("https://fdp-halle.de/x", "ags:15002000"),
        ("https://www.saarlouis.de/", "ags:10044115"),
        ("https://www.muenchen.de/", "ags:09162000"),
        ("https://www.volksstimme.de/lokal/magdeburg/", None),
        ("https://www.brandenburg.de/", None),
        ("kein Verweis", None),
    ],
)
def test_an_address_tells_its_owner(url: str, place_id: str | None, reader: Any) -> None:
    from nlp.hosts import host_from_address

    place = host_from_address(url, reader.gazetteer)
    assert (place.id if place else None) == place_id
