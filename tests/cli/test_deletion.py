"""The commands that end the lab: deletion of the key, its cancellation, the clean-up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from kmsdemo import dependents, errors, keys, table
from tests.cli.invocation import SECRET, facts, fail, kmsdemo, succeed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

pytestmark = pytest.mark.usefixtures("account")


def test_a_deletion_is_scheduled_and_cancelled(kms: KMSClient, key_id: str) -> None:
    assert "kmsdemo cancel-deletion" in succeed("schedule-deletion", "--days", "7")
    assert keys.describe(kms, key_id).state == "PendingDeletion"
    assert "is disabled" in succeed("cancel-deletion")
    assert keys.describe(kms, key_id).state == "Disabled"


def test_both_speak_json(key_id: str) -> None:
    scheduled = facts("schedule-deletion")
    assert scheduled["key_id"] == key_id
    assert re.match(r"\d{4}-\d\d-\d\dT", scheduled["deletion_date"])
    assert facts("cancel-deletion") == {"key_id": key_id, "state": "Disabled"}


@pytest.mark.parametrize(
    ("refusal", "items", "words"),
    [
        (errors.KeyInUse("k", "demo-kms", 1234), 1234, "1,234"),
        (errors.AccessDenied("Scan", "demo-kms", "no permission"), None, "unknown"),
    ],
)
def test_force_says_also_in_json_what_is_lost(
    key_id: str,
    monkeypatch: pytest.MonkeyPatch,
    refusal: errors.KmsdemoError,
    items: int | None,
    words: str,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise refusal

    monkeypatch.setattr(dependents, "schedule_deletion", refuse)
    assert kmsdemo("schedule-deletion").exit_code == 1
    assert facts("schedule-deletion", "--force", "--days=7")["items_lost"] == items
    succeed("cancel-deletion")
    printed = succeed("schedule-deletion", "--force")
    assert f"Items of demo-kms that are lost with it: {words}.\n" in printed


def test_a_key_without_items_loses_none(key_id: str) -> None:
    assert facts("schedule-deletion")["items_lost"] == 0
    succeed("cancel-deletion")
    printed = succeed("schedule-deletion").splitlines()
    assert printed[1:] == [f"To cancel: kmsdemo cancel-deletion --key-id {key_id}"]


def test_the_key_of_stored_passwords_is_not_deleted(kms: KMSClient, key_id: str) -> None:
    for options in ([], ["--plain"], ["--envelope"]):
        succeed("encrypt", SECRET, *options)
    happened, to_do = fail("schedule-deletion")
    assert key_id in happened
    assert "3 items of the table demo-kms depend on it" in happened
    assert "kmsdemo rotate-to" in to_do
    assert keys.describe(kms, key_id).state == "Enabled"


def test_force_says_what_is_lost(kms: KMSClient, key_id: str) -> None:
    succeed("encrypt", SECRET)
    printed = succeed("schedule-deletion", "--force")
    assert "Items of demo-kms that are lost with it: 1." in printed
    assert keys.describe(kms, key_id).state == "PendingDeletion"


def test_a_disabled_key_is_enabled_by_the_command_that_its_error_names(
    kms: KMSClient, key_id: str
) -> None:
    keys.disable(kms, key_id)
    _, next_step = fail("encrypt", SECRET)
    command = next_step.partition("kmsdemo ")[2].rstrip(".").split()
    assert command == ["enable", "--key-id", key_id]
    assert facts(*command) == {"key_id": key_id, "state": "Enabled"}
    assert facts("encrypt", SECRET)


def test_a_key_that_comes_back_is_disabled_until_it_is_enabled(kms: KMSClient, key_id: str) -> None:
    succeed("schedule-deletion")
    assert f"The key {key_id} is disabled." in succeed("cancel-deletion")
    assert f"The key {key_id} is enabled." in succeed("enable")
    assert keys.describe(kms, key_id).state == "Enabled"


def test_a_key_that_is_pending_deletion_is_not_enabled(key_id: str) -> None:
    succeed("schedule-deletion")
    _, next_step = fail("enable")
    assert f"kmsdemo cancel-deletion --key-id {key_id}, then kmsdemo enable" in next_step


def test_cleanup_removes_the_key_and_the_table(kms: KMSClient, key_id: str) -> None:
    printed = succeed("cleanup", "--yes")
    assert f"AWS KMS deletes the key {key_id} on" in printed
    assert "The table demo-kms is deleted." in printed
    assert keys.describe(kms, key_id).state == "PendingDeletion"
    assert facts("cleanup", "--yes")["key_id"] is None


def test_cleanup_of_a_key_that_is_on_its_way_out_keeps_its_date(
    kms: KMSClient, key_id: str
) -> None:
    first = facts("cleanup", "--yes", "--days", "7")
    again = facts("cleanup", "--yes", "--key-id", key_id)
    assert (again["key_id"], again["table_deleted"]) == (key_id, False)
    assert again["deletion_date"] == first["deletion_date"]


def test_a_primary_key_has_no_date_while_it_has_replicas(kms: KMSClient) -> None:
    key = keys.create(kms, multi_region=True)
    keys.replicate(kms, key.key_id, "eu-west-1")
    assert "after its last replica." in succeed("schedule-deletion")


def test_cleanup_without_anything_to_clean_is_no_error() -> None:
    assert succeed("cleanup", "--yes") == (
        "No key of the lab is in use.\nThe table demo-kms did not exist.\n"
    )
    assert facts("cleanup", "--yes") == {
        "key_id": None,
        "deletion_date": None,
        "table_deleted": False,
    }


def test_cleanup_asks_first_and_takes_no_for_an_answer(
    kms: KMSClient, dynamodb: DynamoDBClient, key_id: str
) -> None:
    result = kmsdemo("cleanup", stdin="n\n")
    assert result.exit_code == 1
    assert result.stderr.endswith("Nothing was deleted.\n")
    assert f"Delete the key {key_id} and the table demo-kms?" in result.stderr
    assert keys.describe(kms, key_id).state == "Enabled"
    assert table.describe(dynamodb)


def test_the_lab_can_be_done_twice(key_id: str) -> None:
    succeed("cleanup", "--yes")
    again = facts("setup")
    assert again["created"]
    assert again["key_id"] != key_id
    appuser = facts("encrypt", SECRET)["appuser"]
    assert facts("decrypt", appuser)["password"] == SECRET
