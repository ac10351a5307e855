"""Keys of another account: what both accounts have to allow."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from kmsdemo.account.clients import Clients, connect
from kmsdemo.keys import Key
from kmsdemo.sandbox.access import authorization, policy_document
from kmsdemo.sandbox.access.evaluation import Caller
from kmsdemo.sandbox.access.policy_document import PolicyKind
from tests.sandbox.access.callers import ACCOUNT, OTHER_ACCOUNT
from tests.sandbox.access.written_policies import ALLOWED, ROOT, allow, put, put_iam

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


def learner(number: str = OTHER_ACCOUNT) -> Clients:
    return connect(access_key_id=number, secret_access_key="x")


def test_another_account_needs_both_the_key_policy_and_its_own_consent(
    kms: KMSClient, key: Key
) -> None:
    other = learner()
    made = other.iam.create_user(UserName="dora")["User"]["Arn"]
    access_key = other.iam.create_access_key(UserName="dora")["AccessKey"]
    dora = connect(
        access_key_id=access_key["AccessKeyId"], secret_access_key=access_key["SecretAccessKey"]
    )
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]

    def decrypts() -> bool:
        with suppress(dora.kms.exceptions.ClientError):
            return bool(dora.kms.decrypt(CiphertextBlob=blob, KeyId=key.arn))
        return False

    assert not decrypts()
    put(kms, key, allow({"AWS": made}))
    assert not decrypts(), "her own account has not consented"
    put_iam(other.iam, "dora", {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"})
    assert decrypts()
    put(kms, key)
    assert not decrypts(), "the key's account has withdrawn"


def test_a_key_of_another_account_answers_as_its_own(kms: KMSClient, key: Key) -> None:
    put(kms, key, allow({"AWS": OTHER_ACCOUNT}, "kms:*"))
    assert learner().kms.describe_key(KeyId=key.arn)["KeyMetadata"]["AWSAccountId"] == ACCOUNT


def test_no_policy_lets_another_account_manage_a_key(kms: KMSClient, key: Key) -> None:
    put(kms, key, allow({"AWS": OTHER_ACCOUNT}, "kms:*"))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        learner().kms.disable_key(KeyId=key.arn)


def test_a_ciphertext_names_a_key_of_another_account(kms: KMSClient, key: Key) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]
    with pytest.raises(ClientError, match="or you are not allowed to access"):
        learner().kms.decrypt(CiphertextBlob=blob)
    with pytest.raises(ClientError, match=f"key/{key.key_id}' does not exist"):
        learner().kms.decrypt(CiphertextBlob=blob, KeyId=key.key_id)
    put(kms, key, allow({"AWS": OTHER_ACCOUNT}))
    assert learner().kms.decrypt(CiphertextBlob=blob)["KeyId"] == key.arn
    assert learner().kms.decrypt(CiphertextBlob=blob, KeyId=key.key_id)["KeyId"] == key.arn
    for unknown in (b"no ciphertext", blob):
        with pytest.raises(ClientError, match="NotFoundException"):
            learner().kms.decrypt(CiphertextBlob=unknown, KeyId=str(uuid4()))


def test_accounts_do_not_see_each_other(kms: KMSClient, key: Key) -> None:
    first, second = learner(), learner("444455556666")
    made = first.kms.create_key()["KeyMetadata"]
    assert made["AWSAccountId"] == OTHER_ACCOUNT
    assert second.kms.list_keys()["Keys"] == []
    assert [found["KeyId"] for found in first.kms.list_keys()["Keys"]] == [made["KeyId"]]
    assert [found["KeyId"] for found in kms.list_keys()["Keys"]] == [key.key_id]


def test_the_root_of_an_account_is_named_in_a_refusal(key: Key) -> None:
    with pytest.raises(ClientError, match=f"User: arn:aws:iam::{OTHER_ACCOUNT}:root is not"):
        learner().kms.describe_key(KeyId=key.arn)


@pytest.mark.parametrize(
    ("name", "exists"),
    [
        ("*", True),
        (ACCOUNT, True),
        (ROOT, True),
        (f"arn:aws:iam::{ACCOUNT}:user/ben", True),
        (f"arn:aws:iam::{ACCOUNT}:user/nobody", False),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", True),
        ("arn:aws:iam::999900001111:user/anybody", True),
        ("ben", False),
    ],
)
@pytest.mark.usefixtures("ben")
def test_a_principal_exists_unless_its_account_is_known_and_has_none(
    name: str, exists: bool
) -> None:
    assert authorization.principal_exists(name, ACCOUNT) is exists


@pytest.mark.usefixtures("clients")
def test_a_user_of_another_known_account_has_to_exist() -> None:
    made = learner().iam.create_user(UserName="dora")["User"]["Arn"]
    assert authorization.principal_exists(made, ACCOUNT)
    assert not authorization.principal_exists(f"{made}x", ACCOUNT)


FOREIGN = f"arn:aws:kms:us-east-1:{OTHER_ACCOUNT}:key/1"


BEN = f"arn:aws:iam::{ACCOUNT}:user/ben"


@pytest.mark.parametrize(
    ("denied", "reason"),
    [
        ({}, "because no resource-based policy allows the kms:Encrypt action"),
        (
            {"Action": "kms:Decrypt"},
            "because no resource-based policy allows the kms:Encrypt action",
        ),
        *(
            (more, "with an explicit deny in an identity-based policy")
            for more in (
                {"Action": "kms:Encrypt"},
                {"Action": "kms:*", "Resource": FOREIGN},
                {"Action": "kms:*", "Condition": {"StringEquals": {"aws:RequestedRegion": "r"}}},
            )
        ),
    ],
    ids=["nothing denied", "another action", "the action", "the key", "the request"],
)
def test_a_key_that_is_not_there_is_refused_as_if_it_were(denied: Any, reason: str) -> None:
    listed = [ALLOWED, *([{**ALLOWED, "Effect": "Deny", **denied}] if denied else [])]
    policies = policy_document.statements(json.dumps({"Statement": listed}), PolicyKind.IDENTITY)
    caller = Caller(BEN, ACCOUNT, frozenset({BEN}), policies)
    context = {"aws:RequestedRegion": ["r"]}
    error = authorization.denied_in_other_account(caller, "Encrypt", FOREIGN, lambda: context)
    message = (
        f"User: {BEN} is not authorized to perform: kms:Encrypt on resource: {FOREIGN} {reason}"
    )
    assert (error.code, error.message) == ("AccessDeniedException", message)
