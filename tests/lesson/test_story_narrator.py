"""The story of the lab: what is typed, and what an answer adds to what was shown."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pytest_bdd.parser import Step
from pytest_bdd.scenario import scenario_wrapper_template_registry

from kmsdemo.lesson.account_state import Fact
from kmsdemo.lesson.guide.document import CommandBlock, OutputBlock
from kmsdemo.lesson.guide.renderer import GuideRenderer
from kmsdemo.lesson.markdown import MarkdownRenderer
from kmsdemo.lesson.renderer import Chapter
from kmsdemo.lesson.story_narrator import StoryNarrator
from kmsdemo.suite import script
from kmsdemo.suite.script import CompletedCommand
from kmsdemo.suite.story import LabStep, Note, Story
from kmsdemo.trace.recording import Call

PASSWORD = "correct horse battery staple"
KEY_ID = "12345678-1234-1234-1234-123456789012"
STORY = Story(
    "The KMS lab",
    "What it is about.",
    [
        LabStep(1, "Create the key", "Why.", topics=["create_key"], notes=[Note("Minutes", "3")]),
        LabStep(2, "Encrypt", "Why.", topics=["encrypt", "envelope"], notes=[Note("Minutes", "4")]),
        LabStep(3, "Clean up", "Why.", topics=["clean_up"], notes=[Note("Minutes", "5")]),
    ],
)
SCRIPT = """\
    # an indented comment above the imports
import boto3

KMS = boto3.client("kms")


def encrypt(password):

    return KMS.encrypt(password)


if __name__ == "__main__":
    encrypt("x")
"""


class Lesson:
    """A narrator, and what it prints."""

    def __init__(self, first: LabStep | None = None, *, with_notes: bool = False) -> None:
        self._file = StringIO()
        renderers = [MarkdownRenderer(self._file)]
        self.narrator = StoryNarrator(
            renderers, PASSWORD, story=STORY, first=first, with_notes=with_notes
        )
        self.selected = self.narrator.selected([_item(step.title) for step in STORY.steps])

    def calls(self, *calls: Call, keyword: str = "When") -> None:
        step = Step("I act", keyword.lower(), 0, 1, keyword)
        self.narrator.tell_calls(step, calls, is_about_traffic=False)

    def take(self) -> str:
        """Return what was printed since the last time."""
        text = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return text


def _item(title: str) -> pytest.Item:
    def test() -> None: ...

    scenario_wrapper_template_registry[test] = cast("Any", SimpleNamespace(name=title))
    return cast("pytest.Item", SimpleNamespace(obj=test))


@pytest.fixture(autouse=True)
def nothing_shown() -> Iterator[None]:
    """No step has run a script yet."""
    script.commands.clear()
    yield
    script.commands.clear()


@pytest.fixture
def lesson() -> Lesson:
    lesson = Lesson()
    lesson.take()
    return lesson


def call(operation: str, response: dict[str, Any], error: str = "", **parameters: Any) -> Call:
    return Call("kms", operation, parameters, [], response=response, error=error)


def created(**more: Any) -> Call:
    return call("CreateKey", {"KeyMetadata": {"KeyId": KEY_ID, "KeyState": "Enabled", **more}})


def described(state: str) -> Call:
    answer = {"KeyMetadata": {"KeyId": KEY_ID, "KeyState": state}}
    return call("DescribeKey", answer, KeyId=KEY_ID)


def test_it_opens_with_what_the_lab_is_about() -> None:
    assert Lesson().take() == "# The KMS lab\n\nWhat it is about.\n\n"


def test_it_can_begin_at_a_step() -> None:
    lesson = Lesson(STORY.steps[1])
    assert [lesson.narrator.chapter_of(item) for item in lesson.selected] == ["Encrypt", "Clean up"]
    assert lesson.take() == "# The KMS lab\n\n"


@pytest.mark.parametrize("with_notes", [True, False])
def test_a_step_has_its_number_and_for_the_instructor_its_notes(with_notes: bool) -> None:
    lesson = Lesson(with_notes=with_notes)
    lesson.narrator.print(lambda shown: shown.chapter(lesson.narrator._chapters["Encrypt"]))
    told = lesson.take()
    assert "## Step 2 of 3: Encrypt\n\nWhy.\n" in told
    assert ("**Minutes** 4" in told) == with_notes


def test_the_prompt_says_how_many_minutes_are_left(lesson: Lesson) -> None:
    assert lesson.narrator.label("Encrypt") == "Step 2 of 3, 9 min left"


def test_a_step_can_be_repeated_by_its_name(lesson: Lesson) -> None:
    assert lesson.narrator.command("Clean up") == "kmsdemo lab clean-up"


def test_a_step_ends_with_the_account_in_brief_and_its_topics(lesson: Lesson) -> None:
    lesson.narrator.end_chapter("Encrypt", [Fact("item", "long", "appuser 1")])
    told = lesson.take()
    assert "| The account now | |\n|---|---|\n| item | appuser 1 |\n" in told
    assert told.endswith("`kmsdemo lab --deeper encrypt`, `kmsdemo lab --deeper envelope`\n\n")


def test_the_end_says_how_to_go_on(lesson: Lesson) -> None:
    assert lesson.narrator.ending().next_step == (
        "Do it yourself: kmsdemo shell. Go deeper: kmsdemo lab --deeper."
    )


def test_what_is_given_is_made_silently_but_known(lesson: Lesson) -> None:
    lesson.calls(created(), keyword="Given")
    assert lesson.take() == ""
    lesson.calls(described("Enabled"))
    assert "KEY_ID=$(aws kms list-aliases " in lesson.take()


def test_a_call_is_told_as_a_command_and_what_its_answer_adds(lesson: Lesson) -> None:
    lesson.calls(created())
    told = lesson.take()
    assert told.startswith("```sh\nKEY_ID=$(aws kms create-key ")
    assert "- → " in told
    assert "KeyState Enabled" in told


def test_what_an_answer_has_said_before_is_not_told_again(lesson: Lesson) -> None:
    lesson.calls(created())
    lesson.take()
    lesson.calls(described("Enabled"))
    assert "Enabled" not in lesson.take()


def test_a_call_that_is_made_again_tells_only_what_is_new(lesson: Lesson) -> None:
    lesson.calls(created(), described("Enabled"))
    lesson.take()
    lesson.calls(described("Disabled"))
    assert lesson.take() == "- → DescribeKey again: KeyState Disabled\n\n"


def test_an_error_is_told_in_the_words_of_aws(lesson: Lesson) -> None:
    lesson.calls(created())
    lesson.take()
    lesson.calls(call("Encrypt", {}, "DisabledException: it is disabled", KeyId=KEY_ID))
    assert lesson.take().endswith("- → DisabledException: it is disabled\n\n")


def test_the_password_is_told_where_aws_kms_returned_it(lesson: Lesson) -> None:
    decrypted = call("Decrypt", {"Plaintext": "•••", "KeyId": KEY_ID}, CiphertextBlob=b"c")
    decrypted.response_body = f'{{"Plaintext": "{PASSWORD}"}}'.encode()
    lesson.calls(decrypted)
    assert f"Plaintext {PASSWORD}" in lesson.take()


def test_a_script_is_told_as_a_person_runs_it_with_what_it_prints(lesson: Lesson) -> None:
    command = ("python3", "encrypt-passwd.py", PASSWORD, KEY_ID)
    script.commands.append(CompletedCommand(command, "stored\n", "refused\n", 1))
    lesson.calls()
    told = lesson.take()
    assert f"PASSWORD='{PASSWORD}'" in told
    assert 'python3 encrypt-passwd.py "$PASSWORD" ' in told
    assert "```text\nstored\n```\n\n```text\nrefused\n```" in told
    assert "The calls of the script" not in told


def test_the_calls_of_a_script_follow_it(lesson: Lesson) -> None:
    script.commands.append(
        CompletedCommand(("python3", "encrypt-passwd.py", PASSWORD, KEY_ID), "stored\n")
    )
    lesson.calls(call("Encrypt", {"KeyId": KEY_ID}, KeyId=KEY_ID, Plaintext="•••"))
    _, heading, calls = lesson.take().partition("The calls of the script, as aws commands:\n")
    assert heading
    assert "aws kms encrypt" in calls


def item_read(number: str = "1") -> Call:
    key = {"appuser": {"S": number}}
    return Call("dynamodb", "GetItem", {"TableName": "demo-kms", "Key": key}, [], response={})


def in_a_guide(lesson: Lesson, *calls: Call) -> tuple[list[CommandBlock], list[OutputBlock]]:
    """Return what is typed and what is seen of calls."""
    guide = GuideRenderer()
    lesson.narrator.renderers = [guide]
    guide.chapter(Chapter("", "T", ""))
    guide.step("passed", "When", "I act")
    lesson.calls(*calls)
    parts = guide.sections[0].scenarios[0].sentences[0].parts
    typed = [part for part in parts if isinstance(part, CommandBlock)]
    return typed, [part for part in parts if isinstance(part, OutputBlock)]


def test_what_a_script_reads_goes_to_the_next_command_through_a_file(lesson: Lesson) -> None:
    *_, direct = in_a_guide(lesson, item_read())[0]
    assert "ciphertext.bin" not in direct.bash
    script.commands.append(
        CompletedCommand(("python3", "decrypt-passwd.py", "2", KEY_ID), "printed\n")
    )
    *_, of_script = in_a_guide(lesson, item_read("2"))[0]
    assert of_script.bash.endswith(">ciphertext.bin")
    assert "get_item" in direct.boto3
    assert "userpasswd" in of_script.boto3.replace(direct.boto3, "")


def test_errors_are_told_apart(lesson: Lesson) -> None:
    (answer,) = in_a_guide(lesson, created())[1]
    assert answer.outcome == "passed"
    refused = call("Encrypt", {}, "DisabledException: it is disabled", KeyId=KEY_ID)
    error = OutputBlock("DisabledException: it is disabled", "failed")
    assert in_a_guide(lesson, refused)[1] == [error]
    command = ("python3", "encrypt-passwd.py", PASSWORD, KEY_ID)
    script.commands.append(CompletedCommand(command, "stored\n", "refused\n", 1))
    assert in_a_guide(lesson)[1] == [
        OutputBlock("stored", is_output=True),
        OutputBlock("refused", "failed", is_output=True),
    ]


def test_of_a_script_that_is_read_the_functions_are_told(lesson: Lesson) -> None:
    script.commands.append(CompletedCommand(("cat", "encrypt-passwd.py"), SCRIPT))
    lesson.calls()
    told = lesson.take()
    assert "```text\ndef encrypt(password):\n    return KMS.encrypt(password)\n```" in told
    assert "__main__" not in told
    assert "comment" not in told
