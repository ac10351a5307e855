"""The renderer collects what the narrator prints, in the same order."""

from __future__ import annotations

from kmsdemo.lesson.account_state import Fact
from kmsdemo.lesson.guide.document import CommandBlock, OutputBlock, Section
from kmsdemo.lesson.guide.renderer import GuideRenderer
from kmsdemo.lesson.renderer import CallSummary, Chapter, Ending


def step_of_the_lab() -> Section:
    """Return a step with one sentence of each kind."""
    renderer = GuideRenderer()
    renderer.opening("The KMS lab", "Why.")
    renderer.chapter(Chapter("Step 1 of 8", "Schedule the key's deletion", "Because."))
    renderer.step("passed", "Given", "my key")
    renderer.step("passed", "And", "my table")
    renderer.step("passed", "When", "I act")
    renderer.commands([["KEY_ID=$(aws kms create-key", "--output text)"]], "key_id = 1")
    renderer.output("printed\n", "passed")
    renderer.answer("KeyState Enabled", "passed")
    renderer.remark("The calls of the script:", "note")
    renderer.state("The account now", [Fact("key", "none")])
    renderer.topics(["envelope"])
    return renderer.sections[0]


def test_a_step_has_a_name_for_links() -> None:
    assert step_of_the_lab().name == "schedule-the-keys-deletion"


def test_a_sentence_has_what_is_typed_and_seen_under_it() -> None:
    assert step_of_the_lab().scenarios[0].sentences[-1].parts == [
        CommandBlock(
            "KEY_ID=$(aws kms create-key --output text)",
            "$KEY_ID = aws kms create-key --output text",
            "key_id = 1",
        ),
        OutputBlock("printed", "passed", is_output=True),
        OutputBlock("KeyState Enabled"),
        OutputBlock("The calls of the script:", "note"),
    ]


def test_a_sentence_after_given_is_given_too() -> None:
    sentences = step_of_the_lab().scenarios[0].sentences
    assert [sentence.keyword for sentence in sentences] == ["Given", "And", "When"]
    assert [sentence.is_given for sentence in sentences] == [True, True, False]


def test_a_step_ends_with_the_account_and_its_topics() -> None:
    section = step_of_the_lab()
    assert (section.state, section.topics) == ([Fact("key", "none")], ["envelope"])


def test_a_command_that_is_the_same_in_powershell_is_there_once() -> None:
    renderer = GuideRenderer()
    renderer.chapter(Chapter("", "T", ""))
    renderer.step("passed", "When", "I act")
    renderer.commands([["aws kms enable-key", '--key-id "$KEY_ID"']])
    (typed,) = renderer.sections[0].scenarios[0].sentences[0].parts
    assert typed == CommandBlock('aws kms enable-key --key-id "$KEY_ID"')


def test_commands_stand_below_each_other_in_both_shells() -> None:
    renderer = GuideRenderer()
    renderer.chapter(Chapter("", "T", ""))
    renderer.step("passed", "When", "I act")
    renderer.commands([["KEY_ID=$(aws one)"], ["aws two"]])
    (typed,) = renderer.sections[0].scenarios[0].sentences[0].parts
    assert typed == CommandBlock("KEY_ID=$(aws one)\naws two", "$KEY_ID = aws one\naws two")


def test_a_long_command_goes_on_in_the_next_line() -> None:
    renderer = GuideRenderer()
    renderer.chapter(Chapter("", "T", ""))
    renderer.step("passed", "When", "I act")
    renderer.commands([["aws kms encrypt", "x" * 70]])
    (typed,) = renderer.sections[0].scenarios[0].sentences[0].parts
    assert isinstance(typed, CommandBlock)
    assert typed.bash == f"aws kms encrypt \\\n    {'x' * 70}"


def test_a_topic_has_scenarios_under_their_rules() -> None:
    renderer = GuideRenderer(prefix="deeper-")
    renderer.chapter(Chapter("Topic 1 of 1", "Encrypt", ""))
    renderer.rule("A rule", "Why.")
    renderer.scenario("One")
    renderer.scenario("Two")
    renderer.step("passed", "When", "I act")
    renderer.call(CallSummary("kms Encrypt", 1.0, "", "CiphertextBlob", ["aws", "kms encrypt"]))
    (section,) = renderer.sections
    assert section.name == "deeper-encrypt"
    assert [(one.rule, one.name) for one in section.scenarios] == [("A rule", "One"), ("", "Two")]
    assert section.scenarios[1].sentences[0].parts == [
        CommandBlock("aws kms encrypt"),
        OutputBlock("kms Encrypt: CiphertextBlob"),
    ]


def test_a_call_has_its_bodies_and_its_python_and_no_base64() -> None:
    renderer = GuideRenderer()
    renderer.chapter(Chapter("", "T", ""))
    renderer.step("passed", "When", "I act")
    base64 = "A/" * 40
    call = CallSummary(
        "kms Decrypt",
        1.0,
        "",
        "",
        ["aws", f"--blob {base64}"],
        traffic=[f"request {base64}", "response"],
        boto3=f"decrypt({base64})",
    )
    renderer.call(call)
    renderer.repeated_calls(["CreateKey", "CreateAlias"])
    assert renderer.sections[0].scenarios[0].sentences[0].parts == [
        CommandBlock("aws --blob BASE64", boto3="decrypt(BASE64)"),
        OutputBlock("request BASE64", "note"),
        OutputBlock("response", "note"),
        OutputBlock("As before: CreateKey, CreateAlias.", "note"),
    ]


def test_an_answer_that_is_an_error_is_told_apart() -> None:
    renderer = GuideRenderer()
    renderer.chapter(Chapter("", "T", ""))
    renderer.step("passed", "When", "I act")
    renderer.answer("DisabledException", "failed")
    renderer.output("no\n\n", "failed")
    assert renderer.sections[0].scenarios[0].sentences[0].parts == [
        OutputBlock("DisabledException", "failed"),
        OutputBlock("no", "failed", is_output=True),
    ]


def test_a_chapter_and_its_state_are_kept_whole() -> None:
    renderer = GuideRenderer(str.upper)
    chapter = Chapter("Topic 1 of 1", "Encrypt", "Why.")
    renderer.chapter(chapter)
    renderer.state("The account now", [Fact("key", "id")])
    (section,) = renderer.sections
    assert section.chapter is chapter
    assert (section.state_title, section.state) == ("The account now", [Fact("key", "ID")])


def test_each_scenario_begins_anew() -> None:
    begun: list[int] = []
    renderer = GuideRenderer(begin_scenario=lambda: begun.append(1))
    renderer.chapter(Chapter("", "T", ""))
    renderer.rule("A rule", "Why.")
    for name in ("One", "Two"):
        renderer.scenario(name)
    assert len(begun) == 2
    assert [(one.rule, one.why) for one in renderer.sections[0].scenarios] == [
        ("A rule", "Why."),
        ("", ""),
    ]


def test_what_belongs_to_no_sentence_stands_at_the_end() -> None:
    renderer = GuideRenderer()
    renderer.remark("The features cannot be read.", "failed")
    renderer.chapter(Chapter("", "T", ""))
    renderer.remark("A note.", "note")
    renderer.step("passed", "When", "I act")
    renderer.remark("Failed.", "failed")
    (told,) = renderer.sections[0].scenarios
    assert told.remarks == [OutputBlock("A note.", "note"), OutputBlock("Failed.", "failed")]
    assert told.sentences[0].parts == []


def test_an_error_of_aws_is_told_apart_from_an_answer() -> None:
    renderer = GuideRenderer()
    renderer.chapter(Chapter("", "T", ""))
    renderer.step("passed", "When", "I act")
    refused = CallSummary("kms Encrypt", 1.0, "", "DisabledException", ["aws"], outcome="failed")
    renderer.call(refused)
    renderer.call(CallSummary("kms EnableKey", 1.0, "", "", ["aws"]))
    parts = renderer.sections[0].scenarios[0].sentences[0].parts
    assert parts == [
        CommandBlock("aws"),
        OutputBlock("kms Encrypt: DisabledException", "failed"),
        CommandBlock("aws"),
    ]


def test_each_text_goes_through_the_function_that_fixes_values() -> None:
    renderer = GuideRenderer(str.upper)
    renderer.chapter(Chapter("", "T", ""))
    renderer.step("passed", "When", "i act")
    renderer.output("id", "passed")
    sentence = renderer.sections[0].scenarios[0].sentences[0]
    assert (sentence.text, sentence.parts) == ("I ACT", [OutputBlock("ID", is_output=True)])


def test_why_a_scenario_is_skipped_stands_at_its_end() -> None:
    renderer = GuideRenderer()
    renderer.chapter(Chapter("", "T", ""))
    renderer.remark("Skipped: no clock.", "skipped")
    assert renderer.sections[0].scenarios[0].remarks == [
        OutputBlock("Skipped: no clock.", "skipped")
    ]


def test_failures_and_an_interruption_are_kept() -> None:
    renderer = GuideRenderer()
    renderer.ending(Ending("", failures=["Failed in step 1"]))
    renderer.interrupted("Interrupted. Cleaned up.")
    assert (renderer.failures, renderer.interruption) == (
        ["Failed in step 1"],
        "Interrupted. Cleaned up.",
    )
