"""A lesson on a terminal, and in words for a pipe or a screen reader."""

from __future__ import annotations

from io import BytesIO, StringIO, TextIOWrapper

import pytest
from rich.console import Console

from kmsdemo.lesson.terminal import TerminalRenderer, continued
from tests.lesson import sample_lesson

WIDTH = 44
DRAWN = """\
Why.
What.

Step 1 of 8: Create the key ────────────────
  Because.
  Therefore.
    Ask: Who could read the password now,
      and who could not?

  A key is *new*
  It has no alias.

  It has `one` owner
    ✔ Given my key, which has a long
      description
    ✘ When I act
    ≠ Then it is so
        KMS CreateKey as anna (12.3 ms)
          Description x
          → KeyState Enabled
          $ aws kms create-key \\
              --description 'The key of the lab' \\
              --output text
        KMS CreateKey as anna (2.5 s)
          Description x
          $ aws kms create-key \\
              --description 'The key of the lab' \\
              --output text
          request {}
          response {}
        as before: CreateKey, CreateAlias
      $ aws kms create-key \\
          --description 'The key of the lab' \\
          --output text
      $ date
      │ def f():
      │     return 'a long text that is
      │         wrapped'
      → KeyState Enabled
      → DisabledException
      The calls of the script:
      Known difference from AWS: none.
  The account now:
    key: 1234, alias/a
    item: 5|6
  Deeper: kmsdemo lab --deeper envelope |
  rotation

What this lesson showed
  Keys
    - A key is new
    - A key is old

Cleaned up: 1 key.

Failed in Step 1

1 step in 1.0 s.
Do it yourself.
"""


def printed(*, plain: bool = False) -> str:
    output = StringIO()
    sample_lesson.tell(TerminalRenderer(Console(file=output, width=WIDTH), plain=plain))
    return output.getvalue()


def test_everything_is_printed_in_the_width_of_the_terminal() -> None:
    assert printed() == DRAWN


@pytest.mark.parametrize(
    "lines",
    [
        "\nStep 1 of 8: Create the key\n",
        "    ok Given my key, which has a long\n       description\n",
        "    FAILED When I act\n",
        "    differs Then it is so\n",
        "          answer: KeyState Enabled\n",
        "      | def f():\n      |     return 'a long text that is\n      |         wrapped'\n",
        "      answer: DisabledException\n",
    ],
)
def test_a_screen_reader_gets_words_for_marks_and_frames(lines: str) -> None:
    assert lines in printed(plain=True)


def test_a_terminal_without_unicode_gets_them_too() -> None:
    stream = TextIOWrapper(BytesIO(), encoding="latin-1", errors="replace")
    sample_lesson.tell(TerminalRenderer(Console(file=stream, width=WIDTH), plain=False))
    stream.seek(0)
    assert "    ok Given my key" in stream.read()


@pytest.mark.parametrize(("length", "is_shown"), [(1500, True), (1501, False)])
def test_a_command_that_fills_the_screen_is_in_a_transcript_only(
    length: int, is_shown: bool
) -> None:
    output = StringIO()
    command = ["aws kms", "encrypt", "x" * (length - len("aws kms encrypt "))]
    TerminalRenderer(Console(file=output, width=WIDTH), plain=True).commands([command])
    shown = " ".join(output.getvalue().split())
    instead = f"(aws kms encrypt, {length:,} characters; see a transcript)"
    assert ("xxx" in shown, instead in shown) == (is_shown, not is_shown)


@pytest.mark.parametrize(
    ("width", "lines"), [(11, ["aws kms one"]), (10, ["aws kms \\", "    one"]), (3, None)]
)
def test_a_command_is_continued_where_the_line_ends(width: int, lines: list[str] | None) -> None:
    every = ["aws \\", "    kms \\", "    one"]
    assert continued(["aws", "kms", "one"], width) == (lines or every)


def test_output_is_wrapped_between_words_only() -> None:
    output = StringIO()
    renderer = TerminalRenderer(Console(file=output, width=24), plain=True)
    renderer.output("seventh long-word two", "passed")
    assert output.getvalue() == "      | seventh\n      |     long-word\n      |     two\n"


def test_an_interrupted_lesson_ends_with_its_text() -> None:
    output = StringIO()
    renderer = TerminalRenderer(Console(file=output, width=WIDTH), plain=True)
    renderer.interrupted("Interrupted.\x1b[2J\nCleaned up: 1 key.")
    assert output.getvalue() == "Interrupted.\\x1b[2J\nCleaned up: 1 key.\n"


def test_an_ending_without_topics_and_failures_has_no_empty_parts() -> None:
    output = StringIO()
    sample_lesson.end_well(TerminalRenderer(Console(file=output, width=WIDTH), plain=True))
    assert output.getvalue() == "\n1 step in 1.0 s.\nDo it yourself.\n"
