"""A lesson with one of everything that a renderer prints."""

from __future__ import annotations

from collections.abc import Sequence

from kmsdemo.lesson.account_state import Fact
from kmsdemo.lesson.renderer import CallSummary, Chapter, Ending, Renderer
from kmsdemo.suite.story import Note

CREATE_KEY = ("aws kms create-key", "--description 'The key of the lab'", "--output text")


def tell(renderer: Renderer) -> None:
    """Tell it."""
    renderer.opening("The KMS lab", "Why.\nWhat.")
    note = Note("Ask", "Who could read the password now, and who could not?")
    renderer.chapter(Chapter("Step 1 of 8", "Create the key", "Because.\nTherefore.", [note]))
    renderer.rule("A key is *new*", "It has no alias.")
    renderer.scenario("It has `one` owner")
    renderer.step("passed", "Given", "my key, which has a long description")
    renderer.step("failed", "When", "I act")
    renderer.step("differs", "Then", "it is so")
    renderer.call(call(0.0123, answer="KeyState Enabled"))
    renderer.call(call(2.5, traffic=["request {}", "response {}"]))
    renderer.repeated_calls(["CreateKey", "CreateAlias"])
    renderer.commands([CREATE_KEY, ("date",)])
    renderer.output("def f():\n    return 'a long text that is wrapped'\n", "passed")
    renderer.answer("KeyState Enabled", "passed")
    renderer.answer("DisabledException", "failed")
    renderer.remark("The calls of the script:", "note")
    renderer.remark("Known difference from AWS: none.", "differs")
    renderer.state("The account now", [Fact("key", "1234\nalias/a"), Fact("item", "5|6")])
    renderer.topics(["envelope", "rotation"])
    renderer.ending(
        Ending(
            "1 step in 1.0 s.",
            learned={"Keys": ["A key is new", "A key is old"]},
            cleaned_up="Cleaned up: 1 key.",
            failures=["Failed in Step 1"],
            next_step="Do it yourself.",
        )
    )


def call(seconds: float, *, answer: str = "", traffic: Sequence[str] = ()) -> CallSummary:
    """Return a call of CreateKey."""
    return CallSummary(
        "KMS CreateKey as anna", seconds, "Description x", answer, CREATE_KEY, traffic
    )


def end_well(renderer: Renderer) -> None:
    """Tell the end of a lesson that created and showed nothing."""
    renderer.ending(Ending("1 step in 1.0 s.", next_step="Do it yourself."))
