"""Whose an access key is, with and without a class, and whose clock a request moves."""

from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from werkzeug.wrappers import Request

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.access import access_keys, authentication, principals, sessions
from kmsdemo.sandbox.access.access_keys import ClassKeys
from kmsdemo.sandbox.access.sessions import Session
from kmsdemo.sandbox.refusal import Refusal
from tests.sandbox.access.callers import ACCOUNT, ALLOW_ALL, OTHER_ACCOUNT, policy

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

pytestmark = pytest.mark.usefixtures("clients")

TEACHER, BEN = "AKIATEACHER", "AKIABEN"
CLASS = ClassKeys(
    {TEACHER: ACCOUNT, BEN: OTHER_ACCOUNT}, {TEACHER: "t-secret", BEN: "b-secret"}, TEACHER
)


@pytest.fixture
def in_class() -> Iterator[None]:
    """The sandbox accepts only the keys of a class."""
    with access_keys.restricted_to(CLASS):
        yield


def signed(access_key_id: str, secret: str, region: str = "us-east-1") -> Request:
    sent = AWSRequest("POST", "http://sandbox/", data=b"", headers={"Host": "sandbox"})
    SigV4Auth(Credentials(access_key_id, secret), "sts", region).add_auth(sent)
    return Request.from_values("/", method="POST", headers=dict(sent.headers.items()))


# ------------------------------------------------------------------------------- access keys


@pytest.mark.parametrize(
    ("access_key_id", "number"),
    [(OTHER_ACCOUNT, OTHER_ACCOUNT), ("testing", ACCOUNT), ("", ACCOUNT)],
    ids=["an account", "made up", "none"],
)
def test_without_a_class_a_made_up_key_is_a_root_user_without_secret(
    access_key_id: str, number: str
) -> None:
    found = principals.find(access_key_id)
    assert found
    arn = f"arn:aws:iam::{number}:root"
    assert found == principals.Principal(access_key_id, number, arn, number, None)
    assert found.is_root
    assert found.type == "Account"


def test_the_default_account_is_that_of_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_ACCOUNT_ID", OTHER_ACCOUNT)
    found = principals.find("testing")
    assert found
    assert found.account == OTHER_ACCOUNT


@pytest.mark.usefixtures("in_class")
def test_a_key_of_a_class_is_the_root_user_of_its_account() -> None:
    arn = f"arn:aws:iam::{OTHER_ACCOUNT}:root"
    expected = principals.Principal(BEN, OTHER_ACCOUNT, arn, OTHER_ACCOUNT, "b-secret")
    assert principals.find(BEN) == expected


@pytest.mark.usefixtures("in_class")
@pytest.mark.parametrize("access_key_id", [OTHER_ACCOUNT, "testing", ""])
def test_in_a_class_a_made_up_key_is_nobodys(access_key_id: str) -> None:
    assert principals.find(access_key_id) is None


def test_in_an_account_without_a_session_none_is_found() -> None:
    assert not vars(sts_backends[OTHER_ACCOUNT]["aws"]).get("sessions")
    assert principals.find(access_keys.generate(OTHER_ACCOUNT, "ASIA").access_key_id) is None


def test_a_root_user_is_of_the_partition_that_is_called() -> None:
    with access_keys.restricted_to(CLASS):
        of_class = principals.find(BEN, "aws-cn")
    made_up = principals.find(OTHER_ACCOUNT, "aws-cn")
    for found in (of_class, made_up):
        assert found
        assert found.arn == f"arn:aws-cn:iam::{OTHER_ACCOUNT}:root"


def test_a_root_user_is_in_aws_where_no_partition_is_named() -> None:
    assert principals.root_arn(ACCOUNT) == f"arn:aws:iam::{ACCOUNT}:root"


# --------------------------------------------------------------------------------- requests


@pytest.mark.parametrize(("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn")])
def test_the_region_of_a_signature_says_the_partition(region: str, partition: str) -> None:
    request = signed(OTHER_ACCOUNT, "x", region)
    found = authentication.authenticate(request)
    assert found.arn == f"arn:{partition}:iam::{OTHER_ACCOUNT}:root"
    assert request.environ[authentication.PRINCIPAL] is found


def test_an_unsigned_request_in_process_is_of_the_default_account() -> None:
    found = authentication.principal_of(Request.from_values("/"))
    assert (found.access_key_id, found.account) == ("", ACCOUNT)


@pytest.mark.usefixtures("in_class")
def test_in_a_class_an_unsigned_request_is_nobodys() -> None:
    with pytest.raises(Refusal) as raised:
        authentication.principal_of(Request.from_values("/"))
    assert raised.value.code == "MissingAuthenticationToken"


@pytest.mark.usefixtures("in_class")
@pytest.mark.parametrize(
    ("access_key_id", "secret", "moves"),
    [(TEACHER, "t-secret", None), (BEN, "b-secret", OTHER_ACCOUNT)],
    ids=["instructor", "learner"],
)
def test_in_a_class_only_the_instructor_moves_all_clocks(
    access_key_id: str, secret: str, moves: str | None
) -> None:
    assert authentication.clock_account(signed(access_key_id, secret)) == moves


@pytest.mark.usefixtures("in_class")
def test_in_a_class_nobody_moves_a_clock_without_a_signature() -> None:
    with pytest.raises(Refusal) as raised:
        authentication.clock_account(Request.from_values("/"))
    assert raised.value.code == "MissingAuthenticationToken"


def test_without_a_class_an_unsigned_request_moves_all_clocks() -> None:
    assert authentication.clock_account(Request.from_values("/")) is None


def test_without_a_class_a_signed_request_moves_the_clock_of_its_account() -> None:
    assert authentication.clock_account(signed(OTHER_ACCOUNT, "x")) == OTHER_ACCOUNT


def test_a_new_access_key_has_the_form_of_aws() -> None:
    made = [access_keys.generate(OTHER_ACCOUNT) for _ in range(100)]
    assert all(access_keys.has_issued_form(key.access_key_id) for key in made)
    assert {access_keys.account_of(key.access_key_id) for key in made} == {OTHER_ACCOUNT}
    assert {len(key.secret) for key in made} == {40}
    assert len({key.secret for key in made}) == 100
    assert {*"".join(key.secret for key in made)} <= {*string.ascii_letters, *string.digits, *"+/"}


# ---------------------------------------------------------------------------------- sessions


def begun(account: str = OTHER_ACCOUNT) -> Session:
    return sessions.begin(sts_backends[account]["aws"], seconds=900, arn="arn", user_id="id")


def test_a_new_session_has_credentials_of_the_form_of_aws() -> None:
    session = begun()
    assert session.key.access_key_id.startswith("ASIA")
    assert len(session.token) == 320
    assert session.expiration - session.start == timedelta(minutes=15)


def test_a_session_begins_by_the_clock_of_its_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(clock._offsets, OTHER_ACCOUNT, timedelta(days=900))
    ahead = begun().start - begun(ACCOUNT).start
    assert ahead.days in (899, 900)


def test_an_account_keeps_its_newest_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_MAX_SESSIONS", 2)
    made = [begun() for _ in range(3)]
    found = [sessions.find(one.key.access_key_id) for one in made]
    assert found == [None, *made[1:]]


# ------------------------------------------------------------------------------------- users


@pytest.fixture
def ben(iam: IAMClient) -> str:
    """The access key id of an IAM user."""
    iam.create_user(UserName="ben")
    return iam.create_access_key(UserName="ben")["AccessKey"]["AccessKeyId"]


def test_the_key_of_a_user_is_the_users_own_with_its_secret(iam: IAMClient, ben: str) -> None:
    user = iam_backends[ACCOUNT]["aws"].users["ben"]
    secret = user.access_keys[0].secret_access_key
    expected = principals.Principal(ben, ACCOUNT, user.arn, user.id, secret, user=user)
    assert principals.find(ben) == expected


def test_a_user_that_was_renamed_keeps_its_keys(iam: IAMClient, ben: str) -> None:
    iam.create_user(UserName="anna")
    iam.update_user(UserName="ben", NewUserName="benjamin")
    iam.create_user(UserName="ben")
    found = principals.find(ben)
    assert found
    assert found.arn == f"arn:aws:iam::{ACCOUNT}:user/benjamin"


def test_a_key_of_a_user_that_is_gone_or_that_is_inactive_is_nobodys(
    iam: IAMClient, ben: str
) -> None:
    iam.update_access_key(UserName="ben", AccessKeyId=ben, Status="Inactive")
    assert principals.find(ben) is None
    iam.update_access_key(UserName="ben", AccessKeyId=ben, Status="Active")
    del iam_backends[ACCOUNT]["aws"].users["ben"]
    assert principals.find(ben) is None
    assert principals.find(access_keys.generate(ACCOUNT).access_key_id) is None
    assert principals.find(access_keys.generate("555566667777").access_key_id) is None


def test_who_looks_for_a_key_creates_no_account(iam: IAMClient, ben: str) -> None:
    principals.find(access_keys.generate("555566667777").access_key_id)
    assert "555566667777" not in iam_backends


def test_the_policies_of_a_user_are_those_of_its_groups_too(iam: IAMClient, ben: str) -> None:
    for group in ("staff", "others"):
        iam.create_group(GroupName=group)
        document = policy({**ALLOW_ALL, "Sid": group})
        iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=document)
    iam.add_user_to_group(GroupName="staff", UserName="ben")
    found = principals.find(ben)
    assert found
    assert list(found.policies) == [policy({**ALLOW_ALL, "Sid": "staff"})]


def test_a_session_has_the_key_that_it_was_given_and_no_role(iam: IAMClient) -> None:
    session = begun(ACCOUNT)
    found = principals.find(session.key.access_key_id)
    assert found
    assert (found.access_key_id, found.role) == (session.key.access_key_id, None)
