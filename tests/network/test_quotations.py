import pytest

from network.quotations import read_quotations
from partnernetz.errors import InputError


def test_every_quotation_comes_with_its_document(hand, release):
    found = {span.id: span for span in read_quotations(release)}
    evidence, claims = hand.sample_evidence(), hand.sample_claims()
    assert set(found) == {item.id for item in [*evidence, *claims]}
    for item in [*evidence, *claims]:
        span = found[item.id]
        assert (span.quotation, span.start, span.end) == (item.quotation, item.start, item.end)
        assert span.document == item.document


def test_what_is_no_release_is_told(tmp_path):
    with pytest.raises(InputError, match="no release"):
        next(read_quotations(tmp_path))
