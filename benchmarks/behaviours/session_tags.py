"""Session tags, sessions without a role, and permissions boundaries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.behaviours.behaviour import (
    FAILS,
    SUCCESS,
    Account,
    Behaviour,
    Call,
    Row,
    fails,
    rows,
)
from benchmarks.behaviours.error_codes import DENIED
from benchmarks.behaviours.users import (
    DENY,
    DESCRIBE,
    ENCRYPT,
    EVERYTHING,
    STS,
    TAGGED,
    Session,
    User,
    credentials,
    document,
    new_policy,
    new_role,
    put_policy,
)

_BLUE = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    guide = "IAM User Guide"
    yield from rows("Sessions", f"Pass session tags in AWS STS, {guide}", _tags())
    yield from rows("Sessions", "AssumeRole and Tag, AWS STS API Reference", _limits())
    yield from rows("Sessions", "AWS STS API Reference", _without_role())
    yield from rows("Sessions", f"Permissions boundaries for IAM entities, {guide}", _boundaries())


def _tags() -> Iterator[Row]:
    yield "aws:PrincipalTag of a session tag", SUCCESS, _tagged({}, TAGGED)
    yield "aws:PrincipalTag of a session without the tag", DENIED, _tagged({}, {})
    yield "aws:PrincipalTag of the role's tag", SUCCESS, _tagged(TAGGED, {})
    yield (
        "A session tag overrides the role's tag",
        DENIED,
        _tagged(TAGGED, {"Tags": [{"Key": "team", "Value": "red"}]}),
    )
    yield (
        "A session tag overrides the role's tag in another case",
        DENIED,
        _tagged(TAGGED, {"Tags": [{"Key": "TEAM", "Value": "red"}]}),
    )
    yield "A session tag in a policy variable", SUCCESS, _variable
    yield (
        "A tag key twice, in another case",
        FAILS,
        fails(_tagged({}, {"Tags": [*TAGGED["Tags"], {"Key": "Team", "Value": "red"}]})),
    )
    yield "A transitive tag, in a role chain", SUCCESS, _chained(TransitiveTagKeys=["team"])
    yield "A tag that is not transitive, in a role chain", DENIED, _chained()
    yield "A tag with the key of an inherited tag", FAILS, fails(_overriding)
    yield "A tag key with the prefix aws:", FAILS, fails(_with_tags(("aws:team", "blue")))
    yield "A tag value with the prefix aws:", FAILS, fails(_with_tags(("team", "aws:blue")))
    yield "A tag without sts:TagSession in the trust policy", FAILS, fails(_untrusted_tag)
    yield "GetFederationToken with a tag", SUCCESS, _federated_tag(STS, EVERYTHING)
    yield (
        "GetFederationToken with a tag, without sts:TagSession",
        FAILS,
        fails(_federated_tag({**STS, "Action": "sts:GetFederationToken"}, EVERYTHING)),
    )


def _limits() -> Iterator[Row]:
    yield "Fifty tags", SUCCESS, _with_tags(*((f"team{number}", "blue") for number in range(50)))
    yield (
        "Fifty-one tags",
        FAILS,
        fails(_with_tags(*((f"team{number}", "blue") for number in range(51)))),
    )
    yield "A tag key of 128 characters", SUCCESS, _with_tags(("k" * 128, "blue"))
    yield "A tag key of 129 characters", FAILS, fails(_with_tags(("k" * 129, "blue")))
    yield "A tag value of 256 characters", SUCCESS, _with_tags(("team", "v" * 256))
    yield "A tag value of 257 characters", FAILS, fails(_with_tags(("team", "v" * 257)))
    yield "An empty tag value", SUCCESS, _with_tags(("team", ""))
    yield "A tag key with every kind of character", SUCCESS, _with_tags(("Ä 1_.:/=+-@", "blue"))
    yield "A tag key with another character", FAILS, fails(_with_tags(("team*", "blue")))
    yield "A tag value with another character", FAILS, fails(_with_tags(("team", "blue?")))
    keys = [f"team{number}" for number in range(51)]
    yield "Fifty-one transitive tag keys", FAILS, fails(_begun(TransitiveTagKeys=keys))
    yield "An external id with every kind of character", SUCCESS, _begun(ExternalId="a1_+=,.@:/-")
    yield "An external id with another character", FAILS, fails(_begun(ExternalId="a b"))
    yield "An external id of 1,224 characters", SUCCESS, _begun(ExternalId="a" * 1_224)
    yield "An external id of 1,225 characters", FAILS, fails(_begun(ExternalId="a" * 1_225))
    yield "A session policy of 2,048 characters", SUCCESS, _begun(Policy=_long_policy(2_048))
    yield "A session policy of 2,049 characters", FAILS, fails(_begun(Policy=_long_policy(2_049)))


def _without_role() -> Iterator[Row]:
    yield "GetSessionToken: the permissions of the user", SUCCESS, _session_token(DESCRIBE)
    yield "GetSessionToken of a user without permission", DENIED, _session_token(ENCRYPT)
    yield "GetFederationToken: the policy and the user allow it", SUCCESS, _federated(DESCRIBE)
    yield "GetFederationToken: the policy does not allow it", DENIED, _federated(ENCRYPT)
    yield "GetFederationToken without a policy", DENIED, _federated()
    yield "A key policy that names a federated user without a policy", SUCCESS, _federated_named
    yield "AssumeRole by a federated user", FAILS, fails(_federated_assumes)
    yield "AssumeRole with the session of a user", SUCCESS, _user_session_assumes


def _boundaries() -> Iterator[Row]:
    yield "A boundary that allows the call", SUCCESS, _bounded(EVERYTHING, DESCRIBE)
    yield "A boundary that does not allow the call", DENIED, _bounded(EVERYTHING, ENCRYPT)
    yield "A boundary alone", DENIED, _bounded(ENCRYPT, EVERYTHING)
    denying = {**DESCRIBE, **DENY}
    yield "A boundary that denies the call", DENIED, _bounded(EVERYTHING, EVERYTHING, denying)
    yield "A boundary of a role", DENIED, _bounded_role


# -------------------------------------------------------------------------------------- tags


def _tagged(of_role: Mapping[str, Any], of_session: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        role = new_role(account, {**DESCRIBE, "Condition": _BLUE}, **of_role)
        session = Session(account, role, **of_session)
        session.client("kms").describe_key(KeyId=account.key())

    return call


def _variable(account: Account) -> None:
    own = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    role = new_role(account, {**DESCRIBE, "Condition": own})
    key = account.key(Tags=[{"TagKey": "team", "TagValue": "blue"}])
    Session(account, role, **TAGGED).client("kms").describe_key(KeyId=key)


def _begun(**options: Any) -> Call:
    def call(account: Account) -> None:
        Session(account, new_role(account), **options)

    return call


def _with_tags(*tags: tuple[str, str]) -> Call:
    return _begun(Tags=[{"Key": key, "Value": value} for key, value in tags])


def _long_policy(length: int) -> str:
    text = document({**DESCRIBE, "Sid": "a"})
    return document({**DESCRIBE, "Sid": "a" * (length - len(text) + 1)})


def _chained(**options: Any) -> Call:
    def call(account: Account) -> None:
        first = Session(account, new_role(account, STS), **TAGGED, **options)
        role = new_role(account, {**DESCRIBE, "Condition": _BLUE})
        second = Session(account, role, first.client("sts"))
        second.client("kms").describe_key(KeyId=account.key())

    return call


def _overriding(account: Account) -> None:
    transitive = {**TAGGED, "TransitiveTagKeys": ["team"]}
    first = Session(account, new_role(account, STS), **transitive)
    Session(account, new_role(account), first.client("sts"), **TAGGED)


def _untrusted_tag(account: Account) -> None:
    Session(account, new_role(account, actions=["sts:AssumeRole"]), **TAGGED)


def _federated_tag(*statements: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        user = User(account, *statements)
        policy = document({**DESCRIBE, "Condition": _BLUE})
        made = user.client("sts").get_federation_token(Name="anna", Policy=policy, **TAGGED)
        _kms(account, made).describe_key(KeyId=account.key())

    return call


# ---------------------------------------------------------------------------- without a role


def _kms(account: Account, made: Mapping[str, Any]) -> Any:
    return account.emulator.client("kms", *credentials(made))


def _session_token(statement: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        made = User(account, statement).client("sts").get_session_token()
        _kms(account, made).describe_key(KeyId=account.key())

    return call


def _federated(*statements: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        user = User(account, STS, EVERYTHING)
        policy = {"Policy": document(*statements)} if statements else {}
        made = user.client("sts").get_federation_token(Name="anna", **policy)
        _kms(account, made).describe_key(KeyId=account.key())

    return call


def _federated_named(account: Account) -> None:
    made = User(account, STS).client("sts").get_federation_token(Name="anna")
    key = account.key()
    put_policy(account, key, {**DESCRIBE, "Principal": {"AWS": made["FederatedUser"]["Arn"]}})
    _kms(account, made).describe_key(KeyId=key)


def _federated_assumes(account: Account) -> None:
    policy = document(STS)
    made = User(account, STS).client("sts").get_federation_token(Name="anna", Policy=policy)
    sts = account.emulator.client("sts", *credentials(made))
    Session(account, new_role(account), sts)


def _user_session_assumes(account: Account) -> None:
    made = User(account, STS).client("sts").get_session_token()
    sts = account.emulator.client("sts", *credentials(made))
    Session(account, new_role(account), sts)


# -------------------------------------------------------------------------------- boundaries


def _bounded(statement: Mapping[str, Any], *boundary: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        limit = new_policy(account, *boundary)
        user = User(account, statement, PermissionsBoundary=limit)
        user.kms.describe_key(KeyId=account.key())

    return call


def _bounded_role(account: Account) -> None:
    limit = new_policy(account, ENCRYPT)
    role = new_role(account, EVERYTHING, PermissionsBoundary=limit)
    Session(account, role).client("kms").describe_key(KeyId=account.key())
