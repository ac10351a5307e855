"""Policies and grants name a user or a role, and not another one that has that name later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo.account.clients import Clients
from kmsdemo.keys import Key
from steps.iam_users import IamUser, create_iam_user, delete_iam_user
from tests.sandbox.access.callers import ACCOUNT, policy, trust

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient

ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
RENAMED = f"arn:aws:iam::{ACCOUNT}:user/eve"


def put(kms: KMSClient, key: Key, **statement: Any) -> None:
    """Give a key a policy with a statement of a test beside that for the account."""
    every = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    document = policy({**every, "Principal": ROOT}, {**every, **statement})
    kms.put_key_policy(KeyId=key.key_id, Policy=document)


def statement_of(kms: KMSClient, key: Key) -> Any:
    """Return that statement."""
    return json.loads(kms.get_key_policy(KeyId=key.key_id)["Policy"])["Statement"][1]


def may_encrypt(caller: Clients, key: Key) -> bool:
    try:
        caller.kms.encrypt(KeyId=key.key_id, Plaintext=b"x")
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return False
    return True


def created_again(iam: IAMClient, ben: IamUser) -> Clients:
    delete_iam_user(iam, ben)
    return create_iam_user(iam, "ben").clients


# ------------------------------------------------------------------------------------ deleted


def test_a_user_created_again_is_not_the_one_that_a_key_policy_named(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    put(kms, key, Principal={"AWS": ben.arn})
    assert may_encrypt(ben.clients, key)
    assert not may_encrypt(created_again(iam, ben), key)


@pytest.mark.parametrize("element", ["Principal", "NotPrincipal"])
@pytest.mark.parametrize("others", [[], [f"arn:aws:iam::{ACCOUNT}:root"]])
def test_a_key_policy_shows_the_unique_id_of_a_deleted_user(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser, element: str, others: list[str]
) -> None:
    user_id = iam.get_user(UserName="ben")["User"]["UserId"]
    effect = "Allow" if element == "Principal" else "Deny"
    action = "kms:Encrypt"
    put(kms, key, Effect=effect, Action=action, **{element: {"AWS": [ben.arn, *others]}})
    delete_iam_user(iam, ben)
    assert statement_of(kms, key)[element] == {"AWS": [user_id, *others]}


def test_a_condition_keeps_the_arn_of_a_deleted_user(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    condition = {"ArnEquals": {"aws:PrincipalArn": ben.arn}}
    put(kms, key, Principal={"AWS": ben.arn}, Condition=condition)
    delete_iam_user(iam, ben)
    assert statement_of(kms, key)["Condition"] == condition


def test_a_user_created_again_is_not_the_grantee(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    kms.create_grant(KeyId=key.key_id, GranteePrincipal=ben.arn, Operations=["Encrypt"])
    assert may_encrypt(ben.clients, key)
    assert not may_encrypt(created_again(iam, ben), key)


def test_a_user_created_again_does_not_retire_the_grants_of_the_former_one(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    grant = kms.create_grant(
        KeyId=key.key_id,
        GranteePrincipal=ROOT["AWS"],
        RetiringPrincipal=ben.arn,
        Operations=["Encrypt"],
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        created_again(iam, ben).kms.retire_grant(KeyId=key.arn, GrantId=grant["GrantId"])


def test_a_role_created_again_is_not_the_one_that_a_key_policy_named(
    kms: KMSClient, iam: IAMClient, key: Key
) -> None:
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust("*"))["Role"]
    put(kms, key, Principal={"AWS": role["Arn"]})
    iam.delete_role(RoleName="r")
    assert statement_of(kms, key)["Principal"] == {"AWS": role["RoleId"]}


def test_a_user_created_again_is_not_the_one_that_a_role_trusts(
    iam: IAMClient, ben: IamUser
) -> None:
    document = trust({"AWS": ben.arn})
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    again = created_again(iam, ben)
    allowed = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    iam.put_user_policy(UserName="ben", PolicyName="p", PolicyDocument=allowed)
    with pytest.raises(ClientError, match="AccessDenied"):
        again.session.client("sts").assume_role(RoleArn=role, RoleSessionName="s1")


# ------------------------------------------------------------------------------------ renamed


def test_a_renamed_user_keeps_what_a_key_policy_allows(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    put(kms, key, Principal={"AWS": ben.arn})
    iam.update_user(UserName="ben", NewUserName="eve")
    assert may_encrypt(ben.clients, key)
    assert statement_of(kms, key)["Principal"] == {"AWS": RENAMED}


def test_a_renamed_user_keeps_a_grant(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    kms.create_grant(KeyId=key.key_id, GranteePrincipal=ben.arn, Operations=["Encrypt"])
    iam.update_user(UserName="ben", NewUserName="eve")
    assert may_encrypt(ben.clients, key)
    (grant,) = kms.list_grants(KeyId=key.key_id)["Grants"]
    assert grant["GranteePrincipal"] == RENAMED
