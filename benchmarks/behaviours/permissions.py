"""Access control: permissions that one call needs in two places, and policies and grants."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import DENIED, MALFORMED, NOT_FOUND, VALIDATION
from benchmarks.behaviours.grants import User

IRELAND, FRANKFURT = "eu-west-1", "eu-central-1"
_SOURCE_ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/mine"


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of permissions."""
    reference = "AWS KMS API Reference"
    yield from rows("Access control", f"Required permissions, {reference}", _permissions())
    yield from rows("Access control", f"Policy, PutKeyPolicy, {reference}", _policies())
    yield from rows("Grants", f"CreateGrant, GrantConstraints, {reference}", _grants())


def _permissions() -> Iterator[Row]:
    yield "ReplicateKey without kms:CreateKey", DENIED, _replicated("kms:ReplicateKey")
    yield (
        "ReplicateKey with kms:CreateKey",
        SUCCESS,
        _replicated("kms:ReplicateKey", "kms:CreateKey"),
    )
    yield "ReplicateKey with kms:CreateKey in the replica's Region", SUCCESS, _created_in(IRELAND)
    yield "ReplicateKey with kms:CreateKey in another Region", DENIED, _created_in(FRANKFURT)
    yield (
        "ReplicateKey with tags, without kms:TagResource",
        DENIED,
        _replicated("kms:ReplicateKey", "kms:CreateKey", Tags=[{"TagKey": "a", "TagValue": "b"}]),
    )
    yield "UpdatePrimaryRegion without permission on the replica", DENIED, _moved(both=False)
    yield "UpdatePrimaryRegion with permission on both keys", SUCCESS, _moved(both=True)
    yield "ListAliases of a key whose policy does not allow it", SUCCESS, _listed_aliases
    yield "ListRetirableGrants lists grants of other accounts", "1", _retirable_elsewhere
    yield (
        "ListRetirableGrants with permission on the retiring principal",
        SUCCESS,
        lambda a: _lists_retirable(a, of_itself=True),
    )
    yield (
        "ListRetirableGrants with permission on another principal",
        DENIED,
        lambda a: _lists_retirable(a, of_itself=False),
    )
    yield "RetireGrant by the account that created the grant", SUCCESS, _retired_by_issuer
    yield "CreateAlias without permission on the key", DENIED, _aliased("alias/*")
    yield "CreateAlias without permission on the alias", DENIED, _aliased("key/*")
    yield "CreateAlias with permission on both", SUCCESS, _aliased("*")
    yield "DescribeKey of alias/aws/s3 without permission", DENIED, _managed


def _policies() -> Iterator[Row]:
    yield (
        "A key policy of more than 32 KB",
        "LimitExceededException",
        lambda a: _put(a, *({"Sid": f"s{n}", **_ALL} for n in range(500))),
    )
    yield (
        "PutKeyPolicy of the policy AWS_RAM",
        VALIDATION,
        lambda a: _put(a, _ALL, PolicyName="AWS_RAM"),
    )
    yield (
        "GetKeyPolicy of the policy AWS_RAM of a key that is not shared",
        NOT_FOUND,
        lambda a: a.kms.get_key_policy(KeyId=a.key(), PolicyName="AWS_RAM"),
    )
    yield (
        "A statement with the condition key kms:PolicyName",
        SUCCESS,
        lambda a: _put(a, _only_if({"StringEquals": {"kms:PolicyName": "default"}})),
    )
    yield (
        "A Deny of kms:PolicyName default",
        DENIED,
        lambda a: _read(a, _ALL, _DENY | _if({"StringEquals": {"kms:PolicyName": "default"}})),
    )
    yield (
        "A key policy with a character outside Latin-1",
        VALIDATION,
        lambda a: a.unchecked.put_key_policy(
            KeyId=a.key(), Policy=json.dumps(_document({"Sid": "Ω", **_ALL}), ensure_ascii=False)
        ),
    )
    yield (
        "A statement without Action has no effect",
        MALFORMED,
        lambda a: _put(a, {name: one for name, one in _ALL.items() if name != "Action"}),
    )
    yield (
        "BypassPolicyLockoutSafetyCheck",
        SUCCESS,
        lambda a: _put(a, _ALL | {"Action": "kms:List*"}, BypassPolicyLockoutSafetyCheck=True),
    )
    yield (
        "A statement without a principal",
        MALFORMED,
        lambda a: _put(a, _ALL, {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}),
    )
    yield (
        "A principal that does not exist",
        MALFORMED,
        lambda a: _put(a, _ALL, _ALL | {"Principal": {"AWS": _root(a, "user/nobody")}}),
    )


def _grants() -> Iterator[Row]:
    yield (
        "A source ARN constraint, without a service of AWS",
        DENIED,
        lambda a: User(a).decrypted("Decrypt", Constraints={"SourceArn": _SOURCE_ARN}),
    )
    yield "A source ARN constraint on a signing key", SUCCESS, _of_signing_key
    yield "A source ARN constraint applies to DescribeKey", DENIED, _described
    yield "A source ARN constraint does not apply to RetireGrant", SUCCESS, _retires
    yield (
        "A key of a constraint in upper case, of the context in lower case",
        "secret",
        lambda a: User(a).decrypted("Decrypt", {"team": "blue"}, **_subset(TEAM="blue")),
    )
    yield (
        "A value of a constraint in upper case, of the context in lower case",
        DENIED,
        lambda a: User(a).decrypted("Decrypt", {"team": "blue"}, **_subset(team="BLUE")),
    )
    yield (
        "A grant for a principal and for a service of AWS",
        VALIDATION,
        lambda a: User(a).granted("Decrypt", GranteeServicePrincipal="backup.amazonaws.com"),
    )
    yield (
        "A grant for nobody",
        VALIDATION,
        lambda a: a.kms.create_grant(KeyId=a.key(), Operations=["Decrypt"]),
    )
    yield (
        "ListGrants of a principal and of a service of AWS",
        VALIDATION,
        lambda a: a.kms.list_grants(
            KeyId=a.key(),
            GranteePrincipal=_root(a, "root"),
            GranteeServicePrincipal="backup.amazonaws.com",
        ),
    )
    yield "ListRetirableGrants of nobody", VALIDATION, lambda a: a.kms.list_retirable_grants()
    yield "A grantee with a constraint grants without one", DENIED, _grants_without_constraint


# ------------------------------------------------------------------------------ permissions


def _may(user: User, *statements: Mapping[str, Any]) -> User:
    """Attach a policy to a user."""
    user.account.emulator.client("iam").put_user_policy(
        UserName=user.arn.rpartition("/")[2],
        PolicyName="may",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}),
    )
    return user


def _allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def _replicated(*actions: str, **options: Any) -> Call:
    def call(account: Account) -> None:
        user = _may(User(account), _allow(*actions))
        primary = account.key(MultiRegion=True)
        user.kms.replicate_key(KeyId=primary, ReplicaRegion=IRELAND, **options)

    return call


def _created_in(region: str) -> Call:
    def call(account: Account) -> None:
        in_region = _if({"StringEquals": {"aws:RequestedRegion": region}})
        user = _may(User(account), _allow("kms:ReplicateKey"), _allow("kms:CreateKey", **in_region))
        user.kms.replicate_key(KeyId=account.key(MultiRegion=True), ReplicaRegion=IRELAND)

    return call


def _moved(*, both: bool) -> Call:
    def call(account: Account) -> None:
        arn = account.metadata(account.key(MultiRegion=True))["Arn"]
        account.kms.replicate_key(KeyId=arn, ReplicaRegion=IRELAND)
        resource = arn.replace("us-east-1", "*" if both else "us-east-1")
        user = _may(User(account), _allow("kms:UpdatePrimaryRegion", resource=resource))
        user.kms.update_primary_region(KeyId=arn, PrimaryRegion=IRELAND)

    return call


def _listed_aliases(account: Account) -> None:
    user = _may(User(account), _allow("kms:ListAliases"))
    own = {"Principal": {"AWS": user.arn}, "Action": "kms:DescribeKey"}
    key_id = account.key(
        Policy=json.dumps(_document(_ALL | own)), BypassPolicyLockoutSafetyCheck=True
    )
    user.kms.list_aliases(KeyId=key_id)


def _retirable_elsewhere(account: Account) -> str:
    user, other = User(account), Account(account.emulator)
    other.kms = account.emulator.client("kms", "210987654321", "secret")
    other.kms.create_grant(
        KeyId=other.key(),
        GranteePrincipal="arn:aws:iam::210987654321:root",
        RetiringPrincipal=user.arn,
        Operations=["Decrypt"],
    )
    found = account.kms.list_retirable_grants(RetiringPrincipal=user.arn)["Grants"]
    return str(len(found))


def _lists_retirable(account: Account, *, of_itself: bool) -> None:
    user = User(account)
    resource = user.arn if of_itself else _root(account, "user/another")
    _may(user, _allow("kms:ListRetirableGrants", resource=resource))
    user.kms.list_retirable_grants(RetiringPrincipal=user.arn)


def _retired_by_issuer(account: Account) -> None:
    user = _may(User(account), _allow("kms:CreateGrant"))
    key_id = account.key(
        Policy=json.dumps(_document(_ALL | {"Principal": {"AWS": user.arn}})),
        BypassPolicyLockoutSafetyCheck=True,
    )
    grant = user.kms.create_grant(
        KeyId=key_id, GranteePrincipal=user.arn, Operations=["DescribeKey"]
    )
    arn = user.kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    account.kms.retire_grant(KeyId=arn, GrantId=grant["GrantId"])


def _aliased(resource: str) -> Call:
    def call(account: Account) -> None:
        everywhere = resource if resource == "*" else f"arn:aws:kms:*:*:{resource}"
        user = _may(User(account), _allow("kms:CreateAlias", resource=everywhere))
        user.kms.create_alias(AliasName=f"alias/{user.key_id}", TargetKeyId=user.key_id)

    return call


def _managed(account: Account) -> None:
    User(account).kms.describe_key(KeyId="alias/aws/s3")


# --------------------------------------------------------------------------------- policies

_ALL: dict[str, Any] = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": "*"}
_DENY = _ALL | {"Effect": "Deny", "Action": "kms:GetKeyPolicy"}


def _document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _if(condition: Mapping[str, Any]) -> dict[str, Any]:
    return {"Condition": condition}


def _only_if(condition: Mapping[str, Any]) -> dict[str, Any]:
    return _ALL | _if(condition)


def _put(account: Account, *statements: Mapping[str, Any], **options: Any) -> str:
    key_id = account.key()
    account.kms.put_key_policy(KeyId=key_id, Policy=json.dumps(_document(*statements)), **options)
    return SUCCESS


def _read(account: Account, *statements: Mapping[str, Any]) -> None:
    key_id = account.key()
    account.kms.put_key_policy(KeyId=key_id, Policy=json.dumps(_document(*statements)))
    account.kms.get_key_policy(KeyId=key_id)


def _root(account: Account, name: str) -> str:
    return f"arn:aws:iam::{account.metadata(account.key())['AWSAccountId']}:{name}"


# ----------------------------------------------------------------------------------- grants


def _subset(**pairs: str) -> dict[str, Any]:
    return {"Constraints": {"EncryptionContextSubset": pairs}}


def _of_signing_key(account: Account) -> None:
    account.kms.create_grant(
        KeyId=account.key("ECC_NIST_P256", "SIGN_VERIFY"),
        GranteePrincipal=_root(account, "root"),
        Operations=["Sign"],
        Constraints={"SourceArn": _SOURCE_ARN},
    )


def _described(account: Account) -> None:
    user = User(account)
    user.granted("DescribeKey", Constraints={"SourceArn": _SOURCE_ARN})
    user.kms.describe_key(KeyId=user.key_id)


def _retires(account: Account) -> None:
    user = User(account)
    grant = user.granted("RetireGrant", Constraints={"SourceArn": _SOURCE_ARN})
    user.kms.retire_grant(GrantToken=grant["GrantToken"])


def _grants_without_constraint(account: Account) -> None:
    user = User(account)
    user.granted("Decrypt", "CreateGrant", **_subset(team="blue"))
    user.kms.create_grant(KeyId=user.key_id, GranteePrincipal=user.arn, Operations=["Decrypt"])
