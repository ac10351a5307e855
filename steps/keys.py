"""The key: created, described, disabled, enabled, scheduled for deletion."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, parsers, then, when

from kmsdemo import key_policy, keys
from kmsdemo.account.clients import Clients
from kmsdemo.errors import KeyNotFound, KmsdemoError
from kmsdemo.keys import Key
from steps.failures import fails
from steps.iam_users import IamUsers

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

    from kmsdemo.account import Account
    from kmsdemo.backends import Backend

UNKNOWN_KEY = "00000000-0000-0000-0000-000000000000"
CRYPTOGRAPHY = ("kms:Encrypt", "kms:Decrypt")
MANAGEMENT = ("kms:PutKeyPolicy", "kms:DisableKey", "kms:ScheduleKeyDeletion")


# ------------------------------------------------------------------------------- creating


@given("the key", target_fixture="key")
@when("I create the key", target_fixture="key")
def create_key(kms: KMSClient) -> Key:
    return keys.create(kms)


@given("another key", target_fixture="other_key")
@when("I create another key", target_fixture="other_key")
def create_another_key(kms: KMSClient) -> Key:
    return keys.create(kms)


@given(parsers.parse('the key with the alias "{alias}"'), target_fixture="key")
@when(parsers.parse('I create the key with the alias "{alias}"'), target_fixture="key")
def create_key_with_alias(kms: KMSClient, account: Account, alias: str) -> Key:
    return keys.create(kms, alias=account.resource_name(alias))


@when(parsers.parse('I create the key with the description "{text}"'), target_fixture="key")
def create_key_with_description(kms: KMSClient, text: str) -> Key:
    return keys.create(kms, description=text)


@given("the key with anna as key administrator and ben as key user", target_fixture="key")
@when("I create the key with anna as key administrator and ben as key user", target_fixture="key")
def create_key_for_iam_users(kms: KMSClient, iam_users: IamUsers) -> Key:
    return keys.create(kms, administrators=[iam_users["anna"].arn], users=[iam_users["ben"].arn])


@when("I create another key with the same alias", target_fixture="other_key")
def create_key_with_same_alias(kms: KMSClient, alias: str) -> Key:
    return keys.create(kms, alias=alias)


@then(fails('creating another key with the alias "{alias}"'))
@then(fails('creating the key with the alias "{alias}"'))
def creating_with_alias_fails(
    kms: KMSClient, account: Account, alias: str, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        keys.create(kms, alias=account.resource_name(alias))


# -------------------------------------------------------------------------------- describing


@then("the key is symmetric")
def key_is_symmetric(key: Key) -> None:
    assert key.spec == "SYMMETRIC_DEFAULT"


@then("its key usage is to encrypt and decrypt")
def key_encrypts_and_decrypts(key: Key) -> None:
    assert key.usage == "ENCRYPT_DECRYPT"


@then(parsers.parse('its description is "{text}"'))
def key_has_description(kms: KMSClient, key: Key, text: str) -> None:
    assert keys.describe(kms, key.key_id).description == text


@then("it has the tag of the lab")
def key_is_tagged(kms: KMSClient, key: Key) -> None:
    assert keys.tags(kms, key.key_id)["kmsdemo"] == "lab"


@pytest.fixture
def alias(kms: KMSClient, key: Key) -> str:
    """The key's only alias."""
    (alias,) = keys.aliases(kms, key.key_id)
    return alias


@then(parsers.parse('its alias is "{name}"'))
def alias_is(account: Account, alias: str, name: str) -> None:
    assert alias == f"alias/{account.resource_name(name)}"


@then(parsers.parse('its alias is "{prefix}" and a random suffix'))
def alias_has_random_suffix(alias: str, prefix: str) -> None:
    assert re.fullmatch(f"alias/{prefix}[0-9a-f]{{8}}", alias)


@then("the two keys have different aliases")
def aliases_differ(kms: KMSClient, alias: str, other_key: Key) -> None:
    assert keys.aliases(kms, other_key.key_id) != [alias]


@pytest.fixture
def names(key: Key, alias: str) -> dict[str, str]:
    """What identifies the key in a request, by kind."""
    alias_arn = key.arn.replace(f"key/{key.key_id}", alias)
    return {"key id": key.key_id, "key ARN": key.arn, "alias": alias, "alias ARN": alias_arn}


@when(parsers.parse("I look up the key by its {name}"), target_fixture="found")
def look_up_key(kms: KMSClient, names: Mapping[str, str], name: str) -> Key:
    return keys.describe(kms, names[name])


@then("I find the key")
def found_the_key(found: Key, key: Key) -> None:
    assert found.arn == key.arn


@then(fails("looking up an unknown key"))
def looking_up_fails(kms: KMSClient, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        keys.describe(kms, UNKNOWN_KEY)


@then(parsers.re(r"the key policy allows (?P<name>\w+) to encrypt and decrypt"))
def policy_allows_cryptography(kms: KMSClient, key: Key, iam_users: IamUsers, name: str) -> None:
    policy = keys.policy(kms, key.key_id)
    assert all(key_policy.allows(policy, iam_users[name].arn, action) for action in CRYPTOGRAPHY)


@then(parsers.re(r"the key policy does not allow (?P<name>\w+) to encrypt or decrypt"))
def policy_does_not_allow_cryptography(
    kms: KMSClient, key: Key, iam_users: IamUsers, name: str
) -> None:
    policy = keys.policy(kms, key.key_id)
    assert not any(
        key_policy.allows(policy, iam_users[name].arn, action) for action in CRYPTOGRAPHY
    )


@then(parsers.re(r"the key policy allows (?P<name>\w+) to manage the key"))
def policy_allows_management(kms: KMSClient, key: Key, iam_users: IamUsers, name: str) -> None:
    policy = keys.policy(kms, key.key_id)
    assert all(key_policy.allows(policy, iam_users[name].arn, action) for action in MANAGEMENT)


@then(parsers.re(r"the key policy does not allow (?P<name>\w+) to manage the key"))
def policy_does_not_allow_management(
    kms: KMSClient, key: Key, iam_users: IamUsers, name: str
) -> None:
    policy = keys.policy(kms, key.key_id)
    assert not any(key_policy.allows(policy, iam_users[name].arn, action) for action in MANAGEMENT)


# ------------------------------------------------------------------- disabling and deleting


@given("the key is disabled")
@when("I disable the key")
def disable_key(kms: KMSClient, key: Key) -> None:
    keys.disable(kms, key.key_id)


@when("I enable the key")
def enable_key(kms: KMSClient, key: Key) -> None:
    keys.enable(kms, key.key_id)


@given("the key is scheduled for deletion")
@when("I schedule the key's deletion")
def schedule_deletion(kms: KMSClient, key: Key) -> None:
    keys.schedule_deletion(kms, key.key_id)


@when(parsers.parse("I schedule the key's deletion in {days:d} days"))
def schedule_deletion_in_days(kms: KMSClient, key: Key, days: int) -> None:
    keys.schedule_deletion(kms, key.key_id, waiting_period_days=days)


@when("I cancel the key's deletion")
def cancel_deletion(kms: KMSClient, key: Key) -> None:
    keys.cancel_deletion(kms, key.key_id)


@when("the waiting period ends")
def end_waiting_period(backend: Backend, alias: str) -> None:
    backend.advance(days=30)


@then(fails("enabling the key"))
def enabling_fails(kms: KMSClient, key: Key, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        keys.enable(kms, key.key_id)


@then(fails("scheduling the key's deletion in {days:d} days"))
def scheduling_fails(kms: KMSClient, key: Key, days: int, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        keys.schedule_deletion(kms, key.key_id, waiting_period_days=days)


@then(fails("cancelling the key's deletion"))
def cancelling_fails(kms: KMSClient, key: Key, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        keys.cancel_deletion(kms, key.key_id)


@then("the key is enabled")
def key_is_enabled(kms: KMSClient, key: Key) -> None:
    assert keys.describe(kms, key.key_id).state == "Enabled"


@then("the key is disabled")
def key_is_disabled(kms: KMSClient, key: Key) -> None:
    assert keys.describe(kms, key.key_id).state == "Disabled"


@then("the key is pending deletion")
def key_is_pending_deletion(kms: KMSClient, key: Key) -> None:
    assert keys.describe(kms, key.key_id).state == "PendingDeletion"


@then(parsers.parse("the deletion date is in {days:d} days"))
def deletion_date_is_in_days(kms: KMSClient, key: Key, days: int) -> None:
    deletion_date = keys.describe(kms, key.key_id).deletion_date
    assert deletion_date is not None
    waiting_period = deletion_date - datetime.now(timezone.utc)
    assert timedelta() <= timedelta(days=days) - waiting_period < timedelta(minutes=5)


@then("the key does not exist")
def key_does_not_exist(kms: KMSClient, key: Key) -> None:
    with pytest.raises(KeyNotFound):
        keys.describe(kms, key.key_id)


@then("none of its aliases exists")
def alias_does_not_exist(kms: KMSClient, alias: str) -> None:
    with pytest.raises(KeyNotFound):
        keys.describe(kms, alias)


@then("no key is enabled")
def no_key_is_enabled(account: Account) -> None:
    assert enabled_keys(account) == []


@then("no other key is enabled")
def no_other_key_is_enabled(account: Account, key: Key) -> None:
    assert enabled_keys(account) == [key.key_id]


def enabled_keys(account: Account) -> list[str]:
    kms = account.clients.kms
    return [key_id for key_id in account.key_ids() if keys.describe(kms, key_id).state == "Enabled"]


# ---------------------------------------------------------------------------- multi-Region


@given("a multi-Region key with a replica in another Region", target_fixture="key")
def create_replicated_key(clients: Clients) -> Key:
    key = keys.create(clients.kms, multi_region=True)
    keys.replicate(clients.kms, key.key_id, clients.another_region)
    return key


@then("the key is pending the deletion of its replica")
def key_is_pending_replica_deletion(kms: KMSClient, key: Key) -> None:
    assert keys.describe(kms, key.key_id).state == "PendingReplicaDeletion"
