import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from network.release.cells import clean, clean_for_xml, escape_formula, unescape_formula

any_text = st.text(alphabet=st.characters(exclude_categories=()))


@pytest.mark.parametrize("text", ["=1+1", "+49", "-5", "@SUM(A1)", "\tx", "\r=x", "'=x"])
def test_what_a_spreadsheet_takes_for_a_formula_is_escaped(text):
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Saarlouis", "'s-Hertogenbosch", "a=b", " =1"])
def test_other_texts_stay(text):
    assert escape_formula(text) == text


@given(st.text(alphabet="'=+-@\t\rab"))
def test_escaping_can_be_undone(text):
    assert unescape_formula(escape_formula(text)) == text


@given(any_text)
def test_clean_text_can_be_written_and_keeps_its_length(text):
    cleaned = clean(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert "\x00" not in cleaned
    assert len(cleaned) == len(text)


@given(any_text)
def test_xml_holds_what_is_cleaned_for_it(text):
    element = etree.Element("a")
    element.text = cleaned = clean_for_xml(text)
    assert len(cleaned) == len(text)
    assert etree.fromstring(etree.tostring(element)).tag == "a"


def test_only_strings_are_cleaned():
    assert [clean(value) for value in (None, 1, 0.5, True)] == [None, 1, 0.5, True]
