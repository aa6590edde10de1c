from __future__ import annotations

from datetime import date
from typing import Any

from partnernetz.records import Source
from scrapers.date_range import parse_range
from scrapers.frontier import Frontier, Step
from scrapers.links import Link, PageLinks


def _source(**values: Any) -> Source:
    start = ("http://a.example/",)
    return Source(id="a", name="A", kind="unknown", start=start, hosts=("a.example",), **values)


def test_the_frontier_gives_the_best_link_first_and_each_once() -> None:
    frontier = Frontier(_source())
    start = frontier.next()
    assert start is not None and start.depth == 0
    links = [
        Link(address="http://a.example/1", text="Impressum"),
        Link(address="http://a.example/2", text="Wetter"),
        Link(address="http://a.example/3", text="Partnerstadt"),
        Link(address="http://a.example/2", text="Wetter"),
        Link(address="http://evil.example/", text="Partnerstadt"),
        Link(address="http://a.example/", text="Start"),
    ]
    frontier.add(links, depth=1, via=start.address)
    steps = [frontier.next() for _ in range(4)]
    assert [step and step.address[-1] for step in steps] == ["3", "2", "1", None]


def test_the_frontier_keeps_its_budget_and_depth() -> None:
    frontier = Frontier(_source(max_pages=2, max_depth=1))
    frontier.add([Link(address=f"http://a.example/{n}") for n in range(9)], depth=1, via="")
    frontier.add([Link(address="http://a.example/deep")], depth=2, via="")
    addresses = [step.address for step in iter(frontier.next, None)]
    assert addresses == ["http://a.example/", "http://a.example/0"]


def _root(frontier: Frontier) -> Step:
    step = frontier.next()
    assert step is not None
    return step


def _page(title: str, *links: Link, mentions: int = 0) -> PageLinks:
    return PageLinks(title=title, links=links, mentions=mentions)


def _link(name: str, text: str = "", **values: Any) -> Link:
    return Link(address=f"http://a.example/{name}", text=text, **values)


def _order(frontier: Frontier) -> list[str]:
    return [step.address.rsplit("/", 1)[-1] for step in iter(frontier.next, None)]


def test_a_link_inherits_from_its_page_and_hands_on_less() -> None:
    frontier = Frontier(_source(max_depth=9))
    root = _root(frontier)
    frontier.learn(_page("Start", _link("p", "Partnerstädte"), _link("w", "Wetter")), step=root)
    overview = _root(frontier)
    frontier.learn(
        _page("Partnerstädte", _link("gera", "Gera"), _link("w", "Wetter")), step=overview
    )
    gera = _root(frontier)
    frontier.learn(_page("Gera", _link("weg", "Anreise")), step=gera)
    journey = _root(frontier)
    assert [step.address[-4:] for step in (gera, journey)] == ["gera", "/weg"]
    assert overview.worth > gera.worth > journey.worth > 0
    assert _order(frontier) == ["w"]  # known from the start page, so it inherits nothing


def test_the_text_of_a_page_tells_that_its_links_are_worth_following() -> None:
    def first(mentions: int) -> str:
        frontier = Frontier(_source(max_depth=9))
        root = _root(frontier)
        frontier.learn(_page("Start", _link("a", "Freibad"), _link("b", "Amt")), step=root)
        step = _root(frontier)
        frontier.learn(_page("Freibad", _link("c", "Mehr"), mentions=mentions), step=step)
        return _root(frontier).address[-1]

    assert (first(0), first(4)) == ("b", "c")


def test_a_better_link_to_the_same_page_moves_it_forward() -> None:
    frontier = Frontier(_source())
    root = _root(frontier)
    frontier.learn(_page("Start", _link("a", "Wetter"), _link("b", "mehr")), step=root)
    frontier.add([_link("b", "Partnerstadt")], depth=1, via="x")
    assert _order(frontier) == ["b", "a"]


def test_pages_of_a_barren_folder_wait_for_others() -> None:
    frontier = Frontier(_source(max_pages=50))
    root = _root(frontier)
    names = [f"dienst/{number}/{letter}" for number in range(3) for letter in "abcdef"]
    frontier.learn(_page("Start", *map(_link, names)), step=root)
    for _ in range(9):
        frontier.learn(_page("Dienst"), step=_root(frontier))
    frontier.add([_link("neu/x")], depth=2, via="y")
    assert _root(frontier).address == "http://a.example/neu/x"


def test_endless_months_are_cut_off_but_partner_pages_never() -> None:
    frontier = Frontier(_source(max_pages=100_000, max_depth=100_000))
    few = Frontier(_source(max_pages=200, max_depth=100_000))
    for crawl in (frontier, few):
        _root(crawl)
        step = Step(address="http://a.example/k", depth=1, via="")
        for number in range(400):
            crawl.learn(_page("K", _link(f"agenda/{2000 + number}/7/")), step=step)
            crawl.learn(_page("K", _link(f"partnerstadt/{number}/")), step=step)
    addresses = [step.address for step in iter(few.next, None)]
    assert len(addresses) == 199  # the budget
    months = sum(1 for step in iter(frontier.next, None) if "agenda" in step.address)
    assert months == 400  # a quarter of a large budget
    few = Frontier(_source(max_pages=200, max_depth=100_000))
    _root(few)
    for number in range(400):
        few.learn(_page("K", _link(f"agenda/{2000 + number}/7/")), step=step)
    assert len(_order(few)) == 60


def test_no_more_addresses_wait_than_may_be_fetched_and_the_best_are_kept() -> None:
    frontier = Frontier(_source(max_pages=1500))
    _root(frontier)
    for number in range(40):
        links = [_link(f"{number}-{count}", "Freibad") for count in range(500)]
        frontier.add([*links, _link(f"p{number}", "Partnerstadt")], depth=1, via="x")
        assert len(frontier) <= 3000
    order = _order(frontier)
    assert len(order) == len(set(order)) == 1499
    assert {name[0] for name in order[:40]} == {"p"}


def test_the_time_of_a_source_is_a_budget_too() -> None:
    frontier = Frontier(_source(max_minutes=5))
    _root(frontier)
    frontier.add([_link("a"), _link("b")], depth=1, via="")
    assert frontier.next(minutes=4.9) is not None
    assert frontier.next(minutes=5.0) is None


def test_newest_entries_of_equal_worth_come_first_and_ranks_move_them() -> None:
    frontier = Frontier(_source())
    _root(frontier)
    entries = [
        _link("old", published="2001-01-01"),
        _link("none"),
        _link("new", modified="2020-01-01"),
        _link("ranked", rank=1.0),
        _link("told", summary="Die Partnerstadt Gera war zu Gast."),
    ]
    frontier.add(entries, depth=1, via="")
    assert _order(frontier) == ["told", "ranked", "new", "old", "none"]


def test_entries_outside_the_dates_are_left_out_and_archives_added() -> None:
    dates = parse_range("2019-03", "2019-04", today=date(2024, 1, 1))
    archives = ("http://a.example/archiv/{year}/{month:02}",)
    frontier = Frontier(_source(archives=archives), dates=dates)
    entries = [
        _link("in", published="2019-03-31"),
        _link("out", published="2018-03-31", text="Partnerstadt"),
        _link("undated"),
        _link("partner", published="2019-03-01", text="Partnerstadt"),
    ]
    frontier.add(entries, depth=1, via="")
    assert _order(frontier) == ["", "partner", "03", "04", "in", "undated"]


def test_links_of_pages_whose_address_tells_another_time_are_left_out() -> None:
    dates = parse_range("2019-03", "2019-04", today=date(2024, 1, 1))
    frontier = Frontier(_source(), dates=dates)
    names = ("2018/03/31/gera", "2019/03/31/hof", "2019-05-01-plauen", "partnerstadt")
    frontier.learn(_page("Start", *map(_link, names)), step=_root(frontier))
    assert set(_order(frontier)) == {"hof", "partnerstadt"}


def test_listed_addresses_are_no_trap_and_traps_are_no_addresses() -> None:
    frontier = Frontier(_source(max_pages=200))
    _root(frontier)
    frontier.add([_link(f"artikel/{number}") for number in range(150)], depth=1, via="")
    frontier.add([_link("a/b/a/b/a/b"), _link("x/x/x")], depth=1, via="")
    assert len(_order(frontier)) == 150
