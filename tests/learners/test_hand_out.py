"""The hand-outs of a class: access keys that nobody can guess, in files that others cannot read."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest

from kmsdemo.learners import credentials, hand_out
from kmsdemo.learners.errors import ClassListUnusable, CredentialsUnusable
from kmsdemo.learners.hand_out import Classroom
from kmsdemo.sandbox.access import access_keys

URL = "http://127.0.0.1:4566"


@pytest.fixture
def names(tmp_path: Path) -> Path:
    """A class list."""
    path = tmp_path / "names.txt"
    path.write_text('Anna\nBen "the bear", jr.\n', encoding="utf-8")
    return path


@pytest.fixture
def classroom(names: Path) -> Classroom:
    """Its class, who have been given what they need."""
    classroom = hand_out.prepare(names)
    hand_out.write(classroom, names, URL)
    return classroom


def written(names: Path) -> list[Path]:
    return [credentials.file_of(names), *sorted(hand_out.folder(names).iterdir())]


def test_everybody_and_the_instructor_have_a_row_of_credentials(
    names: Path, classroom: Classroom
) -> None:
    with credentials.file_of(names).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["Anna", 'Ben "the bear", jr.', "instructor"]
    assert rows[0] == {"name": "Anna", **classroom.learners[0].environment(URL)}


def test_a_key_names_its_account_and_differs_from_all_others(classroom: Classroom) -> None:
    everybody = [classroom.instructor, *classroom.learners]
    assert [access_keys.account_of(one.access_key_id) for one in everybody] == [
        "200000000000",
        "200000000001",
        "200000000002",
    ]
    assert len({one.secret for one in everybody}) == 3
    assert {len(one.secret) for one in everybody} == {40}


def test_only_the_owner_can_read_them(names: Path, classroom: Classroom) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in written(names)}
    assert modes == {0o600}
    assert stat.S_IMODE(hand_out.folder(names).stat().st_mode) == 0o700


def test_each_has_a_file_of_their_own_with_lines_to_paste(
    names: Path, classroom: Classroom
) -> None:
    _, _, annas, bens = written(names)
    assert (annas.name, bens.name) == ("01-Anna.txt", "02-Ben-the-bear-jr.txt")
    anna, ben = classroom.learners
    text = annas.read_text()
    assert f"  export AWS_ENDPOINT_URL={URL}\n" in text
    assert f"  export AWS_SECRET_ACCESS_KEY={anna.secret}\n" in text
    assert f"  set -x AWS_SECRET_ACCESS_KEY {anna.secret}\n" in text
    assert f'  $env:AWS_SECRET_ACCESS_KEY = "{anna.secret}"\n' in text
    assert f"{URL}/console?token={anna.console_token}\n" in text
    assert ben.secret not in text


def test_a_long_name_has_a_file_too(names: Path) -> None:
    names.write_text("漢" * 300, encoding="utf-8")
    hand_out.write(hand_out.prepare(names), names, URL)
    assert len(written(names)) == 3


def test_a_class_that_is_started_again_keeps_its_keys(names: Path, classroom: Classroom) -> None:
    names.write_text(f"{names.read_text()}Carl\n")
    again = hand_out.prepare(names)
    assert again.instructor == classroom.instructor
    assert again.learners[:2] == classroom.learners
    assert again.learners[2].learner.name == "Carl"


def test_who_has_another_account_now_has_another_key(names: Path, classroom: Classroom) -> None:
    names.write_text("Carl\nAnna\n")
    _, anna = hand_out.prepare(names).learners
    assert anna.access_key_id != classroom.learners[0].access_key_id
    assert access_keys.account_of(anna.access_key_id) == "200000000002"


def test_who_has_no_secret_any_more_has_another_key(names: Path, classroom: Classroom) -> None:
    file = credentials.file_of(names)
    file.write_text(file.read_text().replace(classroom.learners[0].secret, ""))
    anna, ben = hand_out.prepare(names).learners
    assert len(anna.secret) == 40
    assert ben == classroom.learners[1]


def test_what_was_given_is_read_back(names: Path, classroom: Classroom) -> None:
    assert hand_out.read(names) == classroom


def test_who_was_given_nothing_is_named(names: Path, classroom: Classroom) -> None:
    names.write_text("Anna\nCarl\n")
    with pytest.raises(CredentialsUnusable, match="no line for Carl"):
        hand_out.read(names)


def test_another_file_of_the_name_is_left_alone(names: Path) -> None:
    path = credentials.file_of(names)
    path.write_text("dear")
    with pytest.raises(ClassListUnusable, match="another file with this name exists") as raised:
        hand_out.prepare(names)
    assert raised.value.path == str(path)
    assert path.read_text() == "dear"


def test_a_file_of_the_name_that_is_not_utf_8_is_left_alone(names: Path) -> None:
    path = credentials.file_of(names)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ClassListUnusable, match="it cannot be read") as raised:
        hand_out.prepare(names)
    assert raised.value.path == str(path)
    assert path.read_bytes() == b"\xff\xfe"


def test_what_cannot_be_written_leaves_what_was_there(
    names: Path, classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    before = [path.read_text() for path in written(names)]
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ClassListUnusable, match="it cannot be written") as raised:
        hand_out.write(hand_out.prepare(names), names, "http://127.0.0.1:1")
    assert raised.value.path == str(credentials.file_of(names))
    assert [path.read_text() for path in written(names)] == before


def test_a_secret_is_in_no_representation(classroom: Classroom) -> None:
    secrets = [one.secret for one in (classroom.instructor, *classroom.learners)]
    shown = f"{classroom!r}{classroom.keys!r}"
    assert not [secret for secret in secrets if secret in shown]
