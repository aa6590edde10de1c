"""Pages that scripts put together, in a real Chromium against servers on loopback."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from partnernetz.records import Document, Source
from partnernetz.settings import Settings
from scrapers.crawl import crawl
from scrapers.inputs import read_inputs
from scrapers.rendering.markup import plain_markup

_ROOT = Path(__file__).resolve().parents[2]
_NO_BROWSER = ""
if find_spec("scrapy_playwright") is None:
    _NO_BROWSER = "scrapy-playwright is missing: pip install 'partnernetz[javascript]'"
elif not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
    _NO_BROWSER = "Chromium is missing: apt-get install chromium"
needs_browser = pytest.mark.skipif(bool(_NO_BROWSER), reason=_NO_BROWSER)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, pages: dict[str, Any]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def end(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        path = self.path.partition("?")[0]
        answer = self.server.pages.get(path)
        kind = "text/html; charset=utf-8"
        if path.endswith(".js"):
            kind = "text/javascript"
        elif path.endswith(".json"):
            kind, answer = "application/json", json.dumps(answer) if answer is not None else None
        self.send_response(404 if answer is None else 200)
        body = (answer or "").encode()
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[_Server]:
    server = _Server({})
    yield server
    server.end()


@pytest.fixture
def stranger() -> Iterator[_Server]:
    server = _Server({"/x.js": "window.fremd = 1", "/x.json": ["fremd"]})
    yield server
    server.end()


def _source(server: _Server, **values: Any) -> Source:
    return Source(
        id="hof",
        name="Hof",
        kind="municipality",
        start=(f"http://{server.host}/",),
        hosts=(server.host,),
        **{"is_rendered": True, **values},
    )


def _crawl(sources: list[Source], archive: Path) -> Any:
    return crawl(sources, archive=archive, settings=Settings(contact=""), is_loopback_allowed=True)


def _texts(archive: Path) -> dict[str, str]:
    items = read_inputs([archive])
    documents = [item for item in items if isinstance(item, Document)]
    return {document.reference.url.split("/", 3)[3]: document.text for document in documents}


def _records(archive: Path) -> list[tuple[str, bytes]]:
    from warcio.archiveiterator import ArchiveIterator

    found = []
    for path in sorted(archive.glob("*hof-001.warc.gz")):
        with path.open("rb") as file:
            found += [
                (record.rec_type, record.content_stream().read())
                for record in ArchiveIterator(file)
                if record.rec_type != "warcinfo"
            ]
    return found


_PARTNER_LIST = """
const nonce = Math.random();
fetch('/partner.json?t=1').then(answer => answer.json()).then(towns => {
  document.body.insertAdjacentHTML('beforeend', '<h1>Partnerstädte</h1><ul data-n="' + nonce + '">'
    + towns.map(town => '<li>' + town + ' ist Partnerstadt von Hof.</li>').join('') + '</ul>'
    + '<a href="/plauen">Plauen</a>');
});
"""


@needs_browser
def test_a_list_made_by_a_script_is_read_and_unchanged_the_next_time(
    site: _Server, tmp_path: Path
) -> None:
    site.pages.update(
        {
            "/": "<title>Hof</title><body><script src=/app.js></script><img src=/bild.png>"
            "<link rel=stylesheet href=/stil.css></body>",
            "/app.js": _PARTNER_LIST,
            "/partner.json": ["Plauen", "Joensuu"],
            "/plauen": "<body><script src=/app.js></script><p>Plauen liegt in Sachsen.</p></body>",
        }
    )
    report = _crawl([_source(site)], tmp_path)
    assert (report.failures, report.sources[0].stored) == ((), 2)
    texts = _texts(tmp_path)
    assert "Plauen ist Partnerstadt von Hof." in texts[""]
    assert "Joensuu ist Partnerstadt von Hof." in texts["plauen"]
    # no pictures, no styles; scripts once for all pages
    assert sorted(site.asked) == [
        "/", "/.well-known/tdmrep.json", "/app.js", "/partner.json?t=1", "/partner.json?t=1",
        "/plauen", "/robots.txt",
    ]  # fmt: skip
    # no server sent this markup: it is no response, and says by what it was made
    records = _records(tmp_path)
    assert [kind for kind, _ in records] == ["metadata", "request", "resource"] * 2
    assert b"rendered_by: Chromium" in records[0][1] and b"<script" not in records[2][1]

    again = _crawl([_source(site)], tmp_path)
    assert (again.sources[0].stored, again.sources[0].unchanged) == (0, 2)


@needs_browser
def test_the_browser_reaches_nothing_but_what_the_crawl_would(
    site: _Server, stranger: _Server, tmp_path: Path
) -> None:
    site.pages["/"] = f"""
<body><p id=here>Hof und Plauen sind Partner.</p>
<img src="http://{stranger.host}/bild.png"><iframe src="http://{stranger.host}/rahmen"></iframe>
<video src="/film.mp4"></video><script src="http://{stranger.host}/x.js"></script>
<link rel=preconnect href="http://{stranger.host}/"><link rel=prefetch href="/geholt">
<link rel=dns-prefetch href="http://fremd.example/">
<script>
  const other = '{stranger.host}';
  const say = text => here.insertAdjacentText('beforeend', ' ' + text);
  fetch('http://' + other + '/x.json').catch(() => say('fetch-refused'));
  fetch('file:///etc/passwd').catch(() => say('file-refused'));
  fetch('/absenden', {{method: 'POST', body: 'x'}}).catch(() => say('post-refused'));
  new WebSocket('ws://' + other + '/').onerror = () => say('socket-refused');
  navigator.sendBeacon('http://' + other + '/leuchtfeuer', 'x');
  if (navigator.serviceWorker) navigator.serviceWorker.register('/sw.js').catch(() => 0);
  window.open('http://' + other + '/fenster'); window.open('/fenster');
  document.cookie = 'a=1'; localStorage.a = 1;
  if (window.fremd) say('foreign-script');
</script></body>"""
    report = _crawl([_source(site)], tmp_path)
    assert report.failures == ()
    text = _texts(tmp_path)[""]
    for said in ("fetch-refused", "file-refused", "post-refused", "socket-refused"):
        assert said in text
    assert "foreign-script" not in text
    assert stranger.asked == []
    assert sorted(site.asked) == ["/", "/.well-known/tdmrep.json", "/robots.txt"]


@needs_browser
def test_the_browser_has_no_network_of_its_own(stranger: _Server) -> None:
    code = f"""
from playwright.sync_api import Error, sync_playwright
from scrapy.settings import Settings
from scrapers.rendering.handler import use_browser
settings = Settings({{"DOWNLOAD_HANDLERS": {{"https": "x"}}}})
use_browser(settings)
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(**settings["PLAYWRIGHT_LAUNCH_OPTIONS"])
    page = browser.new_page()
    for address in ("http://{stranger.host}/", "http://localhost:{stranger.server_address[1]}/"):
        try:
            page.goto(address, timeout=5000)
        except Error as error:
            print("refused")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=_ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["refused", "refused"], done.stderr
    assert stranger.asked == []


@needs_browser
def test_where_a_script_leads_is_checked_like_a_redirection(
    site: _Server, stranger: _Server, tmp_path: Path
) -> None:
    site.pages.update(
        {
            "/robots.txt": "User-agent: *\nDisallow: /intern",
            "/": "<script>location = '/ziel'</script>",
            "/ziel": "<p>Das Ziel des Skripts.</p><a href=/a>a</a><a href=/b>b</a>",
            "/a": f"<script>location = 'http://{stranger.host}/'</script>",
            "/b": "<script>location.replace('/intern')</script>",
        }
    )
    report = _crawl([_source(site)], tmp_path)
    assert list(_texts(tmp_path)) == ["ziel"]
    assert sorted(failure.slug for failure in report.failures) == [
        "address_refused",
        "robots_disallowed",
    ]
    assert stranger.asked == [] and "/intern" not in site.asked


@needs_browser
def test_pages_that_hang_or_swell_fail_alone(site: _Server, tmp_path: Path) -> None:
    site.pages.update(
        {
            "/": "<p>Anfang</p><a href=/hang>h</a><a href=/schwall>s</a><a href=/datei>d</a>"
            "<a href=/gut>g</a>",
            "/datei": "<a id=a href=/x.zip download=x>x</a><script>a.click()</script>",
            "/hang": "<p>x</p><script>for (;;) {}</script>",
            "/schwall": "<script>document.write('<p>' + 'x'.repeat(21e6))</script>",
            "/gut": "<script>document.write('<p>Hof und Plauen</p>')</script>",
        }
    )
    report = _crawl([_source(site)], tmp_path)
    failures = {failure.subject.rpartition("/")[2]: failure for failure in report.failures}
    assert set(failures) - {"datei"} == {"hang", "schwall"}
    assert "cannot be rendered" in failures["hang"].message
    assert failures["schwall"].slug in ("too_large", "download_failed")  # swelling takes time
    assert set(_texts(tmp_path)) - {"datei"} == {"", "gut"}
    assert "/x.zip" not in site.asked


def test_without_a_browser_a_source_fails_with_one_sentence_and_the_rest_goes_on(
    site: _Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/"] = "<p>Hof und Plauen</p><a href=/a>a</a>"
    site.pages["/a"] = "<p>Seite A</p>"
    monkeypatch.setenv("PATH", str(tmp_path))
    rendered, plain = _source(site), _source(site, is_rendered=False)
    report = _crawl([rendered, Source(**{**_fields(plain), "id": "plain"})], tmp_path / "archive")
    (failure,) = report.failures
    assert "is_rendered" in failure.message and "install" in failure.message
    assert {source.source_id: source.stored for source in report.sources} == {"hof": 0, "plain": 2}


def _fields(source: Source) -> dict[str, Any]:
    return {name: getattr(source, name) for name in Source.__dataclass_fields__}


def test_the_browser_is_loaded_only_where_it_is_declared() -> None:
    code = (
        "import sys, scrapers.crawl_process, scrapers.spiders.site, scrapers.settings; "
        "sys.exit(any('playwright' in name for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=_ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("<p onclick='x()' style='a' data-x=1 nonce=2 class=c id=d>a", '<p class="c" id="d">a</p>'),
        ("<script>x</script><style>y</style><p>a", "<p>a</p>"),
        ("<template><p>b</template><noscript>c</noscript>d", "d"),
        (
            '<script type="application/ld+json">{"a": 1}</script>',
            '<script type="application/ld+json">{"a": 1}</script>',
        ),
    ],
    ids=range(4),
)
def test_passing_parts_of_a_markup_are_left_out(markup: str, kept: str) -> None:
    assert kept in plain_markup(markup)
    assert plain_markup(plain_markup(markup)) == plain_markup(markup)
