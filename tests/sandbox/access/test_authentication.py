"""Who signed a request: signatures, over HTTP and in this process, on each of the four services."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from unittest.mock import patch
from urllib.error import HTTPError
from urllib.request import urlopen

import botocore.auth
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from kmsdemo.account.clients import Clients, connect
from kmsdemo.sandbox import mock_kms
from kmsdemo.sandbox.access import access_keys
from steps.iam_users import create_iam_user
from tests.sandbox.access.callers import (
    ACCOUNT,
    ALLOW_ALL,
    ClassSandbox,
    of_session,
    policy,
    refusal,
    trust,
)
from tests.subprocesses import TIME_LIMIT_SECONDS

INVALID = "The security token included in the request is invalid."
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)
ASK: dict[str, Callable[[Any], Any]] = {
    "kms": lambda kms: kms.list_keys(),
    "dynamodb": lambda dynamodb: dynamodb.list_tables(),
    "iam": lambda iam: iam.list_users(),
    "sts": lambda sts: sts.get_caller_identity(),
}
JSON = ("kms", "dynamodb")
every_service = pytest.mark.parametrize("service", ASK)


def refused(at: ClassSandbox, service: str, *credentials: str) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as raised:
        ASK[service](at.client(service, *credentials))
    return refusal(raised.value)


def unknown(service: str) -> tuple[int, str, str]:
    if service in JSON:
        return 400, "UnrecognizedClientException", INVALID
    return 403, "InvalidClientTokenId", INVALID


# ------------------------------------------------------------------------- access keys


@every_service
def test_a_user_with_the_secret_is_let_in(at: ClassSandbox, service: str) -> None:
    assert ASK[service](at.client(service, *at.user("ben"))) is not None


@every_service
def test_a_user_without_the_secret_is_not(at: ClassSandbox, service: str) -> None:
    access_key_id, _ = at.user("ben")
    status, code = (400, "InvalidSignatureException")
    if service not in JSON:
        status, code = (403, "SignatureDoesNotMatch")
    assert refused(at, service, access_key_id, "x") == (status, code, MISMATCH)


@every_service
def test_an_access_key_that_was_never_made_is_nobodys(at: ClassSandbox, service: str) -> None:
    key = access_keys.generate(ACCOUNT)
    assert refused(at, service, key.access_key_id, key.secret) == unknown(service)


@every_service
def test_an_inactive_access_key_is_nobodys(at: ClassSandbox, service: str) -> None:
    ben = at.user("ben")
    iam = at.client("iam")
    iam.update_access_key(UserName="ben", AccessKeyId=ben[0], Status="Inactive")
    assert refused(at, service, *ben) == unknown(service)
    iam.update_access_key(UserName="ben", AccessKeyId=ben[0], Status="Active")
    assert ASK[service](at.client(service, *ben))


@every_service
def test_a_deleted_access_key_is_nobodys(at: ClassSandbox, service: str) -> None:
    ben = at.user("ben")
    at.client("iam").delete_access_key(UserName="ben", AccessKeyId=ben[0])
    assert refused(at, service, *ben) == unknown(service)


@every_service
def test_the_access_key_of_a_deleted_user_is_nobodys(at: ClassSandbox, service: str) -> None:
    ben = at.user("ben")
    at.client("iam").delete_user_policy(UserName="ben", PolicyName="p")
    at.client("iam").delete_user(UserName="ben")
    assert refused(at, service, *ben) == unknown(service)


def test_a_user_is_the_same_under_a_new_name(at: ClassSandbox) -> None:
    ben = at.user("ben")
    at.client("iam").update_user(UserName="ben", NewUserName="benjamin")
    arn = at.client("sts", *ben).get_caller_identity()["Arn"]
    assert arn == f"arn:aws:iam::{ACCOUNT}:user/benjamin"


@every_service
@pytest.mark.parametrize(
    "access_key_id", ["testing", "AKIAIOSFODNN7EXAMPLE", "LSIAQAAAAAAVNCBMPNSG"]
)
def test_a_made_up_access_key_is_the_root_of_the_default_account(
    at: ClassSandbox, service: str, access_key_id: str
) -> None:
    assert ASK[service](at.client(service, access_key_id, "whatever"))
    identity = at.client("sts", access_key_id, "whatever").get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"


def test_an_access_key_id_of_twelve_digits_is_the_root_of_its_account(at: ClassSandbox) -> None:
    identity = at.client("sts", "111122223333", "whatever").get_caller_identity()
    del identity["ResponseMetadata"]
    assert identity == {
        "UserId": "111122223333",
        "Account": "111122223333",
        "Arn": "arn:aws:iam::111122223333:root",
    }


def test_no_header_chooses_another_account(at: ClassSandbox) -> None:
    sts = at.client("sts", *at.user("ben"))
    sts.meta.events.register(
        "before-sign.sts",
        lambda request, **_: request.headers.add_header("x-moto-account-id", "111122223333"),
    )
    assert sts.get_caller_identity()["Account"] == ACCOUNT


@every_service
def test_a_user_with_a_session_token_is_nobody(at: ClassSandbox, service: str) -> None:
    assert refused(at, service, *at.user("ben"), "token") == unknown(service)


# ---------------------------------------------------------------------------- sessions


@every_service
@pytest.mark.parametrize("token", ["", "another"])
def test_a_session_without_its_token_is_nobody(at: ClassSandbox, service: str, token: str) -> None:
    access_key_id, secret, _ = session(at)
    assert refused(at, service, access_key_id, secret, token) == unknown(service)


@every_service
def test_a_session_is_over_by_the_clock_of_its_account(at: ClassSandbox, service: str) -> None:
    of_role = session(at)
    mock_kms.advance(days=1, account="111122223333")
    assert ASK[service](at.client(service, *of_role))
    mock_kms.advance(days=1, account=ACCOUNT)
    message = "The security token included in the request is expired"
    expected = (400, "ExpiredTokenException", message)
    if service not in JSON:
        expected = (403, "ExpiredToken", message)
    assert refused(at, service, *of_role) == expected


def session(at: ClassSandbox) -> tuple[str, str, str]:
    """Return the credentials of a role's session."""
    iam = at.client("iam")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}))
    iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=policy(ALLOW_ALL))
    return of_session(
        at.client("sts").assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="session")
    )


# -------------------------------------------------------------------------------- time


def signed_at(moment: datetime) -> Any:
    """Sign as a machine does whose clock says something else."""
    return patch.object(botocore.auth, "get_current_datetime", lambda: moment)


@every_service
@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_signature_of_another_time_is_refused(
    at: ClassSandbox, service: str, minutes: int
) -> None:
    ben = at.user("ben")
    moment = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    with signed_at(moment.replace(tzinfo=None)):
        status, code, message = refused(at, service, *ben)
    expected = (400, "InvalidSignatureException", 5)
    if service not in JSON:
        expected = (403, "SignatureDoesNotMatch", 15)
    words = "Signature expired" if minutes < 0 else "Signature not yet current"
    assert (status, code) == expected[:2]
    assert message.startswith(f"{words}: {moment:%Y%m%dT%H%M%SZ} is ")
    assert message.endswith(f"{'-' if minutes < 0 else '+'} {expected[2]} min.)")


@every_service
@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_that_is_a_little_off_does_not_matter(
    at: ClassSandbox, service: str, minutes: int
) -> None:
    ben = at.user("ben")
    moment = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    with signed_at(moment.replace(tzinfo=None)):
        assert ASK[service](at.client(service, *ben))


def test_days_that_pass_in_the_sandbox_make_no_signature_old(at: ClassSandbox) -> None:
    ben = at.user("ben")
    mock_kms.advance(days=365)
    assert ASK["kms"](at.client("kms", *ben))


# ----------------------------------------------------------------------- presigned URLs


def presigned(at: ClassSandbox, key: tuple[str, ...], expires: int = 60) -> str:
    request = AWSRequest("GET", f"{at.url}/?Action=GetCallerIdentity&Version=2011-06-15")
    SigV4QueryAuth(Credentials(*key), "sts", "us-east-1", expires).add_auth(request)
    return str(request.url)


def opened(url: str) -> tuple[int, str]:
    try:
        with urlopen(url, timeout=TIME_LIMIT_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_presigned_url_is_as_good_as_a_header(at: ClassSandbox) -> None:
    status, body = opened(presigned(at, at.user("ben")))
    assert status == 200
    assert f"<Arn>arn:aws:iam::{ACCOUNT}:user/ben</Arn>" in body


def test_a_presigned_url_of_a_session_carries_its_token(at: ClassSandbox) -> None:
    status, body = opened(presigned(at, session(at)))
    assert status == 200
    assert "assumed-role/reader/session" in body


def test_a_presigned_url_with_the_wrong_secret_is_refused(at: ClassSandbox) -> None:
    access_key_id, _ = at.user("ben")
    status, body = opened(presigned(at, (access_key_id, "x")))
    assert status == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in body


def test_a_presigned_url_that_was_changed_is_refused(at: ClassSandbox) -> None:
    url = presigned(at, at.user("ben")).replace("GetCallerIdentity", "GetSessionToken")
    assert "<Code>SignatureDoesNotMatch</Code>" in opened(url)[1]


def test_a_presigned_url_expires(at: ClassSandbox) -> None:
    moment = datetime.now(timezone.utc) - timedelta(minutes=10)
    with signed_at(moment.replace(tzinfo=None)):
        url = presigned(at, at.user("anna"), 60)
    assert "<Code>RequestExpired</Code>" in opened(url)[1]


# ---------------------------------------------------------------------- in this process


def test_in_this_process_a_user_needs_the_secret_too(clients: Clients) -> None:
    ben = create_iam_user(clients.iam, "ben")
    impostor = connect(access_key_id=ben.access_key_id, secret_access_key="x")
    assert ben.clients.sts.get_caller_identity()["Arn"] == ben.arn
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        impostor.kms.list_keys()
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        impostor.iam.list_users()


def test_no_answer_repeats_a_secret(at: ClassSandbox) -> None:
    access_key_id, secret = at.user("ben")
    encoded = base64.b64encode(secret.encode()).decode()
    said = refused(at, "kms", access_key_id, secret + "x")[2]
    assert secret not in said
    assert encoded not in said
