"""Findings: what is said of them, and what they say of a step."""

from __future__ import annotations

import pytest

from kmsdemo.learners.finding import (
    CheckFailed,
    Finding,
    Verdict,
    by_step,
    fail_if_any,
    is_complete,
)


def test_what_is_said_has_labels_in_the_order_of_reading() -> None:
    finding = Finding("1", "x", "not yet", "It is stored.", "Encrypt it.", "A ciphertext.", "line")
    assert list(finding.explanations.items()) == [
        ("Expected", "A ciphertext."),
        ("Found", "It is stored."),
        ("Output", "line"),
        ("Next", "Encrypt it."),
    ]
    assert Finding("1", "x", "done").explanations == {}


def test_a_failed_check_is_text_for_a_report() -> None:
    failure = CheckFailed("It is stored.", expected="A ciphertext.", output="line")
    assert str(failure) == "It is stored.\nexpected: A ciphertext.\noutput: line"
    assert str(CheckFailed("It is stored.")) == "It is stored."


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (["", "One."], "One."),
        (["One.", "", "Two."], "One. The same in 1 more."),
        (["One.", "Two.", "Three."], "One. The same in 2 more."),
    ],
)
def test_the_first_fault_counts_the_others(faults: list[str], said: str) -> None:
    with pytest.raises(CheckFailed) as raised:
        fail_if_any(faults)
    assert raised.value.actual == said


def test_no_fault_is_no_failure() -> None:
    fail_if_any(["", ""])


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        (["done", "done"], "done"),
        (["done", "not yet", "not reached"], "not yet"),
        (["not reached", "done"], "done"),
        (["not reached"], "not reached"),
    ],
)
def test_a_step_is_as_good_as_the_worst_that_is_reached_of_it(
    verdicts: list[Verdict], verdict: Verdict
) -> None:
    findings = [Finding("1", str(number), one) for number, one in enumerate(verdicts)]
    assert by_step(findings) == {"1": verdict}
    assert is_complete(findings) == (verdict == "done")
