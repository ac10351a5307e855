"""An import loses nothing, stores nothing twice and can be resumed; an export returns it all."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kmsdemo import errors, keys, secrets_csv, table, vault
from kmsdemo.cipher import CIPHERS, MAX_ENVELOPE_BYTES, Direct, Plain, SharedEnvelope
from kmsdemo.secrets_csv import Line, Outcome
from kmsdemo.vault import Vault
from tests import faults

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

TOO_LONG = 2 * MAX_ENVELOPE_BYTES + 1
ODD = ["line\nbreak", "carriage\rreturn", '"quoted", with comma', "  spaces ", "=1+1", "é🔑"]


@pytest.fixture
def passwords(kms: KMSClient, dynamodb: DynamoDBClient) -> Vault:
    """An empty vault with shared data keys."""
    table.create(dynamodb)
    key_arn = keys.create(kms).arn
    return Vault(kms, dynamodb, key_arn, cipher=SharedEnvelope, accepts=CIPHERS.values())


def lines(*passwords: str) -> list[Line]:
    return [Line(number + 1, f"u{number}", text) for number, text in enumerate(passwords, 1)]


def store(into: Vault, what: list[Line]) -> list[Outcome]:
    return list(secrets_csv.import_lines(into, what, threads=4))


def stored(of: Vault) -> dict[str, str | None]:
    return {one.appuser: one.password for one in secrets_csv.export_items(of, threads=4)}


def test_what_is_imported_is_exported(passwords: Vault) -> None:
    outcomes = store(passwords, lines(*ODD))
    assert [outcome.status for outcome in outcomes] == ["stored"] * len(ODD)
    assert [outcome.number for outcome in outcomes] == list(range(2, len(ODD) + 2))
    assert sorted(stored(passwords).values(), key=str) == sorted(ODD)


def test_a_second_import_skips_everything(passwords: Vault) -> None:
    store(passwords, lines("one", "two"))
    before = list(vault.items(passwords.dynamodb))
    assert [outcome.status for outcome in store(passwords, lines("one", "two"))] == ["skipped"] * 2
    assert list(vault.items(passwords.dynamodb)) == before


def test_another_password_of_the_same_user_is_refused(passwords: Vault) -> None:
    store(passwords, lines("one"))
    (outcome,) = store(passwords, lines("other"))
    assert outcome == Outcome(2, "refused", "User u1 has another password already.")
    assert stored(passwords) == {"u1": "one"}


def test_what_is_stored_or_skipped_needs_no_reason(passwords: Vault) -> None:
    assert [*store(passwords, lines("one")), *store(passwords, lines("one"))] == [
        Outcome(2, "stored"),
        Outcome(2, "skipped"),
    ]


def test_the_longest_user_number_is_stored(passwords: Vault) -> None:
    assert store(passwords, [Line(2, "x" * 2048, "one")]) == [Outcome(2, "stored")]


def test_as_many_threads_as_asked_for_import_and_export(passwords: Vault) -> None:
    direct = replace(passwords, cipher=Direct)
    with faults.threads_of(direct.kms) as importing:
        list(secrets_csv.import_lines(direct, lines("one", "two", "three"), threads=1))
    with faults.threads_of(direct.kms) as exporting:
        list(secrets_csv.export_items(direct, threads=1))
    assert (len(importing), len(exporting)) == (1, 1)


def test_a_table_of_another_name_is_exported(passwords: Vault) -> None:
    table.create(passwords.dynamodb, "mine")
    mine = replace(passwords, table_name="mine")
    store(mine, lines("one"))
    assert (stored(mine), stored(passwords)) == ({"u1": "one"}, {})


def test_of_lines_with_the_same_user_number_the_first_is_stored(passwords: Vault) -> None:
    users = [f"u{number}" for number in range(40)]
    what = [Line(2, user, text) for user in users for text in ("first", "second", "first")]
    statuses = [outcome.status for outcome in store(passwords, what)]
    assert statuses == ["stored", "refused", "skipped"] * len(users)
    assert stored(passwords) == dict.fromkeys(users, "first")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (Line(7, "u", ""), "The password is empty."),
        (Line(7, "u", "x" * 262145), "The password has 262,145 bytes"),
        (Line(7, "u", "caf\udce9"), "The password is not valid UTF-8"),
        (Line(7, "u", None), "It does not have two values."),
        (Line(7, "", "x"), "Its user number"),
        (Line(7, "x" * 2049, "x"), "Its user number"),
        (Line(7, "\udce9", "x"), "Its user number"),
    ],
    ids=["empty", "long", "not text", "one value", "no user", "long user", "user not text"],
)
def test_a_line_that_cannot_be_stored_is_refused_and_the_others_are_stored(
    passwords: Vault, line: Line, reason: str
) -> None:
    refused, good = store(passwords, [line, Line(8, "good", "x")])
    assert (refused.number, refused.status, good.status) == (7, "refused", "stored")
    assert refused.reason.startswith(reason)
    assert stored(passwords) == {"good": "x"}


@pytest.mark.no_cover
@pytest.mark.program  # at each call
@pytest.mark.parametrize("fault", [faults.cut_off, faults.response_lost])
def test_an_import_that_is_cut_off_anywhere_is_resumed_with_nothing_lost_or_twice(
    passwords: Vault, monkeypatch: pytest.MonkeyPatch, fault: faults.Answer
) -> None:
    """The connection is cut for good at a request, again and again; the next run continues."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    what = lines(*(f"password {n}" for n in range(60)))
    for first in range(1, 400, 17):
        injected = faults.Faults(faults.Fault(fault, goes_on=True), first)
        with injected.into(passwords.kms, passwords.dynamodb):
            try:
                outcomes = store(passwords, what)
            except errors.KmsdemoError:
                continue
        break
    assert {outcome.status for outcome in outcomes} <= {"stored", "skipped"}
    assert stored(passwords) == {line.appuser: line.password for line in what}


def test_a_fault_that_is_not_about_one_line_ends_the_import(passwords: Vault) -> None:
    keys.disable(passwords.kms, passwords.key_id)
    with pytest.raises(errors.KeyDisabled):
        store(passwords, lines("one"))


def test_a_file_is_read_one_line_at_a_time_and_lines_have_their_numbers() -> None:
    file = io.StringIO('appuser,password\nu1,"two\nlines"\nu2,x\nu3\nu4,x,y\n')
    read = [(line.number, line.password) for line in secrets_csv.read(file)]
    assert read == [(2, "two\nlines"), (4, "x"), (5, None), (6, None)]

    def endless() -> Iterator[str]:
        yield "appuser,password\n"
        yield from (f"u{n},x\n" for n in itertools.count())

    first = next(secrets_csv.read(endless()))  # type: ignore[arg-type]
    assert first == Line(2, "u0", "x")


@pytest.mark.parametrize("text", ["", "u1,x\n", "appuser\n", 'appuser,password\nu,"x" y"\n'])
def test_a_file_that_is_not_such_a_csv_file_is_an_error(text: str) -> None:
    with pytest.raises(errors.InvalidCsv, match="appuser,password"):
        list(secrets_csv.read(io.StringIO(text)))


def test_empty_lines_are_passed_over_and_counted() -> None:
    file = io.StringIO("appuser,password\n\n\nu1,one\n\nu2\n")
    read = [(line.number, line.password) for line in secrets_csv.read(file)]
    assert read == [(4, "one"), (6, None)]


@pytest.mark.parametrize("fault", ['u2,"two" x\n', 'u2,"two\n', f"u2,{'x' * TOO_LONG}\n"])
def test_an_error_names_the_line_that_it_is_in(fault: str) -> None:
    file = io.StringIO(f"appuser,password\n\nu1,one\n{fault}")
    with pytest.raises(errors.InvalidCsv, match="Line 4 "):
        list(secrets_csv.read(file))


def test_every_password_survives_the_file() -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([secrets_csv.COLUMNS, *(("u", text) for text in ODD)])
    file.seek(0)
    assert [line.password for line in secrets_csv.read(file)] == ODD


def test_no_password_is_in_a_repr() -> None:
    assert "hunter2" not in repr([Line(2, "u", "hunter2"), secrets_csv.Decrypted("u", "hunter2")])


def test_an_item_that_cannot_be_decrypted_does_not_keep_the_others_from_export(
    passwords: Vault,
) -> None:
    store(passwords, lines("one"))
    damaged = {"appuser": {"S": "u2"}, "userpasswd": {"B": b"x"}, "cipher": {"S": "shared"}}
    passwords.dynamodb.put_item(TableName="demo-kms", Item=damaged)  # type: ignore[arg-type]
    found = {one.appuser: one for one in secrets_csv.export_items(passwords, threads=4)}
    why = errors.CiphertextInvalid(passwords.key_id).what
    assert found["u1"] == secrets_csv.Decrypted("u1", "one")
    assert found["u2"] == secrets_csv.Decrypted("u2", None, why)


def test_the_labs_own_items_are_exported_too(passwords: Vault) -> None:
    blob = Plain(passwords.kms, passwords.key_id).encrypt("plain", "1")
    item = {"appuser": {"S": "1"}, "userpasswd": {"B": blob}}
    passwords.dynamodb.put_item(TableName="demo-kms", Item=item)  # type: ignore[arg-type]
    assert stored(passwords) == {"1": "plain"}


# ------------------------------------------------------------------------- what cannot be read


def unreadable(text: str) -> errors.InvalidCsv:
    with pytest.raises(errors.InvalidCsv) as raised:
        list(secrets_csv.read(io.StringIO(text, newline="")))
    return raised.value


@pytest.mark.parametrize("text", ["", "appuser\n1\n", "appuser,password,more\n1,2,3\n"])
def test_of_other_columns_the_first_line_is_to_blame(text: str) -> None:
    error = unreadable(text)
    assert error.line == 1
    assert "its columns are not appuser and password." in error.what


@pytest.mark.parametrize(
    ("text", "line"), [('"appuser"x,password\n', 1), ('appuser,password\n1,2\n3,"4"x\n', 3)]
)
def test_the_line_that_is_no_csv_is_named_with_the_reason(text: str, line: int) -> None:
    error = unreadable(text)
    assert error.line == line
    assert "',' expected after '\"'" in error.what


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("appuser,password\n7\n", Line(2, "7", None)),
        ("appuser,password\n7,x,y\n", Line(2, "7", None)),
        ("password,appuser\nx\n", Line(2, "", None)),
    ],
    ids=["one value", "three values", "no user number"],
)
def test_a_line_without_two_values_has_no_password(text: str, line: Line) -> None:
    assert list(secrets_csv.read(io.StringIO(text, newline=""))) == [line]
