"""Text for people, whose terminal nothing may act on, and JSON for programs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kmsdemo.cli import output
from kmsdemo.keys import Key
from kmsdemo.vault import Item

NOON = datetime(2030, 6, 1, 12, tzinfo=timezone.utc)
KEY = Key("k", "arn", "Enabled", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "mine", NOON, None)


def item(blob: bytes | None, cipher: str = "plain") -> Item:
    return Item("1\x1b", blob, cipher, "", "", {})


@pytest.mark.parametrize("err", [True, False])
def test_text_keeps_its_lines_and_nothing_else_that_a_terminal_acts_on(
    capsys: pytest.CaptureFixture[str], err: bool
) -> None:
    output.say("one\ntwo\x1b[2J\r\t", err=err)
    captured = capsys.readouterr()
    said, other = (captured.err, captured.out) if err else (captured.out, captured.err)
    assert (said, other) == ("one\ntwo\\x1b[2J\\r\\t\n", "")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_progress_is_told_on_a_terminal_beside_the_output(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    if is_terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    with output.progress("Deleting"):
        pass
    captured = capsys.readouterr()
    assert captured.out == ""
    assert ("Deleting …" in captured.err) == is_terminal


def test_nothing_to_say_is_an_empty_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.say()
    assert capsys.readouterr().out == "\n"


def test_json_is_read_back_and_has_nothing_that_a_terminal_acts_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    facts = {"é": "\x1b[2J\u202e", "when": NOON, "number": [1, None]}
    output.print_json(facts)
    printed = capsys.readouterr().out
    assert json.loads(printed) == {**facts, "when": "2030-06-01T12:00:00+00:00"}
    assert printed.splitlines()[1] == '  "é": "\\u001b[2J\\u202e",'


def test_the_facts_of_a_key_begin_with_its_names() -> None:
    facts = output.key_facts(KEY, ["alias/a"])
    assert list(facts)[:3] == ["key_id", "aliases", "arn"]
    assert (facts["key_id"], facts["aliases"], facts["description"]) == ("k", ["alias/a"], "mine")


@pytest.mark.parametrize(("blob", "text"), [(b"abc", "YWJj"), (None, "")])
def test_the_facts_of_an_item_have_its_ciphertext_as_base64(blob: bytes | None, text: str) -> None:
    facts = {"appuser": "1\x1b", "userpasswd": text, "cipher": "plain"}
    assert output.item_facts(item(blob)) == facts


@pytest.mark.parametrize(
    ("shown", "line"),
    [
        (item(None), "1\\x1b  no binary attribute userpasswd"),
        (item(b"\0" * 100, "x\x1b"), f"1\\x1b    100 bytes  {'A' * 24}…  x\\x1b"),
    ],
)
def test_an_item_is_one_line(shown: Item, line: str) -> None:
    assert output.item_line(shown) == line


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("text\x1b", "text\\x1b"),
        (["a", "b"], "a, b"),
        ("", "-"),
        ([], "-"),
        (None, "-"),
        (NOON, output.date(NOON)),
    ],
)
def test_a_value_is_told_in_words(value: Any, words: str) -> None:
    assert output.in_words(value) == words


def test_a_date_is_that_of_this_computer() -> None:
    local = NOON.astimezone()
    assert output.date(NOON) == local.strftime("%Y-%m-%d at %H:%M ") + str(local.tzname())
    assert output.date(NOON + timedelta(minutes=1)) != output.date(NOON)


@pytest.mark.parametrize(
    ("date", "when"), [(NOON, f"on {output.date(NOON)}"), (None, "after its last replica")]
)
def test_a_deletion_is_told_with_its_date(date: datetime | None, when: str) -> None:
    assert output.will_be_deleted(KEY, date) == f"AWS KMS deletes the key k {when}."
