"""Policies that a test writes, and what they let a caller do."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo.account.clients import Clients, connect
from kmsdemo.keys import Key
from tests.sandbox.access.callers import ACCOUNT

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROOT_MAY_ALL = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
ALLOWED = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}


def allow(principal: Any, action: Any = "kms:Decrypt", **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {**statement, **more}


def put(kms: KMSClient, key: Key, *statements: Any, **options: Any) -> None:
    document = {"Version": "2012-10-17", "Statement": [ROOT_MAY_ALL, *statements]}
    kms.put_key_policy(
        KeyId=key.key_id, PolicyName="default", Policy=json.dumps(document), **options
    )


def with_session(credentials: Any) -> Clients:
    """Return the clients of a role that was assumed."""
    session = connect().botocore_session
    session.set_credentials(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
    )
    return Clients(session)


def put_iam(iam: IAMClient, user: str, *statements: Any) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document)


def may_decrypt(kms: KMSClient, caller: Clients, key: Key, **context: str) -> bool:
    """Encrypt as root, and say whether the caller may decrypt it."""
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x", EncryptionContext=context)
    with suppress(caller.kms.exceptions.ClientError):
        caller.kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=context)
        return True
    # Not only not allowed: refused for this very reason.
    with pytest.raises(ClientError, match="AccessDeniedException"):
        caller.kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext=context)
    return False


def refusal(caller: Clients, key: Key) -> str:
    with pytest.raises(ClientError) as raised:
        caller.kms.encrypt(KeyId=key.key_id, Plaintext=b"x")
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
    return raised.value.response["Error"]["Message"]
