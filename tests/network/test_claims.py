import pytest

from network.claims import claim_in_words, known_here

YEARS = [
    {"year": 1989, "cumulative": 90, "cumulative_east_west": 60},
    {"year": 1990, "cumulative": 700, "cumulative_east_west": 650},
    {"year": 1991, "cumulative": 900, "cumulative_east_west": 800},
]


def claim(**more):
    return {
        "quantity": 850,
        "bound": "more_than",
        "period_date": "1990/1991",
        "scope": "east_west",
        "status": None,
        "is_additional": False,
        **more,
    }


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "more than 850 East–West partnerships, 1990/1991"),
        ({"scope": "all", "bound": "exact"}, "850 partnerships, 1990/1991"),
        ({"scope": "ags:1", "quantity": 3}, "more than 3 partnerships of Halle, 1990/1991"),
        ({"scope": "ags:2", "quantity": 3}, "more than 3 partnerships of ags:2, 1990/1991"),
        (
            {"quantity": None, "bound": "exact", "status": "dormant", "period_date": None},
            "some dormant East–West partnerships",
        ),
        (
            {"is_additional": True, "bound": "about", "quantity": 98},
            "about 98 more East–West partnerships, 1990/1991",
        ),
    ],
)
def test_claims_in_words(more, words):
    assert claim_in_words(claim(**more), {"ags:1": "Halle"}) == words


@pytest.mark.parametrize(
    ("more", "known"),
    [
        ({}, 800),
        ({"scope": "all"}, 900),
        ({"period_date": "1990"}, 650),
        ({"period_date": "1986"}, 0),
        ({"period_date": "2020"}, 800),
        ({"period_date": None}, None),
        ({"scope": "ags:1"}, None),
        ({"status": "dormant"}, None),
        ({"is_additional": True}, None),
    ],
)
def test_what_a_release_has_beside_a_claim(more, known):
    assert known_here(claim(**more), YEARS) == known
