"""A made-up municipal site of 5,000 pages, twelve of them on partner towns, for the crawl's tests.

Everything is drawn from a seed: which pages there are, how they are named, where they hang. Four
layouts stand for four kinds of systems; see ``LAYOUTS``. Besides its pages a site answers for
calendars without end. Pages are written when they are asked for.
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

PAGES = 5000
RELEVANT = 12
ROOT = "http://town.example"

_TOWNS = (
    "Gera Arras Taschkent Eisleben Kutná-Hora Zwolle Burghausen Trnava Lyme-Regis Dębica Güstrow "
    "Hradec Saumur Marignane Altenburg Senlis Torgau Sömmerda Rethel Ratzeburg"
).split()
_TOPICS = (
    "Freibad Kita Radweg Kanal Spielplatz Haushalt Brücke Markt Feuerwehr Bibliothek Breitband "
    "Bauhof Grundschule Friedhof Stadtwald Kläranlage Parkhaus Sporthalle Museum Wochenmarkt"
).split()
_NEWS = (
    "{} wird saniert", "Neues zum Thema {}", "Sperrung wegen Bauarbeiten: {}",
    "Ausschuss berät über {}", "{}: Anmeldung ab Montag", "Minister zu Besuch: {}",
    "Ansprechpartner für {} benannt", "Sicherheitspartnerschaft rund um {}", "Spende für {}",
    "Polizeibericht {}", "10 Jahre {}", "Autor zu Gast: Lesung, {}", "{} feiert Sommerfest",
    "{} am Platz der Einheit",
)  # fmt: skip
_SERVICES = (
    "Personalausweis Reisepass Hundesteuer Gewerbe Führerschein Wohngeld Meldebescheinigung "
    "Lebenspartnerschaft Baumfällung Sondernutzung Fundbüro Elterngeld Sperrmüll Baugenehmigung"
).split()
_PROSE = (
    "Die Arbeiten beginnen im Frühjahr und dauern drei Monate.",
    "Anträge nimmt das Bürgerbüro entgegen; Ansprechpartner finden Sie rechts.",
    "Der Ausschuss hat dem Vorschlag einstimmig zugestimmt.",
    "Bitte beachten Sie die geänderten Öffnungszeiten.",
    "Die Kosten trägt zur Hälfte das Land.",
)
_PARTNER_PROSE = (
    "Die Partnerschaft besteht seit vielen Jahren.",
    "Seit 1990 sind beide Städte Partner, die Urkunde hängt im Rathaus.",
    "Zum Jubiläum der Städtepartnerschaft reisten vierzig Gäste an.",
    "Mit unserer Partnerstadt verbindet uns eine lange Freundschaft.",
)


@dataclass(slots=True)
class Node:
    """A page: its title, the page above it, what it lists, its address once it has one."""

    title: str
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    more: list[tuple[str, Node]] = field(default_factory=list)
    is_relevant: bool = False
    is_listed: bool = True
    suffix: str = ""
    address: str = ""
    number: int = 0

    def add(self, title: str, **values: bool | str) -> Node:
        child = Node(title, parent=self, **values)  # type: ignore[arg-type]
        self.children.append(child)
        return child

    def walk(self) -> list[Node]:
        found, waiting = [], [self]
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting.extend(node.children)
        return found


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a kind of system names pages, and what its menus show."""

    name: str
    address: Callable[[Node], str]
    calendar: str
    has_mega_menu: bool
    menu_tag: str
    has_sitemap: bool = False
    has_year_archive: bool = True


def _slug(text: str) -> str:
    text = text.lower().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))
    return re.sub(r"[^a-z0-9]+", "-", text.encode("ascii", "ignore").decode()).strip("-") or "x"


def _path(node: Node) -> list[str]:
    above = _path(node.parent) if node.parent is not None else []
    return [*above, _slug(node.title)] if node.parent is not None else []


def _tree_address(node: Node) -> str:
    tail = node.suffix or "/"
    if node.parent is not None and node.parent.title.startswith(("Seite ", "Archiv ")):
        return f"/aktuelles/detail/{_slug(node.title)}-{node.number}{node.suffix or '.html'}"
    return "/" + "/".join(_path(node)) + tail


def _flat_address(node: Node) -> str:
    if node.suffix:
        return f"/media/custom/2268_{node.number}_1{node.suffix}"
    above = node.parent.number if node.parent is not None else 1
    return f"/index.phtml?La=1&mNavID=2268.{above}&object=tx%7C2268.{node.number}.1"


def _blog_address(node: Node) -> str:
    if node.suffix:
        return f"/wp-content/uploads/2015/03/{_slug(node.title)}{node.suffix}"
    top = _path(node)[:1]
    if top == ["aktuelles"] and not node.children:
        year, month = 2004 + node.number % 20, 1 + node.number % 12
        return f"/{year}/{month:02}/{1 + node.number % 28:02}/{_slug(node.title)}-{node.number}/"
    return f"/{_slug(node.title)}-{node.number}/" if node.parent else "/"


def _numbered_address(node: Node) -> str:
    if node.parent is None:
        return "/de/index.html"
    return f"/de/{_slug(node.title)}-{1595920000 + node.number}{node.suffix or '.html'}"


LAYOUTS = (
    Layout(
        name="tree", address=_tree_address, calendar="/termine-uebersicht/{}/{:02}/",
        has_mega_menu=True, menu_tag="nav",
    ),
    Layout(
        name="flat", address=_flat_address, has_mega_menu=False, menu_tag="div",
        calendar="/index.phtml?La=1&jahr={}&mon={}&mNavID=2268.9",
    ),
    Layout(
        name="blog", address=_blog_address, calendar="/agenda/{}-{:02}/",
        has_mega_menu=True, menu_tag="nav", has_year_archive=False,
    ),
    Layout(
        name="numbered", address=_numbered_address, calendar="/de/kal_{}_{:02}.html",
        has_mega_menu=False, menu_tag="nav", has_sitemap=True,
    ),
)  # fmt: skip


class TownSite:
    """The site of one layout and seed."""

    def __init__(self, layout: Layout, seed: int) -> None:
        self.layout = layout
        self._random = random.Random(f"{layout.name} {seed}")
        self._town = self._random.choice(("Saarfeld", "Neuburg", "Lindenau"))
        self.home = Node(f"Stadt {self._town}")
        self._fill()
        nodes = self.home.walk()
        self._random.shuffle(nodes)
        for number, node in enumerate(nodes, start=100):
            node.number = number
        for node in nodes:
            node.address = ROOT + layout.address(node)
        self.start = self.home.address
        self.pages = {node.address: node for node in nodes}
        self.relevant = frozenset(node.address for node in nodes if node.is_relevant)
        assert (len(self.pages), len(self.relevant)) == (PAGES, RELEVANT)

    def sitemap(self) -> bytes:
        """Return the sitemap of all pages."""
        rows = "".join(f"<url><loc>{html.escape(name)}</loc></url>" for name in sorted(self.pages))
        return f"<?xml version='1.0'?><urlset>{rows}</urlset>".encode()

    def get(self, address: str) -> str | None:
        """Return the markup of a page, None where there is none; PDFs have an empty one."""
        node = self.pages.get(address)
        if node is not None:
            return "" if node.suffix else self._render(node)
        shape = re.escape(ROOT + self.layout.calendar)
        found = re.fullmatch(re.sub(r"\\\{[^}]*\\\}", r"(\\d+)", shape), address)
        if found is None:
            return None
        year, month = (int(part) for part in found.groups())
        return self._calendar(year, month)

    # what there is

    def _fill(self) -> None:
        choose = self._random
        names = ["Stadt & Rathaus", "Bürgerservice", "Leben & Wohnen", "Kultur & Tourismus",
                 "Wirtschaft", "Aktuelles"]  # fmt: skip
        tops = {name: self.home.add(name) for name in names}
        for name in ("Impressum", "Datenschutz", "Kontakt", "Leichte Sprache"):
            self.home.add(name)
        towns = choose.sample(_TOWNS, 6)
        portrait = self._portrait(tops)
        self._partners(tops, portrait, towns)
        self._services(tops["Bürgerservice"])
        self._leisure(tops)
        council = self._council(tops["Stadt & Rathaus"], towns)
        news = self._news(tops["Aktuelles"], towns)
        missing = PAGES - len(self.home.walk())
        for number in range(missing):  # the rest is news and papers
            shelf = council if number % 8 == 0 else news
            choose.choice(shelf).add(self._headline(number))
        for node in self.home.walk():
            choose.shuffle(node.children)

    def _portrait(self, tops: dict[str, Node]) -> Node:
        choose = self._random
        town_hall = tops["Stadt & Rathaus"]
        for name in (
            "Bürgermeister",
            "Ämter",
            "Ortsrecht",
            "Wahlen",
            "Haushalt",
            "Ausschreibungen",
        ):
            section = town_hall.add(name)
            for number in range(12):
                section.add(f"{name} {choose.choice(_TOPICS)} {number}")
        above, name = choose.choice(
            [("Stadt & Rathaus", "Stadtporträt"), ("Leben & Wohnen", f"Leben in {self._town}"),
             ("Kultur & Tourismus", "Unsere Stadt"), ("Stadt & Rathaus", "Stadtinfo")]
        )  # fmt: skip
        portrait = tops[above].add(name)
        for title in ("Zahlen und Daten", "Ortsteile", "Wappen", "Ehrenbürger", "Stadtplan"):
            page = portrait.add(title)
            for number in range(8):
                page.add(f"{title} {choose.choice(_TOPICS)} {number}")
        return portrait

    def _partners(self, tops: dict[str, Node], portrait: Node, towns: list[str]) -> None:
        choose = self._random
        name = choose.choice(
            ["Partnerstädte", "Städtepartnerschaften", "Städtepatnerschaften",
             "Unsere Partner in Europa", "Internationale Beziehungen", "Freunde in aller Welt"]
        )  # fmt: skip
        above = portrait
        if name == "Freunde in aller Welt":  # a hint too small, were it not for its page
            above = portrait.add("Partnerschaften und Vereine")
        overview = above.add(name, is_relevant=True)
        pages = [overview.add(town, is_relevant=True) for town in towns[:5]]
        pages[0].add(
            choose.choice(["Wie alles begann", "Chronik der Begegnungen"]), is_relevant=True
        )
        history = choose.choice([tops["Kultur & Tourismus"], portrait]).add("Geschichte")
        for number in range(20):
            history.add(f"{choose.choice(('Mittelalter', 'Barock', 'Industrie'))} {number}")
        where = choose.choice([overview, tops["Kultur & Tourismus"], tops["Leben & Wohnen"]])
        where.add(
            choose.choice(["Comité de jumelage", "Jumelage: page en français"]), is_relevant=True
        )
        clubs = tops["Leben & Wohnen"].add("Vereine")
        for number in range(90):
            clubs.add(f"{choose.choice(('Sportverein', 'Chor', 'Kleingärtner'))} {number}")
        clubs.add(f"Freundeskreis {towns[1]}", is_relevant=True)

    def _services(self, above: Node) -> None:
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWZ":
            page = above.add(f"Dienstleistungen {letter}")
            for number in range(30):
                page.add(f"{self._random.choice(_SERVICES)} {letter}{number}")

    def _leisure(self, tops: dict[str, Node]) -> None:
        choose = self._random
        stays = tops["Kultur & Tourismus"].add("Unterkünfte")
        for number in range(150):
            stays.add(f"Hotel {choose.choice(_TOPICS)} {number}")
        events = tops["Kultur & Tourismus"].add("Veranstaltungen")
        for number in range(300):
            events.add(f"Konzert {choose.choice(_TOPICS)} {number}")
        galleries = tops["Kultur & Tourismus"].add("Bildergalerien")
        for number in range(30):
            gallery = galleries.add(f"Stadtfest {1990 + number}")
            for picture in range(12):
                gallery.add(f"Ansicht {number}-{picture}")
        economy = tops["Wirtschaft"]
        for title in (
            "Gewerbegebiete",
            "Kooperationspartner",
            "Firmenverzeichnis",
            "Citymarketing",
        ):
            page = economy.add(title)
            for number in range(25):
                page.add(f"{title} {choose.choice(_TOPICS)} {number}")

    def _council(self, above: Node, towns: list[str]) -> list[Node]:
        system = above.add(
            self._random.choice(["Ratsinformationssystem", "Bürgerinfo und Sitzungen"])
        )
        years = [system.add(f"Vorlagen {year}") for year in range(2012, 2024)]
        paper = self._random.choice(years).add(f"Vorlage 88: Städtepartnerschaft {towns[2]}")
        paper.is_relevant, paper.suffix = True, ".pdf"
        return years

    def _news(self, above: Node, towns: list[str]) -> list[Node]:
        choose = self._random
        if self.layout.has_year_archive:
            archive = above.add(choose.choice(["Nachrichtenarchiv", "Archiv", "Pressearchiv"]))
            shelves = [archive.add(f"Archiv {year}") for year in range(2004, 2024)]
        else:
            shelves = []
            page = above
            for number in range(2, 22):  # each page of the list leads to the next
                page = page.add(f"Seite {number}")
                shelves.append(page)
        choose.choice(shelves[-3:] if self.layout.has_year_archive else shelves[:3]).add(
            f"Delegation aus {towns[3]} empfangen", is_relevant=True
        )
        old = shelves[:8] if self.layout.has_year_archive else shelves[8:]
        choose.choice(old).add(
            choose.choice([f"25 Jahre Städtepartnerschaft mit {towns[4]}",
                           f"Ein Vierteljahrhundert Freundschaft mit {towns[4]}"]),
            is_relevant=True,
        )  # fmt: skip
        return shelves

    def _headline(self, number: int) -> str:
        return f"{self._random.choice(_NEWS).format(self._random.choice(_TOPICS))} {number}"

    # how it looks

    def _render(self, node: Node) -> str:
        listed = [(child.title, child) for child in node.children] + node.more
        rows = "".join(f"<li>{self._link(*pair)}</li>" for pair in listed)
        body = f"<h1>{html.escape(node.title)}</h1>{self._prose(node)}<ul>{rows}</ul>"
        return self._frame(node.title, body, node)

    def _prose(self, node: Node) -> str:
        choose = random.Random(node.address)
        sentences = [_PROSE[choose.randrange(len(_PROSE))] for _ in range(3)]
        if node.is_relevant:
            sentences += choose.sample(_PARTNER_PROSE, 2)
        elif choose.random() < 0.02:  # in passing
            sentences.append("Auch Gäste aus einer Partnerstadt waren dabei.")
        return "".join(f"<p>{sentence}</p>" for sentence in sentences)

    def _calendar(self, year: int, month: int) -> str:
        ahead = (year + month // 12, month % 12 + 1)
        days = "".join(
            f"<a href='{html.escape(ROOT + self.layout.calendar.format(*moment))}'>{name}</a> "
            for moment, name in ((ahead, "weiter"), ((year + 1, month), "Jahr vor"))
        )
        return self._frame(
            f"Termine {month}/{year}", f"<table><tr><td>{days}</td></tr></table>", None
        )

    def _frame(self, title: str, body: str, node: Node | None) -> str:
        tops = self.home.children
        menu = "".join(self._entry(top) for top in tops)
        beside = ""
        if node is not None and node.parent is not None:
            siblings = node.parent.children if len(node.parent.children) <= 30 else []
            beside = " ".join(self._link(other.title, other) for other in siblings)
            menu += f"<p class='breadcrumb'>{self._link(node.parent.title, node.parent)}</p>"
        tag = self.layout.menu_tag
        widget = ROOT + self.layout.calendar.format(2024, 7)
        return (
            f"<html><head><title>{html.escape(title)} | {self._town}</title></head><body>"
            f"<{tag} class='main-menu'>{menu}</{tag}><div id='content'>{body}</div>"
            f"<div class='sidebar'><{tag} class='sub-nav'>{beside}</{tag}>"
            f"<h3>Termine</h3><a href='{html.escape(widget)}'>Juli</a></div></body></html>"
        )

    def _entry(self, top: Node) -> str:
        below = top.children if self.layout.has_mega_menu and len(top.children) < 30 else []
        return " ".join(self._link(entry.title, entry) for entry in [top, *below])

    @staticmethod
    def _link(text: str, node: Node) -> str:
        return f"<a href='{html.escape(node.address)}'>{html.escape(text)}</a>"
