"""Policies of AWS are attached by name, and a permissions boundary has to exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.iam.models import iam_backends

from tests.sandbox.access.callers import ACCOUNT, ALLOW_ALL, policy, trust

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POWER_USERS = "arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser"
NOT_OF_AWS = [
    "arn:aws:iam::aws:policy/NoSuchPolicy",
    "arn:aws:iam::aws:policy/path/ReadOnlyAccess",
    f"arn:aws:iam::{ACCOUNT}:policy/ReadOnlyAccess",
]
ATTACH: dict[str, Callable[[Any, str], object]] = {
    "user": lambda iam, arn: iam.attach_user_policy(UserName="ben", PolicyArn=arn),
    "role": lambda iam, arn: iam.attach_role_policy(RoleName="reader", PolicyArn=arn),
    "group": lambda iam, arn: iam.attach_group_policy(GroupName="staff", PolicyArn=arn),
}
BOUND: dict[str, Callable[[Any, str], object]] = {
    "new user": lambda iam, arn: iam.create_user(UserName="eve", PermissionsBoundary=arn),
    "user": lambda iam, arn: iam.put_user_permissions_boundary(
        UserName="ben", PermissionsBoundary=arn
    ),
    "role": lambda iam, arn: iam.put_role_permissions_boundary(
        RoleName="reader", PermissionsBoundary=arn
    ),
}


@pytest.fixture
def iam(iam: IAMClient) -> IAMClient:
    """IAM with a user, a role and a group."""
    iam.create_user(UserName="ben")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust("*"))
    iam.create_group(GroupName="staff")
    return iam


def error(call: Callable[..., object], *arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(*arguments)
    said = raised.value.response["Error"]
    return said["Code"], said["Message"]


def attached(iam: IAMClient) -> dict[str, list[str]]:
    answers: dict[str, Any] = {
        "user": iam.list_attached_user_policies(UserName="ben"),
        "role": iam.list_attached_role_policies(RoleName="reader"),
        "group": iam.list_attached_group_policies(GroupName="staff"),
    }
    return {
        holder: [one["PolicyArn"] for one in answer["AttachedPolicies"]]
        for holder, answer in answers.items()
    }


def boundary(iam: IAMClient, holder: str) -> Any:
    if holder == "role":
        return iam.get_role(RoleName="reader")["Role"].get("PermissionsBoundary")
    name = {"user": "ben", "new user": "eve"}[holder]
    return iam.get_user(UserName=name)["User"].get("PermissionsBoundary")


@pytest.mark.parametrize("arn", [READ_ONLY, POWER_USERS])
@pytest.mark.parametrize("holder", ATTACH)
def test_a_policy_of_aws_can_be_attached_as_often_as_one_likes(
    iam: IAMClient, holder: str, arn: str
) -> None:
    ATTACH[holder](iam, arn)
    ATTACH[holder](iam, arn)
    assert attached(iam)[holder] == [arn]


def test_moto_may_name_the_parameters_as_its_cloudformation_does(iam: IAMClient) -> None:
    iam_backends[ACCOUNT]["aws"].attach_user_policy(policy_arn=POWER_USERS, user_name="ben")
    assert attached(iam)["user"] == [POWER_USERS]


@pytest.mark.parametrize("arn", NOT_OF_AWS)
@pytest.mark.parametrize("holder", ATTACH)
def test_what_is_no_policy_of_aws_cannot_be_attached(iam: IAMClient, holder: str, arn: str) -> None:
    assert error(ATTACH[holder], iam, arn)[0] == "NoSuchEntity"
    assert attached(iam)[holder] == []


def test_a_policy_of_aws_that_is_attached_is_listed_once(iam: IAMClient) -> None:
    for attach in ATTACH.values():
        attach(iam, POWER_USERS)
    listed = [one["Arn"] for one in iam.list_policies(Scope="AWS", MaxItems=1000)["Policies"]]
    assert listed.count(POWER_USERS) == 1


@pytest.mark.parametrize(
    ("kind", "expected"), [("AWSManagedPolicy", [POWER_USERS]), ("LocalManagedPolicy", [])]
)
def test_a_policy_of_aws_is_none_of_the_account(
    iam: IAMClient, kind: Any, expected: list[str]
) -> None:
    ATTACH["user"](iam, POWER_USERS)
    details = iam.get_account_authorization_details(Filter=[kind])
    assert [one["Arn"] for one in details["Policies"]] == expected


def test_a_policy_of_aws_says_who_made_it_and_what_it_allows(iam: IAMClient) -> None:
    ATTACH["user"](iam, POWER_USERS)
    found = iam.get_policy(PolicyArn=POWER_USERS)["Policy"]
    assert found["PolicyName"] == "AWSKeyManagementServicePowerUser"
    version = iam.get_policy_version(PolicyArn=POWER_USERS, VersionId=found["DefaultVersionId"])
    assert "kms:CreateKey" in str(version["PolicyVersion"]["Document"])


@pytest.mark.parametrize("holder", BOUND)
def test_a_boundary_is_shown(iam: IAMClient, holder: str) -> None:
    BOUND[holder](iam, READ_ONLY)
    shown = boundary(iam, holder)
    assert shown["PermissionsBoundaryArn"] == READ_ONLY
    assert shown["PermissionsBoundaryType"] in ("Policy", "PermissionsBoundaryPolicy")


@pytest.mark.parametrize("holder", BOUND)
def test_a_policy_of_the_account_can_be_a_boundary(iam: IAMClient, holder: str) -> None:
    made = iam.create_policy(PolicyName="b", PolicyDocument=policy(ALLOW_ALL))["Policy"]["Arn"]
    BOUND[holder](iam, made)
    assert boundary(iam, holder)["PermissionsBoundaryArn"] == made


@pytest.mark.parametrize("arn", NOT_OF_AWS)
@pytest.mark.parametrize("holder", BOUND)
def test_a_boundary_that_does_not_exist_is_refused(iam: IAMClient, holder: str, arn: str) -> None:
    message = f"Scope ARN: {arn} does not exist or is not attachable."
    assert error(BOUND[holder], iam, arn) == ("NoSuchEntity", message)
    if holder != "new user":
        assert boundary(iam, holder) is None


def test_a_user_that_was_not_created_for_its_boundary_does_not_exist(iam: IAMClient) -> None:
    error(BOUND["new user"], iam, NOT_OF_AWS[0])
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["ben"]


def test_a_user_without_a_boundary_has_none(iam: IAMClient) -> None:
    assert boundary(iam, "user") is None


def test_a_boundary_can_be_deleted(iam: IAMClient) -> None:
    BOUND["user"](iam, READ_ONLY)
    iam.delete_user_permissions_boundary(UserName="ben")
    assert boundary(iam, "user") is None


def test_a_policy_of_aws_is_listed_once_however_often_it_is_attached(iam: IAMClient) -> None:
    for attach in ATTACH.values():
        attach(iam, READ_ONLY)
    listed = [one["Arn"] for one in iam.list_policies(Scope="AWS")["Policies"]]
    assert listed.count(READ_ONLY) == 1
