"""The credentials of a class are read by the names of their columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsdemo.learners import credentials
from kmsdemo.learners.errors import CredentialsUnusable

HEADER = "name,AWS_ENDPOINT_URL,AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY,AWS_DEFAULT_REGION"
ANNA = "Anna,http://h:1,200000000001,secret,us-east-1"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "names-credentials.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_each_learner_has_their_variables(tmp_path: Path) -> None:
    bear = '"Ben ""the bear"", jr.",http://h:1,200000000002,other,us-east-1'
    found = credentials.read(write(tmp_path, HEADER, bear, ANNA), ["Anna", 'Ben "the bear", jr.'])
    assert list(found) == ["Anna", 'Ben "the bear", jr.']
    assert found["Anna"]["AWS_SECRET_ACCESS_KEY"] == "secret"
    assert found['Ben "the bear", jr.']["AWS_ACCESS_KEY_ID"] == "200000000002"


def test_a_byte_order_mark_belongs_to_no_column(tmp_path: Path) -> None:
    path = write(tmp_path, f"\ufeff{HEADER}", ANNA)
    assert list(credentials.read(path, ["Anna"])) == ["Anna"]
    path = write(tmp_path, f"\ufeff{HEADER},AWS_REGION", f"{ANNA},us-east-1")
    assert "Anna" in credentials.read_earlier(path)


def test_other_columns_and_other_learners_are_ignored(tmp_path: Path) -> None:
    path = write(tmp_path, f"seat,{HEADER}", f"7,{ANNA}", "8,Ben,,,,")
    assert list(credentials.read(path, ["Anna"])["Anna"]) == HEADER.split(",")[1:]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([HEADER], "no line for Anna"),
        (["a,b", "Anna,c"], "no line for Anna"),
        ([HEADER, "Anna,http://h:1,,secret,us-east-1"], "no AWS_ACCESS_KEY_ID"),
        ([HEADER, "Anna,http://h:1"], "the line of Anna has no AWS_ACCESS_KEY_ID"),
        (["\xff"], "it is not CSV in UTF-8"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, lines: list[str], reason: str) -> None:
    path = write(tmp_path, *lines)
    if lines == ["\xff"]:
        path.write_bytes(b"\xff")
    with pytest.raises(CredentialsUnusable, match=reason) as raised:
        credentials.read(path, ["Anna"])
    assert raised.value.path == str(path)


def test_no_secret_is_in_the_message(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, "Anna,,200000000001,secret-of-anna,us-east-1")
    with pytest.raises(CredentialsUnusable) as caught:
        credentials.read(path, ["Anna"])
    assert "secret-of-anna" not in str(caught.value)


def test_a_missing_file_is_reported_with_what_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    with pytest.raises(CredentialsUnusable, match="kmsdemo sandbox --class") as raised:
        credentials.read(path, ["Anna"])
    assert (raised.value.path, raised.value.reason) == (str(path), "No such file or directory")
