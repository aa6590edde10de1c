import hashlib
import os
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from PIL import Image

from network.figures import draw_figures
from network.figures.drawing import FIGURES, read_figure_data
from network.figures.foundings import comparable_claims
from network.release import publish
from partnernetz.errors import InputError

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn(release, hand, tmp_path_factory):
    out = tmp_path_factory.mktemp("figures")
    draw_figures(release, out, reference_folder=hand.REFERENCE)
    return out


def test_each_figure_is_a_picture_for_print(drawn):
    names = {path.name for path in drawn.iterdir()}
    assert names == {f"{name}.{form}" for name in FIGURES for form in ("svg", "png")}
    for name in FIGURES:
        with Image.open(drawn / f"{name}.png") as image:
            assert image.width == 2010  # 170 mm at 300 dots per inch
            assert image.info["dpi"][0] == pytest.approx(300, abs=1)
            assert image.convert("L").getextrema()[0] < 80  # something is drawn
        root = ElementTree.parse(drawn / f"{name}.svg").getroot()
        assert root.tag == f"{SVG}svg"
        assert len(list(root.iter(f"{SVG}path"))) > 20


def texts_of(figure):
    texts = [text.get_text() for text in figure.texts]
    for axes in figure.axes:
        texts += [text.get_text() for text in axes.texts]
    return " ".join(" ".join(texts).split())


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_tells_its_source_and_how_many(release, hand, name):
    data = read_figure_data(release, reference_folder=hand.REFERENCE)
    text = texts_of(FIGURES[name](data))
    assert "Source: partnernetz 0.1.0+20261101." in text
    assert "from 4 documents" in text
    assert "n = " in text


def test_foundings_show_the_claim_and_what_is_undated(release, hand):
    data = read_figure_data(release, reference_folder=hand.REFERENCE)
    text = texts_of(FIGURES["foundings"](data))
    assert "more than 850 East–West partnerships, 1990/1991" in text
    assert "this release: 2" in text
    assert "n = 3 partnerships with a known year of start; 0 without" in text


def test_the_map_has_an_arc_for_each_east_west_partnership(release, hand):
    data = read_figure_data(release, reference_folder=hand.REFERENCE)
    figure = FIGURES["map"](data)
    (axes,) = figure.axes
    assert len(axes.patches) == 16 + 2
    assert {"Saarlouis", "Eisenhüttenstadt", "Schwerin"} <= {t.get_text() for t in axes.texts}


def test_only_claims_that_count_up_to_a_time_are_compared():
    counted = {
        "scope": "east_west",
        "quantity": 850,
        "bound": "more_than",
        "period_date": "1990",
        "status": None,
        "is_additional": False,
    }
    others = [
        {**counted, "scope": "ags:1"},
        {**counted, "quantity": None},
        {**counted, "period_date": None},
        {**counted, "status": "dormant"},
        {**counted, "is_additional": True},
    ]
    assert comparable_claims([counted, *others, dict(counted)]) == [counted]


def test_an_empty_release_has_figures(hand, gazetteer, tmp_path):
    publish(
        evidence=[],
        claims=(),
        out=tmp_path / "release",
        gazetteer=gazetteer,
        reference_folder=hand.REFERENCE,
    )
    files = draw_figures(
        tmp_path / "release", tmp_path / "figures", reference_folder=hand.REFERENCE
    )
    assert len(files) == 2 * len(FIGURES)
    assert all(path.stat().st_size > 1000 for path in files)


def test_names_that_look_like_mathematics_are_drawn_as_they_are(hand, gazetteer, tmp_path):
    place = hand.PlaceReference(id=None, name="$\\frac{", country="FR")
    publish(
        evidence=[hand.make_evidence(b=place)],
        claims=(),
        out=tmp_path / "release",
        gazetteer=gazetteer,
        reference_folder=hand.REFERENCE,
    )
    draw_figures(tmp_path / "release", tmp_path / "figures", reference_folder=hand.REFERENCE)


def test_what_is_no_release_is_told(tmp_path, hand):
    with pytest.raises(InputError, match="no release"):
        draw_figures(tmp_path, tmp_path / "figures", reference_folder=hand.REFERENCE)


def test_another_process_draws_the_same_bytes(release, drawn, tmp_path):
    command = [sys.executable, "-m", "flows.cli", "figures", str(release), "--out", str(tmp_path)]
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run(command, env=environment, capture_output=True, check=True)
    for path in drawn.iterdir():
        again = hashlib.sha256((tmp_path / path.name).read_bytes()).hexdigest()
        assert again == hashlib.sha256(path.read_bytes()).hexdigest(), path.name
