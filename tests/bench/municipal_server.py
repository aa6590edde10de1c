"""Made-up municipal sites on loopback: ``python municipal_server.py HOSTS PAGES [--delays A B]``.

HOSTS sites answer at 127.0.1.1, 127.0.1.2 and on, all on one port, which is printed when they do.
Each has PAGES pages, more than 34, whose addresses end in ``-0.html`` and on, of 5 to 40 KB with 40
to 100 links, put together when they are asked for: a menu, a footer, running text, and a list that
leads to pages further down. ``--delays`` has robots.txt ask for a Crawl-delay, spread evenly over
the hosts.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
from email.utils import formatdate
from functools import partial

_TOPICS = (
    "Freibad Kita Radweg Kanal Spielplatz Haushalt Brücke Markt Feuerwehr Bibliothek Breitband "
    "Bauhof Grundschule Friedhof Stadtwald Kläranlage Parkhaus Sporthalle Museum Wochenmarkt"
).split()
_EVENTS = (
    "{} wird saniert", "Neues zum Thema {}", "Sperrung wegen Bauarbeiten: {}",
    "Ausschuss berät über {}", "{}: Anmeldung ab Montag", "Ansprechpartner für {}",
    "Spende für {}", "10 Jahre {}", "{} feiert Sommerfest", "Förderung für {} bewilligt",
)  # fmt: skip
_MENU = (
    "Rathaus,Bürgerservice,Verwaltung,Ämter von A bis Z,Stadtrat,Ausschüsse,Satzungen,Haushalt,"
    "Ausschreibungen,Stellenangebote,Leben und Wohnen,Familie,Schulen,Kitas,Senioren,Gesundheit,"
    "Vereine,Kultur,Museum,Bibliothek,Tourismus,Unterkünfte,Stadtgeschichte,Unsere Stadt,"
    "Wirtschaft,Aktuelles,Veranstaltungen,Bekanntmachungen"
).split(",")
_FOOTER = "Impressum,Datenschutz,Barrierefreiheit,Kontakt,Sitemap,Newsletter".split(",")
_FIXED = [*_MENU, *_FOOTER]
_SENTENCES = (
    "Die Arbeiten an der Straße beginnen im Frühjahr und dauern voraussichtlich drei Monate.",
    "Anträge nimmt das Bürgerbüro während der Öffnungszeiten entgegen.",
    "Der Ausschuss hat dem Vorschlag der Verwaltung nach kurzer Aussprache einstimmig zugestimmt.",
    "Die Kosten trägt zur Hälfte das Land, den Rest übernimmt die Stadt aus eigenen Mitteln.",
    "Am Wochenende kamen rund zweihundert Gäste, um das Jubiläum gemeinsam zu begehen.",
    "Wer mithelfen möchte, meldet sich bis Ende des Monats bei den Vereinen im Ort.",
    "Die Bürgermeisterin dankte allen, die über Jahre hinweg ehrenamtlich mitgewirkt haben.",
)
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_FEWEST_BYTES, _MOST_BYTES = 5_000, 40_000
_CHILDREN = 12


def _encoded(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


def _title(number: int) -> str:
    if 0 < number <= len(_FIXED):
        return _FIXED[number - 1]
    event, topic = _EVENTS[number % len(_EVENTS)], _TOPICS[number // 10 % len(_TOPICS)]
    return f"{event.format(topic)} {number}"


def _link(number: int) -> str:
    text, folder = _title(number), "stadt" if number <= len(_FIXED) else "aktuelles"
    name = re.sub(r"[^a-z]+", "-", text.lower().translate(_SPELLED_OUT)).strip("-")
    return f'<li><a class="link" href="/{folder}/{name}-{number}.html">{text}</a></li>'


class Site:
    """The pages of one host."""

    def __init__(self, name: str, *, pages: int, delay: float | None) -> None:
        self.name = name
        self._pages = pages
        self.robots = b"User-agent: *\nDisallow: /intern/\n"
        if delay is not None:
            self.robots += f"Crawl-delay: {delay:g}\n".encode()
        fixed = [_link(number) for number in range(1, 1 + len(_FIXED))]
        menu, footer = fixed[: len(_MENU)], fixed[len(_MENU) :]
        style = ".link{color:#123;padding:2px}" * 20
        self._head = _encoded([
            '<meta charset="utf-8"><meta name="viewport" content="width=device-width">',
            f'<link rel="stylesheet" href="/layout.css"><style>{style}</style></head>',
            '<body><header><div class="logo"><a href="/stadt-0.html">Startseite</a></div>',
            f'<nav class="main-nav"><ul>{"".join(menu)}</ul></nav></header>',
            '<main id="content">',
        ])  # fmt: skip
        self._foot = _encoded([
            f'</main><footer class="footer"><ul>{"".join(footer)}</ul>',
            "<script>window.config={\"tracking\":false};</script></footer></body></html>",
        ])  # fmt: skip

    def page(self, number: int) -> bytes | None:
        """Return a page, None where there is none of that number."""
        if not 0 <= number < self._pages:
            return None
        draw = random.Random(f"{self.name}/{number}")
        title = _title(number)
        first = number * _CHILDREN + 1
        listed = [n for n in range(first, first + _CHILDREN) if n < self._pages]
        listed += [draw.randrange(1, self._pages) for _ in range(draw.randrange(0, 54))]
        rows = "".join(_link(n) for n in listed)
        top = f'<h1>{title}</h1><p class="date">Meldung {number} vom 3. Mai 2019</p>'
        parts = [
            f"<!DOCTYPE html><html lang=de><head><title>{title} – {self.name}</title>".encode(),
            self._head,
            f'{top}<h2>Weitere Meldungen</h2><ul class="list">{rows}</ul>'.encode(),
        ]
        wanted = int(_FEWEST_BYTES * (_MOST_BYTES / _FEWEST_BYTES) ** draw.random())
        left = wanted - sum(map(len, parts)) - len(self._foot)
        while left > 0:
            parts.append(_PARAGRAPHS[draw.randrange(len(_PARAGRAPHS))])
            left -= len(parts[-1])
        return b"".join([*parts, self._foot])


def _paragraphs() -> list[bytes]:
    draw = random.Random(1)
    return [
        f"<p>{' '.join(draw.choices(_SENTENCES, k=draw.randrange(2, 7)))}</p>\n".encode()
        for _ in range(200)
    ]


_PARAGRAPHS = _paragraphs()


class Answering(asyncio.Protocol):
    """One connection, kept open."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            body, kind = self._body(path)
            status = b"404 Not Found" if body is None else b"200 OK"
            body = body or b""
            self._transport.write(
                b"HTTP/1.1 %s\r\nDate: %s\r\nServer: Apache\r\nContent-Type: %s\r\n"
                b"Last-Modified: Fri, 03 May 2019 10:00:00 GMT\r\nX-Frame-Options: SAMEORIGIN\r\n"
                b"Strict-Transport-Security: max-age=31536000\r\nContent-Length: %d\r\n\r\n"
                % (status, formatdate(usegmt=True).encode(), kind, len(body))
                + body
            )

    def _body(self, path: str) -> tuple[bytes | None, bytes]:
        if path == "/robots.txt":
            return self._site.robots, b"text/plain"
        number = path.removesuffix(".html").rpartition("-")[2]
        page = self._site.page(int(number)) if number.isdigit() else None
        return page, b"text/html; charset=utf-8"


async def serve(hosts: int, pages: int, delays: tuple[float, float] | None) -> None:
    """Answer until standard input closes."""
    loop = asyncio.get_running_loop()
    port = 0
    for number in range(hosts):
        delay = None
        if delays is not None:
            delay = delays[0] + (delays[1] - delays[0]) * number / max(1, hosts - 1)
        site = Site(f"Stadt {number}", pages=pages, delay=delay)
        address = f"127.0.{1 + number // 250}.{1 + number % 250}"
        server = await loop.create_server(partial(Answering, site), address, port, backlog=512)
        port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("hosts", type=int)
    parser.add_argument("pages", type=int)
    parser.add_argument("--delays", type=float, nargs=2)
    given = parser.parse_args()
    asyncio.run(serve(given.hosts, given.pages, given.delays))
