"""The values of a run: found in any text, and fixed where a page is to be the same."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from kmsdemo.lesson.guide.run_values import FixedValues, pieces, without_base64

KEY = "94f4e191-1efa-4080-9988-b220f4cd2471"
OTHER_KEY = "a8609244-08bc-4bb3-9354-2d5558a7cb19"
NOW = datetime(2026, 11, 25, 19, 53, 7, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f"KeyId {KEY}, KeyState Enabled", [KEY]),
        ("arn:aws:kms:us-east-1:123456789012:key/94f4e191… is pending", ["94f4e191"]),
        ("alias/demo-kms-a7e89e83", ["a7e89e83"]),
        (f"mrk-{'0a' * 16}", [f"mrk-{'0a' * 16}"]),
        ("for user: 51997 has been stored", ["51997"]),
        ("Item {appuser: {S: 51997}}", ["51997"]),
        ("the lowest 10001 and the highest 99998, but 99999 is nobody's", ["10001", "99998"]),
        ("random.randint(10001, 99998) and $((10001 + RANDOM))", []),
        ("between 10001 and 99998, or Get-Random -Minimum 10001 -Maximum 99999", []),
        ("DeletionDate 2026-12-02 19:53 UTC", ["2026-12-02 19:53 UTC"]),
        ("grant GrantId cfb1dba0", ["cfb1dba0"]),
        ("AccessKeyId AKIAABCDEFGHIJKLMNOP", ["AKIAABCDEFGHIJKLMNOP"]),
        ("7 days, 116 bytes, account 123456789012", []),
        ('"Version": "2012-10-17"', []),
    ],
)
def test_the_values_of_a_text_are_found(text: str, values: list[str]) -> None:
    assert [part for part, is_value in pieces(text) if is_value] == values


def test_the_pieces_are_the_whole_text() -> None:
    text = f"{KEY} and 51997, no more"
    assert "".join(part for part, _ in pieces(text)) == text


def test_a_user_number_that_is_drawn_again_in_another_account_changes_nothing() -> None:
    assert told_in_accounts("51997", "51997", "30303") == told_in_accounts(
        "51997", "20202", "30303"
    )


def told_in_accounts(*user_numbers: str) -> list[str]:
    """Return what is printed about one user in each account."""
    fixed = FixedValues(NOW)
    told = []
    for number in user_numbers:
        fixed.another_account()
        told.append(fixed(f"user: {number} {KEY}"))
    return told


def test_two_runs_have_the_same_fixed_values() -> None:
    texts = ("{0} {1} user: 51997 demo-kms-a7e89e83", "{1}", "GrantId cfb1dba0")
    first, second = FixedValues(NOW), FixedValues(NOW)
    of_first = [first(text.format(KEY, OTHER_KEY)) for text in texts]
    mirrored = [text.format(OTHER_KEY, KEY).replace("51997", "20202") for text in texts]
    assert [second(text) for text in mirrored] == of_first
    assert KEY not in "".join(of_first)


def test_one_value_is_fixed_as_one() -> None:
    fixed = FixedValues(NOW)
    assert fixed(KEY) == fixed(f"x{KEY}".removeprefix("x"))
    assert fixed(KEY) != fixed(OTHER_KEY)


def test_the_beginning_of_a_key_id_stays_its_beginning() -> None:
    fixed = FixedValues(NOW)
    assert fixed("94f4e191…") != "94f4e191…"
    fixed = FixedValues(NOW)
    whole = fixed(KEY)
    assert fixed("94f4e191…") == f"{whole[:8]}…"


def test_a_multi_region_key_stays_one() -> None:
    fixed = FixedValues(NOW)
    multi_region = fixed(f"mrk-{'0a' * 16}")
    assert multi_region.startswith("mrk-")
    assert len(multi_region) == len(f"mrk-{'0a' * 16}")
    assert not fixed(KEY).startswith("mrk-")
    assert len(fixed(KEY)) == len(KEY)


@pytest.mark.parametrize(
    ("date", "fixed"),
    [
        ("2026-12-02 19:53 UTC", "2030-01-08 12:00 UTC"),
        ("2026-12-02 19:54 UTC", "2030-01-08 12:00 UTC"),
        ("2026-12-25", "2030-01-31"),
        ("2026-11-25", "2030-01-01"),
        ("2026-11-26T19:53:07+00:00", "2030-01-02 12:00 UTC"),
        ("2026-11-26 07:53:06", "2030-01-01 12:00 UTC"),
    ],
)
def test_a_date_keeps_its_distance_in_days(date: str, fixed: str) -> None:
    assert FixedValues(NOW)(date) == fixed


def test_the_context_of_the_encryption_sdk_has_one_order() -> None:
    one, other = '"appuser": "12345"', '"aws-crypto-public-key": "A/+="'
    assert FixedValues(NOW)(f"{other}, {one}") == FixedValues(NOW)(f"{one}, {other}")


def test_base64_gives_way_to_a_file_in_a_command() -> None:
    command = f"--ciphertext-blob fileb://<(echo {'A/' * 60}== | base64 --decode)"
    assert without_base64(command) == "--ciphertext-blob fileb://ciphertext.bin"
    assert without_base64(f'"CiphertextBlob": "{"A+" * 60}="') == '"CiphertextBlob": "BASE64"'
