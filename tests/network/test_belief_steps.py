import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.assembly import assemble
from network.belief import default_errors, noisy_or
from network.belief_steps import account_for


def rows_of(evidence):
    """Rows as a release has them."""
    rows = [
        {
            "evidence_id": item.id,
            "document_id": item.document.id,
            "quotation": item.quotation,
            "modality": item.modality,
            "score": item.score,
            "rule": item.rule,
        }
        for item in evidence
    ]
    documents = {
        item.document.id: {
            "document_id": item.document.id,
            "url": item.document.url,
            "source_id": item.document.source_id,
            "source_kind": item.document.source_kind,
            "agency": item.document.agency,
        }
        for item in evidence
    }
    return rows, documents


STATEMENTS = st.lists(
    st.tuples(
        st.integers(0, 3),  # site
        st.integers(0, 2),  # page
        st.sampled_from(["kurz", "die beiden Städte sind seit vielen Jahren eng verbunden"]),
        st.floats(0, 1),
        st.sampled_from(["asserted", "asserted", "denied"]),
    ),
    min_size=1,
    max_size=12,
)


@given(STATEMENTS, st.booleans(), st.sampled_from([None, "dpa"]))
@settings(max_examples=60, deadline=None)
def test_the_account_is_what_assembly_believes(hand, statements, has_copies, agency):
    kinds = ("municipality", "press", "encyclopedia", "unknown")
    evidence = {}
    for number, (site, page, quotation, score, modality) in enumerate(statements):
        url = f"https://s{site}.example/{page}"
        document = hand.make_document(url=url, kind=kinds[site], agency=agency if page else None)
        item = hand.make_evidence(
            document=document, quotation=quotation, score=score, modality=modality, start=number
        )
        evidence[item.id] = item
    rows, documents = rows_of(evidence.values())
    copies = {key: "group" for key in documents if has_copies and key.endswith("0")}
    for key, group in copies.items():
        documents[key]["copy_group"] = group
    account = account_for(rows, documents, errors=default_errors())
    partnerships = assemble(evidence.values(), copies=copies)
    if not partnerships:
        assert (account.sources, account.belief) == ((), 0.0)
        return
    assert account.belief == partnerships[0].belief
    assert len(account.sources) == partnerships[0].source_count


def test_each_source_tells_what_it_contributes(hand):
    own = hand.make_evidence(score=0.9)
    press = hand.make_document(url="https://zeitung.example/1", kind="press")
    other = hand.make_evidence(document=press, score=0.6, quotation="Ein Freundschaftsspiel.")
    account = account_for(*rows_of([own, other]), errors=default_errors())
    best, worst = account.sources
    assert (best.source, worst.source) == ("saarlouis.de", "zeitung.example")
    assert best.belief_without == pytest.approx(1 - worst.error, abs=1e-6)
    assert account.belief == pytest.approx(noisy_or([best.error, worst.error]), abs=1e-6)
    (text,) = best.texts
    assert text.error == pytest.approx((1 - 0.9) * text.rule_factor * text.kind_factor, abs=1e-6)


def test_copies_are_one_text_with_all_their_documents(hand):
    words = "Die beiden Städte unterzeichneten gestern im Rathaus einen Vertrag."
    copies = [
        hand.make_evidence(
            document=hand.make_document(url=f"https://{site}.example/", kind="press"),
            quotation=words,
        )
        for site in ("a", "b", "c")
    ]
    (source,) = account_for(*rows_of(copies), errors=default_errors()).sources
    (text,) = source.texts
    assert (text.documents, len(text.evidence_ids)) == (3, 3)
