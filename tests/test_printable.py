"""No text that others wrote acts on a terminal."""

from __future__ import annotations

import pytest

from kmsdemo.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, é, 漢, 🔑", "plain, é, 漢, 🔑"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31mred", r"\x9b31mred"),
        ("bell\a, delete\x7f, zero\0", r"bell\x07, delete\x7f, zero\x00"),
        ("one\ntwo\rthree\tfour", r"one\ntwo\rthree\tfour"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}txt.exe", r"\u202etxt.exe"),
        ("\N{RIGHT-TO-LEFT ISOLATE}", r"\u2067"),
        ("a\N{LINE SEPARATOR}b", r"a\u2028b"),
        ("zero\N{ZERO WIDTH SPACE}\N{WORD JOINER}width", r"zero\u200b\u2060width"),
        ("\N{ZERO WIDTH NO-BREAK SPACE}mark\uffff", r"\ufeffmark\uffff"),
        ("soft\N{SOFT HYPHEN}", r"soft\xad"),
        ("caf\udce9", r"caf\udce9"),
        ("👩\N{ZERO WIDTH JOINER}🚀", "👩\N{ZERO WIDTH JOINER}🚀"),
    ],
)
def test_control_characters_are_escaped_and_letters_are_not(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_what_is_to_be_kept_is_kept() -> None:
    assert printable("one\ntwo\x1b", keep="\n") == "one\ntwo\\x1b"
