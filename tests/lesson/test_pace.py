"""The pace of a lesson: what each key does."""

from __future__ import annotations

import io

import pytest

from kmsdemo.lesson.bookmark import Bookmark
from kmsdemo.lesson.pace import Pace, Position, Quit, RecordedOutput

# Two pages of the first chapter, two of the second, one of the third.
PAGES = [(1, "1a "), (1, "1b "), (2, "2a "), (2, "2b "), (3, "3a ")]


def tell(keys: list[str], resume: Bookmark | None = None) -> tuple[str, int]:
    """Tell the pages at these keys; return what is printed, and how many keys are left."""
    left = iter(keys)
    stream = io.StringIO()
    output = RecordedOutput(stream)
    pace = Pace(output, resume=resume, read_key=lambda: next(left))
    pauses: dict[int, int] = {}
    for chapter, text in PAGES:
        output.write(text)
        pause = pauses.setdefault(chapter, 0)
        pace.wait(Position(chapter, f"Step {chapter}", Bookmark(str(chapter), pause)))
        pauses[chapter] += 1
    return stream.getvalue(), len(list(left))


@pytest.mark.parametrize(
    ("keys", "printed"),
    [
        ("     ", "1a 1b 2a 2b 3a "),
        ("n\rn n", "1a 1b 2a 2b 3a "),
        ("xyz0     ", "1a 1b 2a 2b 3a "),
        (" b     ", "1a 1b 1a 1b 2a 2b 3a "),
        ("b     ", "1a 1a 1b 2a 2b 3a "),
        ("   bb     ", "1a 1b 2a 2b 2a 1b 2a 2b 3a "),
        ("NN ", "1a 1b 2a 2b 3a "),
        ("   P    ", "1a 1b 2a 2b 2a 2b 3a "),
        ("   PP      ", "1a 1b 2a 2b 2a 1a 1b 2a 2b 3a "),
        ("    PN ", "1a 1b 2a 2b 3a 2a 3a "),
        ("?     ", "1a 1b 2a 2b 3a "),
    ],
)
def test_keys_move_through_the_lesson(keys: str, printed: str) -> None:
    assert tell(list(keys))[0] == printed


@pytest.mark.parametrize("key", ["\x1b[C", "\x1b[B", "\x1b[6~", "\n"])
def test_arrows_go_on(key: str) -> None:
    assert tell([key] * 5) == ("1a 1b 2a 2b 3a ", 0)


@pytest.mark.parametrize("key", ["\x1b[D", "\x1b[A", "\x1b[5~", "p"])
def test_arrows_go_back(key: str) -> None:
    assert tell([" ", key, *"     "])[0] == "1a 1b 1a 1b 2a 2b 3a "


@pytest.mark.parametrize("key", ["q", "Q", "\x04"])
def test_q_quits(key: str) -> None:
    with pytest.raises(Quit):
        tell([" ", key])


def test_a_keyboard_that_is_gone_quits() -> None:
    def read_key() -> str:
        raise EOFError

    pace = Pace(RecordedOutput(io.StringIO()), read_key=read_key)
    with pytest.raises(Quit):
        pace.wait(Position(1, "Step 1", Bookmark("1", 0)))


def test_a_resumed_lesson_pauses_first_where_it_was_quit() -> None:
    # A resumed lesson begins at this chapter: the pages before it are not shown.
    assert tell([" ", " ", " ", " "], Bookmark("2", 1)) == ("1a 1b 2a 2b 3a ", 0)


def test_a_page_that_was_told_before_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    tell([" ", "b", *"     "])
    prompts = capsys.readouterr().err.split("\r")
    assert "Step 1 (told before) | space: next, b: back, ?: keys, q: quit" in prompts
    assert sum("told before" in prompt for prompt in prompts) == 1


def test_the_output_is_otherwise_that_of_its_stream() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    assert RecordedOutput(stream).encoding == "latin-1"


def test_the_question_mark_shows_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    tell(["?", *"     "])
    shown = capsys.readouterr().err
    assert all(key in shown for key in ["space", " n,", " p,", " N ", " P ", " ? ", " q "])


def test_the_prompt_says_where_one_is(capsys: pytest.CaptureFixture[str]) -> None:
    tell([*"     "])
    prompts = capsys.readouterr().err.split("\r")
    assert "Step 2 | space: next, b: back, ?: keys, q: quit" in prompts
