from __future__ import annotations

import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from partnernetz.errors import InputError
from partnernetz.records import Source
from scrapers.samples import file_of_address, move_addresses, serve_samples


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _sites(folder: Path, port: int) -> tuple[Source, ...]:
    site = folder / "hof"
    (site / "stadt").mkdir(parents=True)
    link = f"<a href='http://127.0.0.1:{port}/stadt/'>x</a>"
    (site / "index.html").write_bytes(link.encode() + "ü".encode("cp1252"))
    (site / "stadt" / "index.html").write_text("Stadt")
    (site / "robots.txt").write_text(f"Sitemap: http://127.0.0.1:{port}/sitemap.xml")
    (site / "x.pdf").write_bytes(b"%PDF")
    (folder / "secret.txt").write_text("secret")
    address = f"http://127.0.0.1:{port}/"
    return (Source(id="hof", name="Hof", kind="unknown", start=(address,), hosts=(address[7:-1],)),)


def _get(address: str) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()


def test_sites_are_served_on_their_ports(tmp_path: Path) -> None:
    port = _free_port()
    sources = _sites(tmp_path, port)
    with serve_samples(tmp_path, sources=sources) as served:
        assert served == sources
        root = f"http://127.0.0.1:{port}"
        status, media_type, body = _get(f"{root}/")
        assert (status, media_type) == (200, "text/html")
        assert body == (tmp_path / "hof" / "index.html").read_bytes()
        assert _get(f"{root}/stadt/")[2] == b"Stadt"
        assert _get(f"{root}/x.pdf?y=1")[1] == "application/pdf"
        assert _get(f"{root}/nothing")[0] == 404
        assert _get(f"{root}/../secret.txt")[0] == 404
        assert _get(f"{root}/%2e%2e/secret.txt")[0] == 404
    with pytest.raises(urllib.error.URLError):
        _get(f"{root}/")


def test_where_a_port_is_taken_all_addresses_move(tmp_path: Path) -> None:
    port = _free_port()
    sources = _sites(tmp_path, port)
    with (
        serve_samples(tmp_path, sources=sources),
        serve_samples(tmp_path, sources=sources) as (moved,),
    ):
        assert moved.start == (f"http://127.0.0.1:{port + 100}/",)
        assert moved.hosts == (f"127.0.0.1:{port + 100}",)
        body = _get(moved.start[0])[2]
        assert f"http://127.0.0.1:{port + 100}/stadt/".encode() in body
        assert body.endswith("ü".encode("cp1252"))
        assert f":{port + 100}/sitemap".encode() in _get(moved.start[0] + "robots.txt")[2]


def test_only_the_ports_of_the_sites_move() -> None:
    page = b"http://127.0.0.1:4860/ http://127.0.0.1:48601/ http://127.0.0.1:80/"
    moved = move_addresses(page, ports={48601}, move=100)
    assert moved == page.replace(b"48601", b"48701")


@pytest.mark.parametrize(
    "address", ["/\x00", "/..\\secret.txt", "//etc/passwd", "/stadt", "/a/../.."]
)
def test_addresses_name_only_files_of_the_site(tmp_path: Path, address: str) -> None:
    _sites(tmp_path, 1)
    assert file_of_address(tmp_path / "hof", address) is None


def test_missing_folders_and_other_hosts_are_said(tmp_path: Path) -> None:
    (source,) = _sites(tmp_path, 1)
    with (
        pytest.raises(InputError, match="no folder"),
        serve_samples(tmp_path / "x", sources=[source]),
    ):
        pass
    other = Source(id="hof", name="H", kind="unknown", start=("http://a.example/",), hosts=())
    with pytest.raises(InputError, match="no address"), serve_samples(tmp_path, sources=[other]):
        pass
