"""Sessions of roles: session policies, who names them, what is known of them, trust policies."""

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
    ALLOW,
    DENY,
    DESCRIBE,
    ENCRYPT,
    EVERYTHING,
    STS,
    TAGGED,
    Session,
    User,
    document,
    new_policy,
    new_role,
    put_policy,
)


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    guide = "IAM User Guide"
    yield from rows("Sessions", f"Session policies, {guide}", _policies())
    yield from rows("Sessions", f"AWS JSON policy elements: Principal, {guide}", _principals())
    yield from rows("Sessions", f"AWS global condition context keys, {guide}", _context_keys())
    yield from rows("Sessions", f"How to use trust policies with IAM roles, {guide}", _trust())


def _policies() -> Iterator[Row]:
    yield "A role without a session policy", SUCCESS, _described([DESCRIBE])
    yield (
        "A session policy that allows the call",
        SUCCESS,
        _described([EVERYTHING], Policy=document(DESCRIBE)),
    )
    yield (
        "A session policy that does not allow the call",
        DENIED,
        _described([EVERYTHING], Policy=document(ENCRYPT)),
    )
    yield (
        "A session policy that allows more than the role",
        DENIED,
        _described([ENCRYPT], Policy=document(EVERYTHING)),
    )
    yield (
        "A session policy that denies the call",
        DENIED,
        _described([EVERYTHING], Policy=document(EVERYTHING, {**DESCRIBE, **DENY})),
    )
    yield (
        "A session policy with a key that is another one",
        DENIED,
        _described([EVERYTHING], Policy=document({**DESCRIBE, "Resource": "arn:aws:kms:*:*:x"})),
    )


def _principals() -> Iterator[Row]:
    yield "A key policy that names the role", SUCCESS, _named("role")
    yield "A key policy that names the session", SUCCESS, _named("session")
    yield "A key policy that names another session of the role", DENIED, _named("other session")
    yield (
        "A key policy that names the session, which its session policy limits",
        SUCCESS,
        _named("session", Policy=document(ENCRYPT)),
    )
    yield (
        "A key policy that names the role, which its session policy limits",
        DENIED,
        _named("role", Policy=document(ENCRYPT)),
    )
    limit = document(ENCRYPT)
    of_role = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}
    yield (
        "A key policy that names everyone, on the condition of the role, which its session policy "
        "limits",
        SUCCESS,
        _named("everyone", condition=of_role, Policy=limit),
    )
    yield (
        "A key policy that names everyone, on the condition of the role, which its session policy "
        "denies",
        DENIED,
        _named("everyone", condition=of_role, Policy=document({**DESCRIBE, **DENY})),
    )
    yield (
        "A key policy that names everyone, on the condition of the role, which its permissions "
        "boundary limits",
        SUCCESS,
        _bounded_role(of_role),
    )
    yield "A key policy that denies the role", DENIED, _named("role", effect=DENY)
    yield "A key policy that denies the session", DENIED, _named("session", effect=DENY)
    yield "A key policy that denies another session", SUCCESS, _named("other session", effect=DENY)
    yield "A grant for the role", SUCCESS, _granted("role")
    yield "A grant for the session", SUCCESS, _granted("session")
    yield "A grant for another session of the role", DENIED, _granted("other session")


def _context_keys() -> Iterator[Row]:
    role_arn = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}
    session_arn = {"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/*"}}
    yield "aws:PrincipalArn of a session is its role", SUCCESS, _if(role_arn)
    yield "aws:PrincipalArn of a session is not the session", DENIED, _if(session_arn)
    yield "aws:userid of a session", SUCCESS, _if({"StringLike": {"aws:userid": "AROA*:one"}})
    yield "aws:username of a session", DENIED, _if({"StringLike": {"aws:username": "*"}})
    assumed = {"StringEquals": {"aws:PrincipalType": "AssumedRole"}}
    yield "aws:PrincipalType of a session", SUCCESS, _if(assumed)
    yield "aws:TokenIssueTime of a session", SUCCESS, _if({"Null": {"aws:TokenIssueTime": "false"}})
    yield "aws:TokenIssueTime, with the revocation of older sessions", DENIED, _if_not(2099)
    yield "aws:TokenIssueTime, with the revocation of still older sessions", SUCCESS, _if_not(2001)
    yield "aws:TokenIssueTime of a user's access key", DENIED, _user_without_token
    identity = {"StringEquals": {"aws:SourceIdentity": "anna"}}
    yield "aws:SourceIdentity", SUCCESS, _if(identity, SourceIdentity="anna")
    yield "aws:SourceIdentity of a session without one", DENIED, _if(identity)


def _trust() -> Iterator[Row]:
    local = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
    yield "aws:SourceIp in a trust policy", SUCCESS, _trusting(local)
    elsewhere = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    yield "aws:SourceIp of another network in a trust policy", FAILS, fails(_trusting(elsewhere))
    boto = {"StringLike": {"aws:UserAgent": "*Boto3*"}}
    yield "aws:UserAgent in a trust policy", SUCCESS, _trusting(boto)
    named = {"StringEquals": {"sts:RoleSessionName": "one"}}
    yield "sts:RoleSessionName", SUCCESS, _trusting(named)
    yield (
        "sts:RoleSessionName of another session",
        FAILS,
        fails(_trusting(named, RoleSessionName="two")),
    )
    external = {"StringEquals": {"sts:ExternalId": "unique"}}
    yield "sts:ExternalId", SUCCESS, _trusting(external, ExternalId="unique")
    yield "sts:ExternalId that is missing", FAILS, fails(_trusting(external))
    tag = {"StringEquals": {"aws:RequestTag/team": "blue"}}
    yield "aws:RequestTag in a trust policy", SUCCESS, _trusting(tag, **TAGGED)
    yield "aws:RequestTag that is missing in a trust policy", FAILS, fails(_trusting(tag))
    user = {"StringLike": {"aws:username": "user-*"}}
    yield "aws:username in a trust policy", SUCCESS, _trusting(user)
    for prefix in ("aws", "iam"):
        blue = {"StringEquals": {f"{prefix}:ResourceTag/team": "blue"}}
        yield f"{prefix}:ResourceTag of the role", SUCCESS, _assuming(blue, **TAGGED)
        yield f"{prefix}:ResourceTag of a role without the tag", FAILS, fails(_assuming(blue))
    own = {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}
    yield "aws:ResourceAccount of the role", SUCCESS, _assuming(own)


# ------------------------------------------------------------------------------------- calls


def _described(statements: list[Mapping[str, Any]], **options: Any) -> Call:
    def call(account: Account) -> None:
        role = new_role(account, *statements)
        Session(account, role, **options).client("kms").describe_key(KeyId=account.key())

    return call


def _named(
    kind: str,
    effect: Mapping[str, Any] = ALLOW,
    condition: Mapping[str, Any] | None = None,
    **options: Any,
) -> Call:
    """Return DescribeKey by a session about which a key policy decides."""
    on_condition = {"Condition": condition} if condition else {}

    def call(account: Account) -> None:
        statements = () if effect is ALLOW else (EVERYTHING,)
        role, key = new_role(account, *statements), account.key()
        session = Session(account, role, **options)
        decided = {**DESCRIBE, **effect, "Principal": {"AWS": _principal(kind, role, session)}}
        put_policy(account, key, {**decided, **on_condition})
        session.client("kms").describe_key(KeyId=key)

    return call


def _bounded_role(condition: Mapping[str, Any]) -> Call:
    def call(account: Account) -> None:
        role, key = (
            new_role(account, PermissionsBoundary=new_policy(account, ENCRYPT)),
            account.key(),
        )
        put_policy(account, key, {**DESCRIBE, "Principal": "*", "Condition": condition})
        Session(account, role).client("kms").describe_key(KeyId=key)

    return call


def _granted(kind: str) -> Call:
    def call(account: Account) -> None:
        role, key = new_role(account), account.key()
        session = Session(account, role)
        account.kms.create_grant(
            KeyId=key,
            GranteePrincipal=_principal(kind, role, session),
            Operations=["DescribeKey"],
        )
        session.client("kms").describe_key(KeyId=key)

    return call


def _principal(kind: str, role: str, session: Session) -> str:
    other = session.arn.rpartition("/")[0] + "/other"
    named = {"role": role, "session": session.arn, "other session": other, "everyone": "*"}
    return named[kind]


def _if(condition: Mapping[str, Any], **options: Any) -> Call:
    def call(account: Account) -> None:
        role = new_role(account, {**DESCRIBE, "Condition": condition})
        Session(account, role, **options).client("kms").describe_key(KeyId=account.key())

    return call


def _if_not(year: int) -> Call:
    """Return a call once the sessions that began before a year are revoked."""
    older = {"DateLessThan": {"aws:TokenIssueTime": f"{year}-01-01T00:00:00Z"}}

    def call(account: Account) -> None:
        role = new_role(account, EVERYTHING, {**DESCRIBE, **DENY, "Condition": older})
        Session(account, role).client("kms").describe_key(KeyId=account.key())

    return call


def _user_without_token(account: Account) -> None:
    condition = {"Null": {"aws:TokenIssueTime": "false"}}
    user = User(account, {**DESCRIBE, "Condition": condition})
    user.kms.describe_key(KeyId=account.key())


def _trusting(condition: Mapping[str, Any], **options: Any) -> Call:
    def call(account: Account) -> None:
        role = new_role(account, EVERYTHING, condition=condition)
        Session(account, role, **options)

    return call


def _assuming(condition: Mapping[str, Any], **of_role: Any) -> Call:
    """Return AssumeRole by a user whose own policy allows it on a condition."""

    def call(account: Account) -> None:
        user = User(account, {**STS, "Condition": condition})
        Session(account, new_role(account, **of_role), user.client("sts"))

    return call
