import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from network.changelog import CHANGES_FILE, escaped, write_changes
from network.release import publish
from partnernetz.errors import InputError


@pytest.fixture
def build(hand, gazetteer, tmp_path):
    def run(name, evidence, previous=None):
        def finish(folder):
            if previous is not None:
                write_changes(folder, previous=previous)

        publish(
            evidence=evidence,
            claims=(),
            out=tmp_path / name,
            gazetteer=gazetteer,
            reference_folder=hand.REFERENCE,
            finish=finish,
        )
        return tmp_path / name

    return run


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_release_without_a_predecessor_has_none(release):
    assert not (release / CHANGES_FILE).exists()


def test_sections_add_up(hand, build):
    evidence = hand.sample_evidence()
    first = build("first", evidence[:2])
    second = build("second", evidence[:5], previous=first)
    third = build("third", evidence, previous=second)
    log = (third / CHANGES_FILE).read_text(encoding="utf-8")
    assert log.count("\n## ") == 2 and log.count("# Changes") == 1
    assert log.index("Saint-Nazaire") < log.index("Schwerin – Wuppertal, 1987")
    assert log.endswith((second / CHANGES_FILE).read_text(encoding="utf-8").partition("\n## ")[2])


def test_a_release_after_itself_stays_as_it_is(hand, build):
    evidence = hand.sample_evidence()
    first = build("first", evidence[:2])
    second = build("second", evidence, previous=first)
    before = bytes_of(second)
    again = build("second", evidence, previous=second)  # replaces what it is compared with
    assert bytes_of(again) == before


def test_only_the_log_depends_on_what_came_before(hand, build):
    evidence = hand.sample_evidence()
    first = build("first", evidence[:2])
    alone, after = (
        bytes_of(build("alone", evidence)),
        bytes_of(build("after", evidence, previous=first)),
    )
    assert set(after) - set(alone) == {CHANGES_FILE}
    assert {name: content for name, content in after.items() if name in alone} == alone


def test_no_predecessor_that_is_no_release(release, tmp_path):
    with pytest.raises(InputError, match="no release"):
        write_changes(release, previous=tmp_path)
    assert not (release / CHANGES_FILE).exists()


def test_pages_cannot_write_into_the_log(hand, build):
    attack = (
        "</li><script>x()</script>\n\n# Erfunden\n- [Klick](javascript:x) ![](http://evil.example/)"
    )
    document = hand.make_document(url="https://a.example/<img src=x>")
    old = build("old", [hand.make_evidence()])
    new = build(
        "new",
        [hand.make_evidence(), hand.make_evidence(quotation=attack, document=document)],
        previous=old,
    )
    tokens = MarkdownIt("commonmark").parse((new / CHANGES_FILE).read_text(encoding="utf-8"))
    inner = [token for parent in tokens for token in parent.children or ()]
    kinds = {token.type for token in [*tokens, *inner]}
    assert not kinds & {"html_block", "html_inline", "image"}
    links = [token.attrs["href"] for token in inner if token.type == "link_open"]
    assert links and all(link.startswith("https://a.example/") for link in links)
    headings = [t for t in tokens if t.type == "heading_open"]
    assert len(headings) == 3  # title, section, "Changed"


@given(st.text())
def test_escaped_text_shows_just_that_text(text):
    tokens = MarkdownIt("commonmark").parse(f"- „{escaped(text)}“")
    inline = [token for token in tokens if token.type == "inline"]
    assert len(inline) == 1
    assert {token.type for token in inline[0].children} <= {"text", "text_special"}


@given(st.from_regex(r"[-+=#>*]? ?[0-9]{0,3}[.)]? [a-z]+", fullmatch=True))
def test_escaped_text_begins_no_list(text):
    tokens = MarkdownIt("commonmark").parse(f"- {escaped(text)}")
    assert [token.type for token in tokens].count("list_item_open") == 1
    assert "heading_open" not in [token.type for token in tokens]
