"""A rotation loses no password, whatever interrupts it and whatever else writes meanwhile."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo import dependents, errors, keys, rotation, table, vault
from kmsdemo.cipher import CIPHERS, Direct, Plain
from kmsdemo.keys import Key
from kmsdemo.rotation import Move
from kmsdemo.vault import Vault
from tests import faults
from tests.faults import threads_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient


@pytest.fixture
def old(kms: KMSClient) -> Key:
    return keys.create(kms)


@pytest.fixture
def new(kms: KMSClient) -> Key:
    return keys.create(kms)


@pytest.fixture
def passwords(kms: KMSClient, dynamodb: DynamoDBClient, old: Key) -> Vault:
    """An empty vault under the old key."""
    table.create(dynamodb)
    return Vault(kms, dynamodb, old.arn, accepts=CIPHERS.values())


def rotate(passwords: Vault, old: Key, new: Key) -> list[Move]:
    kms, dynamodb = passwords.kms, passwords.dynamodb
    return list(rotation.rotate(kms, dynamodb, old, new, table_name="demo-kms", threads=4))


def fill(passwords: Vault, each: int) -> dict[str, str]:
    """Store passwords in every form, and one of an older version; return them by user."""
    stored = {}
    for cipher in CIPHERS.values():
        for number in range(each):
            password = f"{cipher.name} {number}"
            stored[replace(passwords, cipher=cipher).store(password)] = password
    blob = Direct(passwords.kms, passwords.key_id).encrypt("of old", "1")
    item: dict[str, Any] = {"userpasswd": {"B": blob}, "cipher": {"S": "direct"}}
    passwords.dynamodb.put_item(TableName="demo-kms", Item={"appuser": {"S": "1"}, **item})
    return {**stored, "1": "of old"}


def revealed(passwords: Vault) -> dict[str, str]:
    return {item.appuser: passwords.decrypt(item) for item in vault.items(passwords.dynamodb)}


def count_dependents(passwords: Vault, key: Key) -> int:
    items = dependents.of_key(passwords.kms, passwords.dynamodb, key, "demo-kms")
    return sum(1 for _ in items)


def test_every_item_is_under_the_new_key_and_none_under_the_old(
    passwords: Vault, old: Key, new: Key
) -> None:
    stored = fill(passwords, 3)
    forms = {item.appuser: item.cipher for item in vault.items(passwords.dynamodb)}
    assert {move.status for move in rotate(passwords, old, new)} == {"moved"}
    assert revealed(replace(passwords, key_id=new.arn)) == stored
    assert count_dependents(passwords, old) == 0
    items = list(vault.items(passwords.dynamodb))
    assert {item.appuser: item.cipher for item in items} == forms
    assert not any(rotation.STAGED_ATTRIBUTE in item.attributes for item in items)
    assert {item.context_table for item in items if item.cipher != "plain"} == {"demo-kms"}


def test_a_second_rotation_moves_nothing(passwords: Vault, old: Key, new: Key) -> None:
    fill(passwords, 2)
    rotate(passwords, old, new)
    before = list(vault.items(passwords.dynamodb))
    assert {move.status for move in rotate(passwords, old, new)} == {"already there"}
    assert list(vault.items(passwords.dynamodb)) == before


@pytest.mark.no_cover
@pytest.mark.program  # at each call
@pytest.mark.parametrize("fault", [faults.cut_off, faults.response_lost])
def test_a_rotation_that_is_cut_off_anywhere_loses_nothing_and_is_resumed(
    passwords: Vault,
    old: Key,
    new: Key,
    monkeypatch: pytest.MonkeyPatch,
    fault: faults.Answer,
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    stored = fill(passwords, 3)
    both = replace(passwords, key_id=new.arn, former_keys=[old.arn])
    del stored["1"]  # it does not name its key, so only the old vault or the new one opens it
    for first in (*range(1, 12), *range(12, 400, 17)):
        injected = faults.Faults(faults.Fault(fault, goes_on=True), first)
        with injected.into(passwords.kms, passwords.dynamodb):
            try:
                rotate(passwords, old, new)
            except errors.KmsdemoError:
                done = False
            else:
                done = True
        for appuser, password in stored.items():
            item = both.item(appuser)
            vault_of_item = both if item.key_arn else passwords
            assert vault_of_item.decrypt(item) == password
        if done:
            break
    assert count_dependents(passwords, old) == 0
    assert replace(passwords, key_id=new.arn).reveal("1") == "of old"


@pytest.mark.parametrize("moment", ["before it is read back", "before it replaces the old one"])
def test_a_password_that_an_application_stores_meanwhile_is_kept(
    passwords: Vault, old: Key, new: Key, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The application replaces the password after the new ciphertext is staged."""
    appuser = passwords.store("before")
    update, calls = rotation._update, itertools.count(1)

    def replace_it() -> None:
        item = {"appuser": {"S": appuser}, **passwords.attributes(appuser, "after")}
        passwords.dynamodb.put_item(TableName="demo-kms", Item=item)

    def replaced_meanwhile(*args: Any, **options: Any) -> bool:
        number = next(calls)
        if number == 2 and moment == "before it replaces the old one":
            replace_it()
        updated = update(*args, **options)
        if number == 1 and moment == "before it is read back":
            replace_it()
        return updated

    monkeypatch.setattr(rotation, "_update", replaced_meanwhile)
    assert [move.status for move in rotate(passwords, old, new)] == ["moved"]
    assert replace(passwords, key_id=new.arn).reveal(appuser) == "after"
    assert count_dependents(passwords, old) == 0


def test_the_old_value_stays_if_what_is_read_back_is_not_what_was_written(
    passwords: Vault, old: Key, new: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    appuser = passwords.store("secret")
    decrypt = Vault.decrypt

    def damaged(self: Vault, item: vault.Item) -> str:
        return decrypt(self, item) + ("!" if self.key_id == new.arn else "")

    monkeypatch.setattr(Vault, "decrypt", damaged)
    damage = errors.CiphertextInvalid(new.arn).what
    assert rotate(passwords, old, new) == [Move(appuser, "refused", damage)]
    monkeypatch.undo()
    assert passwords.reveal(appuser) == "secret"


def test_what_cannot_be_moved_is_refused_once_and_the_others_are_moved(
    passwords: Vault, old: Key, new: Key
) -> None:
    good = passwords.store("good")
    third = keys.create(passwords.kms)
    theirs = replace(passwords, key_id=third.arn).store("theirs")
    for number, cipher in (("1", "plain"), ("2", "quantum")):
        item: dict[str, Any] = {"userpasswd": {"B": b"x"}, "cipher": {"S": cipher}}
        passwords.dynamodb.put_item(TableName="demo-kms", Item={"appuser": {"S": number}, **item})
    statuses = {move.appuser: move.status for move in rotate(passwords, old, new)}
    assert statuses == {good: "moved", theirs: "refused", "1": "refused", "2": "refused"}
    assert replace(passwords, key_id=third.arn).reveal(theirs) == "theirs"


def test_what_is_refused_says_why(passwords: Vault, old: Key, new: Key) -> None:
    third = keys.create(passwords.kms)
    theirs = replace(passwords, key_id=third.arn).store("theirs")
    item: dict[str, Any] = {"appuser": {"S": "1"}, "cipher": {"S": "quantum"}}
    passwords.dynamodb.put_item(TableName="demo-kms", Item=item)
    assert sorted(rotate(passwords, old, new), key=lambda move: move.appuser) == [
        Move("1", "refused", "Its cipher, quantum, is unknown."),
        Move(theirs, "refused", f"It is under another key, {third.arn}."),
    ]


def test_what_is_refused_is_said_once_also_if_the_table_is_passed_over_again(
    passwords: Vault, old: Key, new: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords.store("secret")
    passwords.dynamodb.put_item(TableName="demo-kms", Item={"appuser": {"S": "1"}})
    update, calls = rotation._update, itertools.count(1)
    monkeypatch.setattr(rotation, "_update", lambda *a, **o: next(calls) > 1 and update(*a, **o))
    moves = rotate(passwords, old, new)
    assert sorted(move.status for move in moves) == ["moved", "refused"]


def test_a_table_of_another_name_is_rotated(passwords: Vault, old: Key, new: Key) -> None:
    table.create(passwords.dynamodb, "mine")
    mine = replace(passwords, table_name="mine", cipher=Direct)
    mine.store_for("12345", "one")
    mine.dynamodb.put_item(TableName="mine", Item={"appuser": {"S": "1"}})
    kms, dynamodb = mine.kms, mine.dynamodb
    moves = {
        one.appuser: one for one in rotation.rotate(kms, dynamodb, old, new, table_name="mine")
    }
    missing = errors.PasswordMissing("mine", "1").what
    assert moves == {"12345": Move("12345", "moved"), "1": Move("1", "refused", missing)}
    assert replace(mine, key_id=new.arn).reveal("12345") == "one"


def test_an_item_that_is_there_already_is_named(passwords: Vault, old: Key, new: Key) -> None:
    appuser = replace(passwords, key_id=new.arn).store("x")
    assert rotate(passwords, old, new) == [Move(appuser, "already there")]


def test_as_many_threads_as_asked_for_move_items(passwords: Vault, old: Key, new: Key) -> None:
    fill(passwords, 2)
    kms, dynamodb = passwords.kms, passwords.dynamodb
    with threads_of(kms) as threads:
        list(rotation.rotate(kms, dynamodb, old, new, table_name="demo-kms", threads=1))
    assert len(threads) == 1


def test_an_error_of_writing_names_the_table(
    passwords: Vault, old: Key, new: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "UpdateItem")

    passwords.store("x")
    monkeypatch.setattr(passwords.dynamodb, "update_item", refuse)
    with pytest.raises(errors.AccessDenied, match="UpdateItem on demo-kms is denied"):
        rotate(passwords, old, new)


def test_an_application_reads_both_keys_meanwhile(passwords: Vault, old: Key, new: Key) -> None:
    first = passwords.store("first")
    application = replace(passwords, key_id=new.arn, former_keys=[old.arn])
    second = application.store("second")
    assert (application.reveal(first), application.reveal(second)) == ("first", "second")
    rotate(passwords, old, new)
    assert (application.reveal(first), application.reveal(second)) == ("first", "second")


def test_plain_items_keep_the_form_that_the_scripts_read(
    passwords: Vault, old: Key, new: Key
) -> None:
    appuser = replace(passwords, cipher=Plain).store("plain")
    rotate(passwords, old, new)
    blob = passwords.item(appuser).ciphertext_blob
    assert passwords.kms.decrypt(CiphertextBlob=blob, KeyId=new.arn)["Plaintext"] == b"plain"  # type: ignore[arg-type]


def test_an_item_that_names_no_key_and_is_under_the_new_one_is_there(
    passwords: Vault, old: Key, new: Key
) -> None:
    blob = Direct(passwords.kms, new.arn).encrypt("x", "1")
    item: dict[str, Any] = {"userpasswd": {"B": blob}, "cipher": {"S": "direct"}}
    passwords.dynamodb.put_item(TableName="demo-kms", Item={"appuser": {"S": "1"}, **item})
    assert rotate(passwords, old, new) == [Move("1", "already there", "")]


def test_an_item_that_names_no_key_and_is_under_a_third_one_is_refused(
    passwords: Vault, old: Key, new: Key
) -> None:
    third = keys.create(passwords.kms)
    blob = Direct(passwords.kms, third.arn).encrypt("x", "1")
    item: dict[str, Any] = {"userpasswd": {"B": blob}, "cipher": {"S": "direct"}}
    passwords.dynamodb.put_item(TableName="demo-kms", Item={"appuser": {"S": "1"}, **item})
    assert rotate(passwords, old, new) == [Move("1", "refused", errors.WrongKey(old.arn).what)]


def test_a_lost_answer_says_which_item_may_be_under_the_new_key(
    passwords: Vault, old: Key, new: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords.store_for("12345", "one")
    monkeypatch.setattr(passwords.dynamodb, "update_item", faults.answer_lost)
    with pytest.raises(errors.MaybeDone) as raised:
        rotate(passwords, old, new)
    assert raised.value.change == f"the item of user 12345 in demo-kms is under {new.arn}"
    assert raised.value.look == "kmsdemo items --table-name demo-kms --json"
