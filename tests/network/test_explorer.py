"""The explorer page, also in a real browser where there is one."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pyarrow.parquet as pq
import pytest

from network.explorer import page as page_module
from network.explorer.outlines import HEIGHT, WIDTH, place_on_map, project, state_outlines
from network.explorer.page import json_for_html
from network.release import publish
from partnernetz.errors import InputError
from partnernetz.records import PlaceReference, partnership_id

HOSTILE = '</script><img src=x onerror="alert(1)">\'"<!-- \u2028 ${x} {{ 7*7 }}'
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def page(release):
    return (release / "explorer.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def hostile_release(tmp_path_factory, hand, gazetteer):
    """A release of a page that says nothing but mischief."""
    out = tmp_path_factory.mktemp("hostile") / "release"
    document = hand.make_document(url="javascript:alert(1)", title=HOSTILE)
    evidence = hand.make_evidence(
        b=PlaceReference(id=None, name=HOSTILE, country=None),
        quotation=HOSTILE,
        document=document,
        topics=("<b>topic</b>",),
    )
    publish(
        evidence=[evidence],
        claims=(),
        out=out,
        gazetteer=gazetteer,
        reference_folder=hand.REFERENCE,
    )
    return out, partnership_id(pair=evidence.pair)


class Tags(HTMLParser):
    """Collects tags with their attributes, and the text of the data block."""

    def __init__(self):
        super().__init__()
        self.tags, self.data, self._inside = [], "", False

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = dict(attrs).get("id") == "data"

    def handle_data(self, data):
        if self._inside:
            self.data += data

    def handle_endtag(self, tag):
        self._inside = False


def parsed(text):
    parser = Tags()
    parser.feed(text)
    return parser


def test_the_page_needs_nothing_else(page):
    for _, attributes in parsed(page).tags:
        assert "src" not in attributes
        assert not attributes.get("href", "#").startswith(("http", "//"))
    assert "url(" not in page
    assert "@import" not in page


def test_the_page_allows_only_its_own_script(page):
    policies = [a["content"] for tag, a in parsed(page).tags if tag == "meta" and "http-equiv" in a]
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    assert re.search(r"script-src 'sha256-[\w+/]+=*'", policies[0])
    assert "unsafe" not in policies[0]


def test_the_page_holds_its_data(page):
    data = json.loads(parsed(page).data)
    assert len(data["partnerships"]) == 3
    assert sum(len(item["evidence"]) for item in data["partnerships"]) == 6
    assert data["years"] == [1969, 2026]
    assert [(claim["words"], claim["here"]) for claim in data["claims"]] == [
        ("more than 850 East–West partnerships, 1990/1991", 2)
    ]
    names = {place["name"]: place for place in data["places"]}
    assert names["Eisenhüttenstadt"]["side"] == "east"
    assert "x" not in names["Saint-Nazaire"]


def test_a_large_release_shows_the_most_believed(monkeypatch, release):
    tables = {
        name: pq.read_table(release / f"{name}.parquet")
        for name in ("places", "partnerships", "evidence", "documents", "claims", "years")
    }
    monkeypatch.setattr(page_module, "MOST_PARTNERSHIPS", 2)
    monkeypatch.setattr(page_module, "MOST_QUOTATIONS", 3)
    data = page_module.explorer_data(tables, created=None)
    shown = {data["places"][item["b"]]["name"]: item for item in data["partnerships"]}
    rows = sorted(tables["partnerships"].to_pylist(), key=lambda row: -row["belief"])
    assert set(shown) == {row["b_name"] for row in rows[:2]} and len(rows) == 3
    pair = shown["Eisenhüttenstadt"]
    assert (len(pair["evidence"]), pair["more"]) == (2, 2)
    assert len(data["documents"]) <= 3 + 1  # those of the quotations, and of the claim


def test_hostile_text_stays_data(hostile_release):
    out, _ = hostile_release
    parser = parsed((out / "explorer.html").read_text(encoding="utf-8"))
    assert "img" not in {tag for tag, _ in parser.tags}
    assert len([tag for tag, _ in parser.tags if tag == "script"]) == 2
    (partnership,) = json.loads(parser.data)["partnerships"]
    assert partnership["evidence"][0]["quotation"] == HOSTILE


def test_json_in_html_has_no_markup():
    assert not re.search("[<>&\u2028\u2029]", str(json_for_html({"a": HOSTILE})))
    assert json.loads(str(json_for_html([HOSTILE]))) == [HOSTILE]


def test_north_is_up_and_east_is_right():
    assert project(54, 10)[1] < project(48, 10)[1]
    assert project(51, 7)[0] < project(51, 14)[0]


@pytest.mark.parametrize("position", [(55.75, 37.6), (40.7, -74.0), (-33.9, 18.4), (48.85, 2.35)])
def test_what_is_far_away_stands_at_the_rim(position):
    (x, y), is_moved = place_on_map(*position)
    assert is_moved
    assert 0 < x < WIDTH
    assert 0 < y < HEIGHT


def test_what_is_near_stands_where_it_is():
    assert place_on_map(48.58, 7.75) == (project(48.58, 7.75), False)


def test_sixteen_states_have_outlines(hand):
    outlines = state_outlines(hand.REFERENCE / "sources" / "states.geojson")
    assert len(outlines) == 16
    assert all(re.fullmatch(r"[MLZ0-9. -]+", outline.path) for outline in outlines)
    assert sum(len(outline.path) for outline in outlines) < 120_000


@pytest.mark.parametrize("content", ["", "{}", '{"features": [1]}'])
def test_unusable_outlines_are_told(tmp_path, content):
    path = tmp_path / "states.geojson"
    path.write_text(content)
    with pytest.raises(InputError, match="outlines"):
        state_outlines(path)


@pytest.fixture(scope="module")
def browse(tmp_path_factory):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no browser: install chromium to test the explorer page in one")

    def run(folder, selection=""):
        """Return the page's document after its script ran, and what the console said."""
        profile = tmp_path_factory.mktemp("profile")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
        done = subprocess.run(
            [
                browser,
                *options,
                f"--user-data-dir={profile}",
                "--virtual-time-budget=2000",
                "--dump-dom",
                f"{(folder / 'explorer.html').as_uri()}#{selection}",
            ],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        return parsed(done.stdout), [line for line in done.stderr.splitlines() if "CONSOLE" in line]

    return run


def test_a_browser_shows_list_map_and_timeline(browse, release):
    shown, console = browse(release)
    assert console == []
    classes = [attributes.get("class") or "" for _, attributes in shown.tags]
    assert classes.count("row") == 3
    assert sum(value.startswith("town") for value in classes) == 4
    assert sum(value.split()[:1] == ["arc"] for value in classes) == 2 + 2  # two in the legend
    stops = [a for _, a in shown.tags if (a.get("class") or "").startswith("town")]
    assert [a["tabindex"] for a in stops].count("0") == 1  # one tab stop for the whole map
    assert sum("data-year" in attributes for _, attributes in shown.tags) == 2026 - 1969 + 1


def test_a_browser_shows_the_claims_while_nothing_is_selected(browse, release):
    shown, _ = browse(release)
    classes = [attributes.get("class") or "" for _, attributes in shown.tags]
    assert (classes.count("claim"), classes.count("here")) == (1, 1)
    assert sum(tag == "blockquote" for tag, _ in shown.tags) == 1


def test_a_browser_shows_the_quotations_of_a_pair(browse, release):
    pair = partnership_id(pair=("ags:10044115", "ags:12067120"))
    shown, console = browse(release, pair)
    assert console == []
    links = [attributes["href"] for tag, attributes in shown.tags if tag == "a"]
    assert sum(tag == "blockquote" for tag, _ in shown.tags) == 4
    assert any(
        link.startswith("https://www.saarlouis.de/partner#:~:text=Am%2019.") for link in links
    )


def test_a_browser_runs_nothing_that_a_page_says(browse, hostile_release):
    out, pair = hostile_release
    shown, console = browse(out, pair)
    assert console == []
    tags = [tag for tag, _ in shown.tags]
    assert "img" not in tags
    assert "b" not in tags
    assert tags.count("blockquote") == 1
    assert not any("javascript:" in (a.get("href") or "") for _, a in shown.tags)
