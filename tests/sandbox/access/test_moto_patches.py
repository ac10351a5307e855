"""What replaces moto's own code: STS, and the answer to an unsigned call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from botocore.exceptions import ClientError

from kmsdemo.account.clients import Clients, connect
from tests.sandbox.access.callers import refusal, trust


@pytest.fixture
def root(clients: Clients) -> Clients:
    """The root user of an account, in this process."""
    return connect(access_key_id="123456789012", secret_access_key="x", region="eu-west-1")


@pytest.fixture
def impostor(root: Clients) -> Clients:
    """Somebody who has the access key id of a user, but not the secret."""
    root.iam.create_user(UserName="ben")
    key = root.iam.create_access_key(UserName="ben")["AccessKey"]
    return connect(access_key_id=key["AccessKeyId"], secret_access_key="x")


def error_of(call: Any) -> Any:
    with pytest.raises(ClientError) as raised:
        call()
    return raised.value


# ------------------------------------------------------------------------------- refusals


def test_iam_refuses_in_xml(impostor: Clients) -> None:
    error = error_of(impostor.iam.list_users)
    status, code, message = refusal(error)
    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert message.startswith("The request signature we calculated does not match")
    answer = error.response["ResponseMetadata"]
    assert answer["HTTPHeaders"]["content-type"] == "text/xml"
    assert UUID(answer["RequestId"])


def test_kms_refuses_in_json(impostor: Clients) -> None:
    status, code, _ = refusal(error_of(impostor.kms.list_keys))
    assert (status, code) == (400, "InvalidSignatureException")


# ------------------------------------------------------------------------------------- STS


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        {"IpAddress": {"aws:SourceIp": "127.0.0.1/32"}},
        {"StringLike": {"aws:UserAgent": "Botocore/*"}},
    ],
    ids=lambda condition: next(iter(*condition.values())),
)
def test_a_trust_policy_may_ask_where_a_call_comes_from(root: Clients, condition: Any) -> None:
    document = trust({"AWS": "123456789012"}, Condition=condition)
    role = root.iam.create_role(RoleName="reader", AssumeRolePolicyDocument=document)["Role"]
    assert root.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="anna")


def test_a_refusal_names_the_operation(root: Clients) -> None:
    given = root.sts.get_session_token()["Credentials"]
    session = root.session.client(
        "sts",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    message = "Cannot call GetSessionToken with session credentials"
    assert refusal(error_of(session.get_session_token)) == (403, "AccessDenied", message)


def test_of_an_operation_that_is_not_there_moto_says_so(root: Clients) -> None:
    with pytest.raises(NotImplementedError, match="decode_authorization_message"):
        root.sts.decode_authorization_message(EncodedMessage="x")
