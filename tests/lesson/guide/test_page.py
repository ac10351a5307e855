"""A page of the guide, from a small document."""

from __future__ import annotations

import re

from kmsdemo.lesson.account_state import Fact
from kmsdemo.lesson.guide import handouts, page
from kmsdemo.lesson.guide.document import (
    CommandBlock,
    Document,
    OutputBlock,
    ScenarioText,
    Section,
    StepText,
)
from kmsdemo.lesson.guide.page import Page
from kmsdemo.lesson.guide.verdict import Run
from kmsdemo.lesson.renderer import Chapter
from kmsdemo.suite.story import Note

NOTES = [Note("Minutes", "4"), Note("Objective", "Say where the key is.")]
VARIABLES = {"AWS_ENDPOINT_URL": "http://h:1", "AWS_SECRET_ACCESS_KEY": "it's"}


def document() -> Document:
    """Return a guide of one step and one topic."""
    parts: list[CommandBlock | OutputBlock] = [
        CommandBlock("KEY_ID=$(aws <x>)", "$KEY_ID = aws <x>", "key_id = kms"),
        OutputBlock("for user: 51997", is_output=True),
        OutputBlock("refused", "failed"),
    ]
    told = ScenarioText(sentences=[StepText("passed", "When", "I act", parts)])
    step = Section(Chapter("Step 1 of 1", "Create the key", "Why.", NOTES), "create-the-key", 4)
    step.scenarios, step.topics = [told], ["encrypt"]
    topic = Section(Chapter("Topic 1 of 1", "Encrypt", ""), "deeper-encrypt")
    topic.scenarios = [ScenarioText("One", "A rule", "Why.", told.sentences)]
    return Document("The KMS lab", "What it is.", [step], [topic])


def guide(*, is_instructors: bool = False) -> Page:
    topics = {"encrypt": ("deeper-encrypt", "Encrypt")}
    return Page(document(), [Run("moto")], topics, is_instructors=is_instructors)


def test_every_link_leads_to_a_place_in_the_page() -> None:
    text = page.html(guide())
    links = set(re.findall(r'<a [^>]*href="#([^"]+)"', text))
    assert links <= set(re.findall(r'id="([^"]+)"', text))
    assert {"create-the-key", "deeper-encrypt", "verdict"} <= links


def test_it_asks_for_nothing_from_elsewhere() -> None:
    text = page.html(guide())
    assert re.findall(r'(?:src|href)="(?!#|data:,")', text) == []
    assert "default-src 'none'" in text


def test_it_has_the_picture_and_says_how_long_it_takes() -> None:
    text = page.html(guide())
    assert "<svg" in text
    assert "4 minutes in class" in text


def test_what_is_typed_is_escaped_and_complete() -> None:
    text = page.html(guide())
    assert "<code>KEY_ID=$(aws &lt;x&gt;)</code>" in text
    assert "<code>$KEY_ID = aws &lt;x&gt;</code>" in text
    assert "<code>key_id = kms</code>" in text


def test_a_value_of_the_run_is_marked() -> None:
    assert 'for user: <var title="Yours will differ">51997</var>' in page.html(guide())


def test_only_the_edition_of_the_instructor_has_the_notes() -> None:
    for text in (page.html, page.markdown):
        assert "Say where the key is." in text(guide(is_instructors=True))
        assert "Say where the key is." not in text(guide())


def test_a_line_of_a_state_is_a_line_of_its_cell() -> None:
    odd = document()
    odd.steps[0].state_title, odd.steps[0].state = "The account now", [Fact("key", "1|\nalias/a")]
    assert r"1\|<br>alias/a" in page.markdown(Page(odd))


def test_control_characters_are_escaped() -> None:
    odd = document()
    odd.steps[0].scenarios[0].sentences[0].parts = [OutputBlock("\x1b[2J", is_output=True)]
    for text in (page.html(Page(odd)), page.markdown(Page(odd))):
        assert "\x1b" not in text
        assert r"\x1b" in text.replace(r"\\", "\\")


def test_markdown_escapes_what_is_special_there() -> None:
    assert "→ refused" in page.markdown(guide())
    odd = document()
    odd.steps[0].scenarios[0].sentences[0].parts = [OutputBlock("<b>_x_")]
    assert r"→ \<b\>\_x\_" in page.markdown(Page(odd))


def test_markdown_links_to_its_headings() -> None:
    text = page.markdown(guide())
    assert "(#1-create-the-key)" in text
    assert "\n## 1. Create the key\n" in text


def test_a_hand_out_has_the_account_of_its_learner_only() -> None:
    learners = {"Anna": {"AWS_SECRET_ACCESS_KEY": "of-anna"}, "Zoë <b>": VARIABLES}
    pages = handouts.pages(document(), learners)
    assert list(pages) == ["001-anna.html", "002-zo-b.html", "index.html"]
    assert "of-anna" in pages["001-anna.html"]
    assert "of-anna" not in pages["002-zo-b.html"] + pages["index.html"]
    assert "Zoë &lt;b&gt;" in pages["002-zo-b.html"]


def test_a_hand_out_exports_the_account_for_both_shells() -> None:
    text = handouts.pages(document(), {"Anna": VARIABLES})["001-anna.html"]
    unescaped = text.replace("&#39;", "'").replace("&#34;", '"')
    assert """export AWS_SECRET_ACCESS_KEY='it'"'"'s'""" in unescaped
    assert "$env:AWS_SECRET_ACCESS_KEY = 'it''s'" in unescaped
    assert "export AWS_ENDPOINT_URL=http://h:1\nexport AWS_SECRET" in unescaped
    assert "$env:AWS_ENDPOINT_URL = 'http://h:1'\n$env:AWS_SECRET" in unescaped


def test_a_hand_out_has_no_deeper_topics() -> None:
    text = handouts.pages(document(), {"Anna": VARIABLES})["001-anna.html"]
    assert "deeper-encrypt" not in text


def test_the_index_links_to_each_hand_out() -> None:
    pages = handouts.pages(document(), {"Anna": VARIABLES, "Ben": VARIABLES})
    assert re.findall(r'href="(\d[^"]*)"', pages["index.html"]) == list(pages)[:-1]
