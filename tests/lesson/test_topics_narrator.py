"""The topics that go deeper: found by what a person types, shown scenario by scenario."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pytest_bdd.parser import Feature, Rule, Scenario, Step
from pytest_bdd.scenario import scenario_wrapper_template_registry

from kmsdemo.lesson.account_state import Fact
from kmsdemo.lesson.errors import ChapterNotFound
from kmsdemo.lesson.markdown import MarkdownRenderer
from kmsdemo.lesson.topics_narrator import TopicsNarrator, found
from kmsdemo.trace.recording import Call

NAMES = ["create_key", "create_table", "encrypt"]


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("encrypt", "encrypt"),
        ("Create Table", "create_table"),
        ("create-table", "create_table"),
        ("1", "create_key"),
        ("3", "encrypt"),
        ("0", None),
        ("4", None),
        ("encypt", None),
    ],
)
def test_a_topic_is_found_by_its_name_or_number(topic: str, name: str | None) -> None:
    assert found(topic, NAMES) == name


# ----------------------------------------------------------------------------- as it is told


def feature(name: str) -> Feature:
    description = "Why,\nand what."
    path = f"/features/{name}.feature"
    return Feature(None, path, path, "Feature", "en", name.title(), set(), None, 1, description)  # type: ignore[arg-type]


def _item(of: Feature) -> pytest.Item:
    def test() -> None: ...

    scenario_wrapper_template_registry[test] = cast("Any", SimpleNamespace(feature=of))
    return cast("pytest.Item", SimpleNamespace(obj=test))


class Lesson:
    """A narrator, and what it prints."""

    def __init__(self, topic: str = "") -> None:
        self._file = StringIO()
        self.narrator = TopicsNarrator([MarkdownRenderer(self._file)], "a secret", topic=topic)
        self.items = [_item(feature(name)) for name in (*NAMES, NAMES[0])]

    def begin(self, of: Feature, name: str, rule: Rule | None = None) -> None:
        self.narrator.begin_scenario(Scenario(of, "Scenario", name, 1, [], "", set(), rule))

    def calls(self, *calls: Call, keyword: str = "When", traffic: bool = False) -> None:
        step = Step("I act", keyword.lower(), 0, 1, keyword)
        self.narrator.tell_calls(step, calls, is_about_traffic=traffic)

    def take(self) -> str:
        """Return what was printed since the last time."""
        text = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return text


@pytest.fixture
def lesson() -> Lesson:
    lesson = Lesson()
    lesson.take()
    return lesson


def call(operation: str = "Encrypt", error: str = "", caller: str = "") -> Call:
    made = Call("kms", operation, {"KeyId": "1234"}, ["aws kms", "encrypt"], error=error)
    made.caller = caller
    made.request_body = b'{"Plaintext": "a secret"}'
    return made


def test_the_topics_are_numbered_in_the_order_of_their_features(lesson: Lesson) -> None:
    assert lesson.narrator.selected(lesson.items) == lesson.items
    chapters = lesson.narrator._chapters
    assert list(chapters) == NAMES
    table = chapters["create_table"]
    assert (table.number, table.title) == ("Topic 2 of 3", "Create_Table")
    assert table.explanation == "Why, and what."


def test_the_chapter_of_a_test_is_its_feature(lesson: Lesson) -> None:
    assert [lesson.narrator.chapter_of(item) for item in lesson.items] == [*NAMES, NAMES[0]]


def test_one_topic_has_all_its_scenarios() -> None:
    lesson = Lesson("create-key")
    assert lesson.narrator.selected(lesson.items) == [lesson.items[0], lesson.items[3]]


def test_a_topic_that_does_not_exist_ends_the_run_with_those_that_do() -> None:
    lesson = Lesson("encypt")
    with pytest.raises(pytest.exit.Exception):
        lesson.narrator.selected(lesson.items)
    assert isinstance(lesson.narrator.error, ChapterNotFound)
    assert lesson.narrator.error.name == "encypt"
    assert lesson.narrator.error.chapters == "create_key, create_table, encrypt"


def test_a_rule_is_told_once_above_its_scenarios(lesson: Lesson) -> None:
    topic = feature("encrypt")
    rule = Rule("Rule", "A key has an owner", "Who\nowns it.", set())
    lesson.begin(topic, "One", rule)
    lesson.begin(topic, "Two", rule)
    assert lesson.take() == ("### A key has an owner\n\nWho owns it.\n\n#### One\n\n#### Two\n\n")


def test_the_end_says_what_each_topic_showed(lesson: Lesson) -> None:
    topic, rule = feature("encrypt"), Rule("Rule", "A key has an owner", "", set())
    lesson.begin(topic, "One", rule)
    lesson.begin(topic, "Two", rule)
    lesson.begin(topic, "Three")
    assert lesson.narrator.ending().learned == {"Encrypt": ["A key has an owner", "Three"]}


def test_a_call_is_told_with_who_made_it(lesson: Lesson) -> None:
    lesson.calls(call(caller="anna"), call())
    told = lesson.take()
    assert "- kms Encrypt as anna: KeyId 1234\n" in told
    assert "- kms Encrypt: KeyId 1234\n" in told
    assert "```sh\naws kms encrypt\n```" in told


@pytest.mark.parametrize(("error", "outcome"), [("", "passed"), ("AccessDenied", "failed")])
def test_a_call_has_its_outcome_and_its_python(lesson: Lesson, error: str, outcome: str) -> None:
    summary = lesson.narrator._summarize(call(error=error), is_about_traffic=False)
    assert summary.outcome == outcome
    assert "kms.encrypt(" in summary.boto3


@pytest.mark.parametrize("traffic", [True, False])
def test_bodies_are_told_where_the_scenario_is_about_them(lesson: Lesson, traffic: bool) -> None:
    lesson.calls(call(), traffic=traffic)
    assert ("Plaintext" in lesson.take()) == traffic


def test_what_is_given_again_is_told_in_short(lesson: Lesson) -> None:
    lesson.calls(call("CreateKey"), keyword="Given")
    assert "- kms CreateKey: " in lesson.take()
    lesson.calls(call("CreateKey"), call("CreateKey"), call("CreateAlias"), keyword="Given")
    assert lesson.take() == "- as before: CreateKey, CreateAlias\n\n"
    lesson.calls(keyword="Given")
    assert lesson.take() == ""


def test_a_topic_ends_with_the_account_if_there_is_anything(lesson: Lesson) -> None:
    lesson.narrator.end_chapter("encrypt", [])
    assert lesson.take() == ""
    lesson.narrator.end_chapter("encrypt", [Fact("key", "none")])
    assert lesson.take().startswith("| The account after the first scenario of this topic | |\n")


def test_a_topic_can_be_repeated_by_its_name(lesson: Lesson) -> None:
    assert lesson.narrator.command("encrypt") == "kmsdemo lab --deeper encrypt"
