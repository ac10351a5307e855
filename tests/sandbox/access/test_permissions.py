"""Who may: condition keys, boundaries and AWS's policies, over whole calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo import keys
from kmsdemo.account.clients import Clients
from kmsdemo.keys import Key
from steps.iam_users import IamUser

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
KMS_OF_AWS = "arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser"
READ_ONLY_OF_AWS = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any = "kms:*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


def put_iam(iam: IAMClient, *statements: Any) -> None:
    iam.put_user_policy(UserName="ben", PolicyName="p", PolicyDocument=document(*statements))


def put(kms: KMSClient, key: Key, *statements: Any) -> None:
    root = allow(Principal={"AWS": ROOT})
    kms.put_key_policy(KeyId=key.key_id, Policy=document(root, *statements))


def refusal(caller: Clients, key: Key) -> str:
    """Return why a caller may not encrypt; empty if they may."""
    return refusal_of(lambda: caller.kms.encrypt(KeyId=key.key_id, Plaintext=b"x"))


def refusal_of(call: Callable[[], object]) -> str:
    """Return the message of an AccessDeniedException; empty if the call succeeds."""
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return error.response["Error"]["Message"]
    return ""


# ------------------------------------------------------------------------------ condition keys


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"StringEquals": {"aws:ResourceTag/env": "prod"}}, True),
        ({"StringEquals": {"aws:ResourceTag/env": "test"}}, False),
        ({"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}, True),
        ({"StringEquals": {"kms:KeyOrigin": "EXTERNAL"}}, False),
        ({"Bool": {"kms:MultiRegion": "false"}}, True),
        ({"Null": {"kms:MultiRegionKeyType": "true"}}, True),
        ({"StringEquals": {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}}, True),
        ({"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/lab*"}}, True),
        ({"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/other"}}, False),
        ({"Null": {"kms:RequestAlias": "true"}}, True),
        ({"StringEquals": {"aws:username": "ben"}}, True),
        ({"StringEquals": {"aws:PrincipalType": "User"}}, True),
        ({"StringEquals": {"aws:PrincipalTag/team": "blue"}}, True),
        ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, True),
        ({"StringLike": {"aws:userid": "?*"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:ViaAWSService": "true"}}, False),
        ({"Null": {"aws:MultiFactorAuthPresent": "true"}}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
        ({"NumericLessThan": {"aws:EpochTime": "1"}}, False),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True),
        ({"StringLike": {"aws:UserAgent": "*"}}, True),
        ({"Null": {"aws:PrincipalOrgID": "true"}}, True),
        ({"Null": {"aws:SourceVpce": "true"}}, True),
    ],
)
def test_a_denial_depends_on_what_the_request_is(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser, condition: Any, holds: bool
) -> None:
    kms.tag_resource(KeyId=key.key_id, Tags=[{"TagKey": "env", "TagValue": "prod"}])
    kms.create_alias(AliasName="alias/lab-key", TargetKeyId=key.key_id)
    iam.tag_user(UserName="ben", Tags=[{"Key": "team", "Value": "blue"}])
    deny = {**allow("kms:Encrypt"), "Effect": "Deny", "Condition": condition}
    put_iam(iam, allow(), deny)
    assert bool(refusal(ben.clients, key)) is holds


def test_an_alias_of_the_request_can_be_asked_for(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    kms.create_alias(AliasName="alias/lab-key", TargetKeyId=key.key_id)
    put_iam(iam, allow(Condition={"StringEquals": {"kms:RequestAlias": "alias/lab-key"}}))
    assert refusal(ben.clients, key)
    assert ben.clients.kms.encrypt(KeyId="alias/lab-key", Plaintext=b"x")


@pytest.mark.parametrize(
    ("parameters", "allowed"),
    [
        ({"Tags": [{"TagKey": "env", "TagValue": "test"}]}, True),
        ({"Tags": [{"TagKey": "env", "TagValue": "prod"}]}, False),
        ({}, False),
    ],
)
def test_a_new_key_can_be_required_to_have_a_tag(
    iam: IAMClient, ben: IamUser, parameters: Any, allowed: bool
) -> None:
    condition = {"StringEquals": {"aws:RequestTag/env": "test"}}
    put_iam(iam, allow("kms:CreateKey", Condition=condition), allow("kms:TagResource"))
    refused = bool(refusal_of(lambda: ben.clients.kms.create_key(**parameters)))
    assert refused is not allowed


def test_a_resource_can_contain_the_name_of_the_user(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    kms.tag_resource(KeyId=key.key_id, Tags=[{"TagKey": "owner", "TagValue": "ben"}])
    own = {"StringEquals": {"aws:ResourceTag/owner": "${aws:username}"}}
    put_iam(iam, allow(Condition=own))
    assert not refusal(ben.clients, key)
    assert refusal(ben.clients, keys.create(kms))


# ------------------------------------------------------------------------------------ aliases


@pytest.fixture
def other_key(kms: KMSClient) -> Key:
    """The key to which UpdateAlias moves the alias."""
    return keys.create(kms)


CALLS_OF_ALIASES: dict[str, Callable[[Any, Key, Key], Any]] = {
    "CreateAlias": lambda kms, key, _: kms.create_alias(
        AliasName="alias/new", TargetKeyId=key.key_id
    ),
    "UpdateAlias": lambda kms, _, other: kms.update_alias(
        AliasName="alias/lab", TargetKeyId=other.key_id
    ),
    "DeleteAlias": lambda kms, *_: kms.delete_alias(AliasName="alias/lab"),
}


@pytest.mark.parametrize(
    ("operation", "resource"),
    [
        ("CreateAlias", "alias/new"),
        ("CreateAlias", "the key"),
        ("UpdateAlias", "alias/lab"),
        ("UpdateAlias", "the key"),
        ("UpdateAlias", "the other key"),
        ("DeleteAlias", "alias/lab"),
        ("DeleteAlias", "the key"),
    ],
)
def test_an_alias_needs_permission_on_itself_and_on_each_key(
    kms: KMSClient,
    iam: IAMClient,
    key: Key,
    other_key: Key,
    ben: IamUser,
    operation: str,
    resource: str,
) -> None:
    kms.create_alias(AliasName="alias/lab", TargetKeyId=key.key_id)
    named = {"the key": key.arn, "the other key": other_key.arn}
    arn = named.get(resource, f"arn:aws:kms:us-east-1:{ACCOUNT}:{resource}")
    put_iam(iam, allow(), {**allow(f"kms:{operation}"), "Effect": "Deny", "Resource": arn})
    message = refusal_of(lambda: CALLS_OF_ALIASES[operation](ben.clients.kms, key, other_key))
    assert f"perform: kms:{operation} on resource: {arn} with an explicit deny" in message


@pytest.mark.parametrize("operation", CALLS_OF_ALIASES)
def test_permission_on_the_alias_and_its_keys_is_enough(
    kms: KMSClient, iam: IAMClient, key: Key, other_key: Key, ben: IamUser, operation: str
) -> None:
    kms.create_alias(AliasName="alias/lab", TargetKeyId=key.key_id)
    aliases = [f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/{name}" for name in ("lab", "new")]
    resources = [*aliases, key.arn, other_key.arn]
    put_iam(iam, {**allow(f"kms:{operation}"), "Resource": resources})
    assert not refusal_of(lambda: CALLS_OF_ALIASES[operation](ben.clients.kms, key, other_key))


@pytest.mark.parametrize("operation", CALLS_OF_ALIASES)
def test_a_key_policy_gives_no_permission_on_an_alias(
    kms: KMSClient, key: Key, other_key: Key, ben: IamUser, operation: str
) -> None:
    kms.create_alias(AliasName="alias/lab", TargetKeyId=key.key_id)
    for one in (key, other_key):
        put(kms, one, allow(Principal={"AWS": ben.arn}))
    message = refusal_of(lambda: CALLS_OF_ALIASES[operation](ben.clients.kms, key, other_key))
    assert message.endswith(f"because no identity-based policy allows the kms:{operation} action")


# ------------------------------------------------------------------------- what is not written


def test_an_unknown_condition_key_is_refused_where_an_iam_policy_is_written(
    iam: IAMClient, ben: IamUser
) -> None:
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException, match="kms:KeyState"):
        put_iam(iam, allow(Condition={"StringEquals": {"kms:KeyState": "Enabled"}}))


def test_an_unknown_condition_key_is_refused_where_a_key_policy_is_written(
    kms: KMSClient, key: Key
) -> None:
    condition = {"StringEquals": {"kms:KeyState": "Enabled"}}
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException, match="kms:KeyState"):
        put(kms, key, allow(Principal="*", Condition=condition))


def test_a_key_policy_has_at_most_32768_bytes(
    kms: KMSClient, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)  # boto3 tries again
    with pytest.raises(kms.exceptions.LimitExceededException, match="32 KB"):
        put(kms, key, *[allow(Principal=ROOT)] * 400)


@pytest.mark.parametrize("missing", ["Action", "Resource"])
def test_a_statement_of_a_key_policy_without_an_element_has_no_effect(
    kms: KMSClient, key: Key, ben: IamUser, missing: str
) -> None:
    statement = allow(Principal={"AWS": ben.arn})
    put(kms, key, {name: value for name, value in statement.items() if name != missing})
    assert refusal(ben.clients, key)


# ------------------------------------------------------------------------------------ boundaries


def boundary(iam: IAMClient, name: str, *statements: Any) -> str:
    created = iam.create_policy(PolicyName=name, PolicyDocument=document(*statements))
    return created["Policy"]["Arn"]


def test_a_permissions_boundary_limits_what_iam_policies_allow(
    iam: IAMClient, key: Key, ben: IamUser
) -> None:
    put_iam(iam, allow())
    arn = boundary(iam, "decrypts", allow("kms:Decrypt"))
    iam.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=arn)
    why = "because no permissions boundary allows the kms:Encrypt action"
    assert refusal(ben.clients, key).endswith(why)
    iam.delete_user_permissions_boundary(UserName="ben")
    assert not refusal(ben.clients, key)


def test_a_permissions_boundary_allows_nothing_by_itself(
    iam: IAMClient, key: Key, ben: IamUser
) -> None:
    arn = boundary(iam, "all", allow())
    iam.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=arn)
    assert "no identity-based policy" in refusal(ben.clients, key)


def test_a_permissions_boundary_does_not_limit_a_key_policy_that_names_the_user(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    arn = boundary(iam, "none", allow("s3:*"))
    iam.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=arn)
    put(kms, key, allow("kms:Encrypt", Principal={"AWS": ben.arn}))
    assert not refusal(ben.clients, key)


def test_a_permissions_boundary_does_not_limit_a_key_policy_that_names_everyone(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    arn = boundary(iam, "none", allow("s3:*"))
    iam.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=arn)
    is_ben = {"StringEquals": {"aws:PrincipalArn": ben.arn}}
    put(kms, key, allow("kms:Encrypt", Principal="*", Condition=is_ben))
    assert not refusal(ben.clients, key)


def test_a_permissions_boundary_limits_a_grant(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    kms.create_grant(KeyId=key.key_id, GranteePrincipal=ben.arn, Operations=["Encrypt"])
    arn = boundary(iam, "none", allow("s3:*"))
    iam.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=arn)
    assert "no permissions boundary allows the kms:Encrypt action" in refusal(ben.clients, key)


def test_a_deny_of_an_iam_policy_limits_a_grant(
    kms: KMSClient, iam: IAMClient, key: Key, ben: IamUser
) -> None:
    kms.create_grant(KeyId=key.key_id, GranteePrincipal=ben.arn, Operations=["Encrypt"])
    put_iam(iam, allow("kms:Encrypt", Effect="Deny"))
    assert "with an explicit deny in an identity-based policy" in refusal(ben.clients, key)


def test_a_user_is_created_with_a_permissions_boundary(iam: IAMClient) -> None:
    arn = boundary(iam, "none", allow("s3:*"))
    iam.create_user(UserName="dora", PermissionsBoundary=arn)
    shown = iam.get_user(UserName="dora")["User"]["PermissionsBoundary"]
    assert shown["PermissionsBoundaryArn"] == arn


def test_a_permissions_boundary_must_exist(iam: IAMClient, ben: IamUser) -> None:
    nothing = f"arn:aws:iam::{ACCOUNT}:policy/nothing"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=nothing)


# ------------------------------------------------------------------------- policies of AWS


def test_a_policy_of_aws_is_attached_by_its_name(iam: IAMClient, ben: IamUser) -> None:
    iam.attach_user_policy(UserName="ben", PolicyArn=KMS_OF_AWS)
    assert ben.clients.kms.create_key()


def test_a_policy_of_aws_is_a_permissions_boundary(iam: IAMClient, key: Key, ben: IamUser) -> None:
    put_iam(iam, allow())
    iam.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=READ_ONLY_OF_AWS)
    assert "no permissions boundary" in refusal(ben.clients, key)


def test_a_policy_that_aws_does_not_have_is_not_attached(iam: IAMClient, ben: IamUser) -> None:
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.attach_user_policy(UserName="ben", PolicyArn="arn:aws:iam::aws:policy/Nothing")
