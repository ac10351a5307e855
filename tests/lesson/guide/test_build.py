"""A guide is built from a new run of the lesson, and only if it passes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from kmsdemo.backends import Options
from kmsdemo.lesson import lesson
from kmsdemo.lesson.guide import build
from kmsdemo.lesson.guide.errors import RunFailed
from kmsdemo.lesson.guide.renderer import GuideRenderer
from kmsdemo.lesson.guide.verdict import VerdictRecorder
from kmsdemo.lesson.lesson import LessonOptions
from kmsdemo.lesson.renderer import Chapter, Ending
from kmsdemo.suite import story

HOW = LessonOptions("moto", Options())
KEY = "94f4e191-1efa-4080-9988-b220f4cd2471"
USER = "user: 51997"


class FakeLesson:
    """A lesson of the lab's eight steps and two topics, each with a key id and a user number."""

    def __init__(self) -> None:
        self.code = 0
        self.ending = Ending("")
        self.interruption = ""
        self.lesson_options: dict[str, LessonOptions] = {}

    def story(self, lesson_options: LessonOptions, renderers: Sequence[GuideRenderer]) -> int:
        self.lesson_options["story"] = lesson_options
        for step in story.read().steps:
            self._tell(renderers[0], step.title, topics=["encrypt", "envelope"])
        return self._ended(renderers[0])

    def topics(self, lesson_options: LessonOptions, renderers: Sequence[GuideRenderer]) -> int:
        self.lesson_options["topics"] = lesson_options
        for title in ("Encrypt", "Envelope"):
            self._tell(renderers[0], title)
        return self._ended(renderers[0])

    def _tell(self, renderer: GuideRenderer, title: str, topics: Sequence[str] = ()) -> None:
        renderer.chapter(Chapter("1", title, ""))
        renderer.scenario("One")
        renderer.step("passed", "When", f"{KEY} {USER}")
        renderer.topics(topics)

    def _ended(self, renderer: GuideRenderer) -> int:
        renderer.ending(self.ending)
        renderer.interrupted(self.interruption)
        return self.code


@pytest.fixture
def fake_lesson(monkeypatch: pytest.MonkeyPatch) -> FakeLesson:
    fake_lesson = FakeLesson()
    monkeypatch.setattr(lesson, "tell_story", fake_lesson.story)
    monkeypatch.setattr(lesson, "tell_topics", fake_lesson.topics)
    return fake_lesson


def sentences(sections: Sequence[Any]) -> list[str]:
    return [section.scenarios[0].sentences[0].text for section in sections]


@pytest.mark.usefixtures("fake_lesson")
def test_it_has_the_steps_of_the_lab_with_their_minutes_and_the_topics() -> None:
    document, _ = build.build(HOW)
    lab = story.read()
    assert (document.title, document.explanation) == (lab.title, lab.description)
    assert [one.chapter.title for one in document.steps] == [step.title for step in lab.steps]
    assert [one.minutes for one in document.steps] == [step.minutes for step in lab.steps]
    assert document.minutes == sum(step.minutes for step in lab.steps)
    assert document.steps[0].name == "create-the-key"
    assert [one.name for one in document.topics] == ["deeper-encrypt", "deeper-envelope"]


def test_without_topics_none_is_told(fake_lesson: FakeLesson) -> None:
    document, _ = build.build(HOW, with_topics=False)
    assert (len(document.steps), document.topics) == (8, [])
    assert list(fake_lesson.lesson_options) == ["story"]


def test_the_verdict_of_the_run_is_recorded_where_the_lab_runs(fake_lesson: FakeLesson) -> None:
    _, run = build.build(HOW)
    for lesson_options in fake_lesson.lesson_options.values():
        (recorder,) = lesson_options.plugins
        assert isinstance(recorder, VerdictRecorder)
        assert recorder.run is run
        assert (lesson_options.backend, lesson_options.options) == (HOW.backend, HOW.options)
    assert run.backend == "moto"


@pytest.mark.usefixtures("fake_lesson")
def test_what_differs_in_each_run_is_fixed_where_that_is_asked() -> None:
    document, run = build.build(HOW)
    assert set(sentences([*document.steps, *document.topics])) == {f"{KEY} {USER}"}
    assert run.date
    assert run.versions
    fixed, run = build.build(HOW, is_fixed=True)
    assert run.backend == "moto"
    (of_steps,), of_topics = set(sentences(fixed.steps)), sentences(fixed.topics)
    assert KEY not in of_steps
    assert (run.date, run.versions) == ("", {})
    assert {text.split()[0] for text in of_topics} == {of_steps.split()[0]}
    assert len({of_steps, *of_topics}) == 3, "each scenario of a topic draws its user number"


def test_a_lab_that_failed_is_no_guide(fake_lesson: FakeLesson) -> None:
    fake_lesson.code, fake_lesson.ending = (
        1,
        Ending("", failures=["Failed in step 1\nwhy", "Failed in step 2"]),
    )
    with pytest.raises(RunFailed) as raised:
        build.build(HOW)
    assert raised.value.failures == "Failed in step 1; Failed in step 2"


def test_an_interrupted_lab_is_no_guide_and_says_what_was_cleaned_up(
    fake_lesson: FakeLesson,
) -> None:
    fake_lesson.code, fake_lesson.interruption = 130, "Interrupted. Cleaned up: 1 key."
    with pytest.raises(build.Interrupted, match="Cleaned up: 1 key"):
        build.build(HOW)


@pytest.mark.usefixtures("fake_lesson")
def test_a_topic_is_found_by_the_name_of_its_feature() -> None:
    document, _ = build.build(HOW)
    assert build.topic_titles(document) == {
        "encrypt": ("deeper-encrypt", "Encrypt"),
        "envelope": ("deeper-envelope", "Envelope"),
    }
    document, _ = build.build(HOW, with_topics=False)
    assert build.topic_titles(document) == {}
