"""Access control: what key policies, IAM policies and grants allow IAM users to do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, parsers, then, when

from kmsdemo import key_policy, keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.errors import AccessDenied, KeyNotFound, KmsdemoError, TableNotFound
from kmsdemo.keys import Key
from kmsdemo.vault import Vault
from steps.failures import fails
from steps.iam_users import IamUser, IamUsers
from steps.passwords import StoredPassword, assert_decrypts

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient


def vault_of(iam_user: IamUser, vault: Vault) -> Vault:
    return replace(vault, kms=iam_user.clients.kms, dynamodb=iam_user.clients.dynamodb)


@given(parsers.parse("an IAM policy that allows {name} to decrypt"))
def allow_by_iam_policy(iam: IAMClient, key: Key, iam_users: IamUsers, name: str) -> None:
    put_iam_policy(iam, iam_users[name], "Allow", key)


@given(parsers.parse("an IAM policy that denies {name} permission to decrypt"))
def deny_by_iam_policy(iam: IAMClient, key: Key, iam_users: IamUsers, name: str) -> None:
    put_iam_policy(iam, iam_users[name], "Deny", key)


def put_iam_policy(iam: IAMClient, iam_user: IamUser, effect: str, key: Key) -> None:
    statement = {"Effect": effect, "Action": "kms:Decrypt", "Resource": key.arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(
        UserName=iam_user.user_name, PolicyName=f"{effect}Decryption", PolicyDocument=document
    )


@given(parsers.parse("the key policy allows {name} to decrypt for that user only"))
def allow_for_one_context(
    kms: KMSClient, key: Key, iam_users: IamUsers, name: str, stored: StoredPassword
) -> None:
    context = {"appuser": stored.appuser}
    document = key_policy.allowing(
        keys.policy(kms, key.key_id),
        iam_users[name].arn,
        ["kms:Decrypt"],
        encryption_context=context,
    )
    keys.put_policy(kms, key.key_id, document)


@given(parsers.parse("a grant that allows {name} to decrypt"), target_fixture="grant_id")
def create_grant(kms: KMSClient, key: Key, iam_users: IamUsers, name: str) -> str:
    grantee = iam_users[name].arn
    grant = kms.create_grant(KeyId=key.key_id, GranteePrincipal=grantee, Operations=["Decrypt"])
    return grant["GrantId"]


@when("the grant is revoked")
def revoke_grant(kms: KMSClient, key: Key, grant_id: str) -> None:
    kms.revoke_grant(KeyId=key.key_id, GrantId=grant_id)


@when(parsers.parse("{name} disables the key"))
def disable_as(iam_users: IamUsers, key: Key, name: str) -> None:
    keys.disable(iam_users[name].clients.kms, key.key_id)


@then(parsers.parse("{name} is allowed to decrypt the password"))
def is_allowed_to_decrypt(
    vault: Vault, iam_users: IamUsers, name: str, stored: StoredPassword
) -> None:
    assert_decrypts(vault_of(iam_users[name], vault), stored)


@then(parsers.parse("{name} is not allowed to decrypt the password"))
def is_not_allowed_to_decrypt(
    vault: Vault, iam_users: IamUsers, name: str, stored: StoredPassword
) -> None:
    with pytest.raises(AccessDenied):
        vault_of(iam_users[name], vault).reveal(stored.appuser)


@then(parsers.parse("{name} is not allowed to decrypt the other password"))
def is_not_allowed_to_decrypt_other(
    vault: Vault, iam_users: IamUsers, name: str, other_stored: StoredPassword
) -> None:
    with pytest.raises(AccessDenied):
        vault_of(iam_users[name], vault).reveal(other_stored.appuser)


@then(parsers.parse("{name} is not allowed to encrypt a password"))
def is_not_allowed_to_encrypt(vault: Vault, iam_users: IamUsers, name: str) -> None:
    with pytest.raises(AccessDenied):
        vault_of(iam_users[name], vault).store("another battery staple")


@then(parsers.parse("{name} is not allowed to schedule the key's deletion"))
def is_not_allowed_to_schedule_deletion(iam_users: IamUsers, key: Key, name: str) -> None:
    with pytest.raises(AccessDenied):
        keys.schedule_deletion(iam_users[name].clients.kms, key.key_id)


@then(fails("putting a key policy that nobody can change"))
def putting_unchangeable_policy_fails(kms: KMSClient, key: Key, error: type[KmsdemoError]) -> None:
    document = json.loads(keys.policy(kms, key.key_id))
    for statement in document["Statement"]:
        statement["Action"] = ["kms:Encrypt", "kms:Decrypt"]
    with pytest.raises(error):
        keys.put_policy(kms, key.key_id, json.dumps(document))


@then(fails("putting a key policy for an unknown user"))
def putting_policy_for_unknown_user_fails(
    kms: KMSClient, key: Key, error: type[KmsdemoError]
) -> None:
    unknown_user = key.root_arn.replace(":root", ":user/unknown")
    document = key_policy.allowing(keys.policy(kms, key.key_id), unknown_user, ["kms:Decrypt"])
    with pytest.raises(error):
        keys.put_policy(kms, key.key_id, document)


# ------------------------------------------------------------------------------- accounts


@given("a learner with another account", target_fixture="learner")
def create_account(clients: Clients) -> Clients:
    return connect(access_key_id="111122223333", secret_access_key="secret")  # noqa: S106


@then("the learner finds neither the key nor the table")
def learner_finds_nothing(learner: Clients, key: Key, table_name: str) -> None:
    with pytest.raises(KeyNotFound):
        keys.describe(learner.kms, key.key_id)
    with pytest.raises(TableNotFound):
        table.describe(learner.dynamodb, table_name)


@then("the learner is not allowed to look up the key by its ARN")
def learner_is_not_allowed_to_look_up_key(learner: Clients, key: Key) -> None:
    with pytest.raises(AccessDenied):
        keys.describe(learner.kms, key.arn)
