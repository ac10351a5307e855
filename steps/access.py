"""Who may: what the key policy, IAM policies and grants let iam_users do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, parsers, then, when

from kmsdemo import key_policy, keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.errors import KeyNotFound, KmsdemoError, TableNotFound
from kmsdemo.keys import Key
from kmsdemo.vault import Vault
from steps.iam_users import IamUser, IamUsers
from steps.passwords import Stored, assert_reveals
from steps.refusals import refused

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient


def vault_of(iam_user: IamUser, vault: Vault) -> Vault:
    return replace(vault, kms=iam_user.clients.kms, dynamodb=iam_user.clients.dynamodb)


@given(parsers.parse("an IAM policy that lets {name} decrypt"))
def let_by_iam(iam: IAMClient, key: Key, iam_users: IamUsers, name: str) -> None:
    put_iam_policy(iam, iam_users[name], "Allow", key)


@given(parsers.parse("an IAM policy that forbids {name} to decrypt"))
def forbid_by_iam(iam: IAMClient, key: Key, iam_users: IamUsers, name: str) -> None:
    put_iam_policy(iam, iam_users[name], "Deny", key)


def put_iam_policy(iam: IAMClient, iam_user: IamUser, effect: str, key: Key) -> None:
    statement = {"Effect": effect, "Action": "kms:Decrypt", "Resource": key.arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(
        UserName=iam_user.user_name, PolicyName=f"{effect}Decryption", PolicyDocument=document
    )


@given(parsers.parse("the key policy lets {name} decrypt for that user only"))
def let_for_one_context(
    kms: KMSClient, key: Key, iam_users: IamUsers, name: str, stored: Stored
) -> None:
    context = {"appuser": stored.appuser}
    document = key_policy.allowing(
        keys.policy(kms, key.key_id),
        iam_users[name].arn,
        ["kms:Decrypt"],
        encryption_context=context,
    )
    keys.put_policy(kms, key.key_id, document)


@given(parsers.parse("a grant that lets {name} decrypt"), target_fixture="grant_id")
def grant(kms: KMSClient, key: Key, iam_users: IamUsers, name: str) -> str:
    grantee = iam_users[name].arn
    made = kms.create_grant(KeyId=key.key_id, GranteePrincipal=grantee, Operations=["Decrypt"])
    return made["GrantId"]


@when("the grant is revoked")
def revoke_grant(kms: KMSClient, key: Key, grant_id: str) -> None:
    kms.revoke_grant(KeyId=key.key_id, GrantId=grant_id)


@when(parsers.parse("{name} disables the key"))
def disable_as(iam_users: IamUsers, key: Key, name: str) -> None:
    keys.disable(iam_users[name].clients.kms, key.key_id)


@then(parsers.parse("{name} gets the password"))
def gets_password(vault: Vault, iam_users: IamUsers, name: str, stored: Stored) -> None:
    assert_reveals(vault_of(iam_users[name], vault), stored)


@then(refused("{name} revealing the password"))
def revealing_as_is_refused(
    vault: Vault, iam_users: IamUsers, name: str, stored: Stored, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        vault_of(iam_users[name], vault).reveal(stored.appuser)


@then(refused("{name} revealing the other password"))
def revealing_other_as_is_refused(
    vault: Vault, iam_users: IamUsers, name: str, other_stored: Stored, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        vault_of(iam_users[name], vault).reveal(other_stored.appuser)


@then(refused("{name} storing a password"))
def storing_as_is_refused(
    vault: Vault, iam_users: IamUsers, name: str, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        vault_of(iam_users[name], vault).store("another battery staple")


@then(refused("{name} scheduling the key's deletion"))
def scheduling_as_is_refused(
    iam_users: IamUsers, key: Key, name: str, error: type[KmsdemoError]
) -> None:
    with pytest.raises(error):
        keys.schedule_deletion(iam_users[name].clients.kms, key.key_id)


@then(refused("a key policy that lets nobody change it"))
def locking_out_is_refused(kms: KMSClient, key: Key, error: type[KmsdemoError]) -> None:
    document = json.loads(keys.policy(kms, key.key_id))
    for statement in document["Statement"]:
        statement["Action"] = ["kms:Encrypt", "kms:Decrypt"]
    with pytest.raises(error):
        keys.put_policy(kms, key.key_id, json.dumps(document))


@then(refused("a key policy for a user that does not exist"))
def naming_nobody_is_refused(kms: KMSClient, key: Key, error: type[KmsdemoError]) -> None:
    nobody = key.root_arn.replace(":root", ":user/nobody")
    document = key_policy.allowing(keys.policy(kms, key.key_id), nobody, ["kms:Decrypt"])
    with pytest.raises(error):
        keys.put_policy(kms, key.key_id, document)


# ------------------------------------------------------------------------------- accounts


@given("a learner with an account of her own", target_fixture="learner")
def open_account(clients: Clients) -> Clients:
    return connect(access_key_id="111122223333", secret_access_key="secret")  # noqa: S106


@then("the learner finds neither the key nor the table")
def learner_finds_nothing(learner: Clients, key: Key, table_name: str) -> None:
    with pytest.raises(KeyNotFound):
        keys.describe(learner.kms, key.key_id)
    with pytest.raises(TableNotFound):
        table.describe(learner.dynamodb, table_name)


@then(refused("the learner looking up the key by its ARN"))
def looking_up_by_arn_is_refused(learner: Clients, key: Key, error: type[KmsdemoError]) -> None:
    with pytest.raises(error):
        keys.describe(learner.kms, key.arn)
