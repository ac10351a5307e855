"""The story of the lab, read from its feature."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kmsdemo.learners.requirements import REQUIREMENTS
from kmsdemo.suite import location, story
from kmsdemo.suite.story import LabStep, Note, Story
from tests.subprocesses import ROOT

FEATURES = ROOT / "features"
TITLES = [
    "Create the key",
    "Create the table",
    "Read the two scripts",
    "Encrypt a password",
    "Look at the item",
    "Decrypt the password",
    "Schedule the key's deletion",
    "Delete the table",
]
FEATURE = """
@lab
Feature: A lab
  What it is about,
  on two lines.

  And why.

  @deeper:envelope @deeper:encrypt @clock
  Scenario: One
    Because.

    # Minutes: 3
    # Ask: What now?
    # This is for whoever edits the feature.
    Given my key
    # Answer: This.
    When I look
    And I see

  # Objective: Above.
  Scenario: Two's turn
    # Minutes: 4
    Given my table
"""


@pytest.fixture(scope="module")
def lab() -> Story:
    """The lab of this suite."""
    return story.read()


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """A story of two steps."""
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "lab.feature").write_text(FEATURE, encoding="utf-8")
    monkeypatch.setattr(location, "root", lambda: tmp_path)
    return story.read()


def test_the_lab_has_eight_steps_in_order(lab: Story) -> None:
    assert [(step.number, step.title) for step in lab.steps] == list(enumerate(TITLES, 1))


def test_every_step_has_an_objective_minutes_and_answers_to_its_questions(lab: Story) -> None:
    for step in lab.steps:
        kinds = [note.kind for note in step.notes]
        assert kinds[:2] == ["Minutes", "Objective"], step.title
        assert re.fullmatch("(AskAnswer)+", "".join(kinds[2:])), step.title


def test_every_topic_is_a_feature_and_every_such_feature_a_topic(lab: Story) -> None:
    named = [topic for step in lab.steps for topic in step.topics]
    tagged = [path.stem for path in FEATURES.glob("*.feature") if _is_deeper(path)]
    assert sorted(named) == sorted(tagged)


def _is_deeper(path: Path) -> bool:
    return "@deeper" in path.read_text(encoding="utf-8").splitlines()[0].split()


def test_every_step_is_checked(lab: Story) -> None:
    checked = [requirement.step for requirement in REQUIREMENTS]
    assert sorted(set(checked)) == [step.number for step in lab.steps]
    assert checked == sorted(checked)


def test_what_one_does_in_a_step_begins_with_when(small: Story) -> None:
    assert [step.actions for step in small.steps] == [["When I look", "And I see"], []]


def test_a_step_is_read_with_its_sentences(small: Story) -> None:
    assert small.description == "What it is about, on two lines.\nAnd why."
    assert small.steps == [
        LabStep(
            number=1,
            title="One",
            description="Because.",
            sentences=["Given my key", "When I look", "And I see"],
            topics=["envelope", "encrypt"],
            notes=[Note("Minutes", "3"), Note("Ask", "What now?"), Note("Answer", "This.")],
        ),
        LabStep(
            2,
            "Two's turn",
            "",
            ["Given my table"],
            [],
            [Note("Objective", "Above."), Note("Minutes", "4")],
        ),
    ]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("1", "One"),
        ("2", "Two's turn"),
        ("twos-turn", "Two's turn"),
        ("Two's turn", "Two's turn"),
        ("two", "Two's turn"),
        ("0", None),
        ("3", None),
        ("three", None),
        ("²", None),
        ("9" * 5000, None),
        ("", None),
        ("-", None),
    ],
)
def test_a_step_is_found_by_number_and_name(small: Story, text: str, title: str | None) -> None:
    found = small.find(text)
    assert (found and found.title) == title
