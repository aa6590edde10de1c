import itertools

import pytest

from network.belief_fitting import JudgedStatement, as_toml, fit, fit_errors, log_loss


def judged(number, *, rule="a", kind="press", score=0.8, right=True):
    return JudgedStatement(
        document=f"d{number}",
        site=f"s{number}",
        pair=("a", f"b{number}"),
        rule=rule,
        kind=kind,
        score=score,
        is_right=right,
    )


def sample():
    """Rule a errs half as often as its scores foretell, rule b twice as often."""
    rows = itertools.product(("a", "b"), ("press", "municipality"), range(100))
    return [
        judged(number, rule=rule, kind=kind, right=n % 100 >= (10 if rule == "a" else 40))
        for number, (rule, kind, n) in enumerate(rows)
    ]


def test_factors_are_errors_seen_over_errors_foretold():
    rule = fit_errors(sample(), 0.0, 1e9).rule
    assert rule == pytest.approx({"a": 0.5, "b": 2.0}, abs=0.01)


def test_few_cases_are_drawn_to_one():
    few = [judged(n, right=False) for n in range(3)]
    factors = [fit_errors(few, strength, 1e9).rule["a"] for strength in (1, 10, 100)]
    assert factors == sorted(factors, reverse=True)
    assert factors[0] == pytest.approx((3 + 1) / (0.6 + 1), abs=0.001)
    assert factors[-1] < 1.03


def test_factors_are_learned_where_they_foretell_unseen_sites():
    fitted = fit(sample())
    raw = [(0.8, item.is_right) for item in sample()]
    assert fitted.errors.rule["a"] < 0.7 < 1.6 < fitted.errors.rule["b"]
    assert log_loss(fitted.believed) < log_loss_of(raw)
    assert (fitted.statements, fitted.wrong) == (400, 100)


def log_loss_of(pairs):
    from network.belief_fitting import Believed

    return log_loss(Believed(belief=b, is_right=r, site="") for b, r in pairs)


def test_any_order_writes_the_same_text():
    rows = sample()[::8]
    assert as_toml(fit(rows)) == as_toml(fit(rows[::-1]))
