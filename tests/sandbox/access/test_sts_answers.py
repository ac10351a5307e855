"""The answers of STS, field by field, and the sessions behind them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.access import principals, sessions, sts
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.access.sessions import Session
from kmsdemo.sandbox.access.sts import StsCall
from kmsdemo.sandbox.refusal import Refusal
from tests.sandbox.access.callers import ACCOUNT, ALLOW_ALL, policy, trust

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

HOUR = 3600
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
BEN = f"arn:aws:iam::{ACCOUNT}:user/ben"
ACTIONS = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]


@pytest.fixture
def root(clients: object) -> Principal:
    """The root user of an account that is empty."""
    found = principals.find(ACCOUNT)
    assert found
    return found


@pytest.fixture
def ben(iam: IAMClient) -> Principal:
    """A user who may do everything."""
    iam.create_user(UserName="ben")
    let(iam, ALLOW_ALL)
    key = iam.create_access_key(UserName="ben")["AccessKey"]
    found = principals.find(key["AccessKeyId"])
    assert found
    return found


def let(iam: IAMClient, *statements: Any) -> None:
    """Let ben do only this."""
    iam.put_user_policy(UserName="ben", PolicyName="p", PolicyDocument=policy(*statements))


def answer(caller: Principal, operation: str, **parameters: Any) -> Any:
    call = StsCall(operation, parameters, caller, "aws", "eu-west-1", "10.0.0.1")
    return sts.ANSWER[operation](call)


def refusal(caller: Principal, operation: str, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(Refusal) as raised:
        answer(caller, operation, **parameters)
    return raised.value.code, raised.value.message


def session_of(given: Any) -> Session:
    """Return the session that an answer has the credentials of."""
    credentials = given["Credentials"]
    found = sessions.find(credentials["AccessKeyId"])
    assert found
    assert credentials == {
        "AccessKeyId": found.key.access_key_id,
        "SecretAccessKey": found.key.secret,
        "SessionToken": found.token,
        "Expiration": found.expiration,
    }
    return found


def seconds(given: Any) -> float:
    found = session_of(given)
    return (found.expiration - found.start) / timedelta(seconds=1)


# ------------------------------------------------------------------------------- identities


def test_an_identity_has_three_fields(ben: Principal) -> None:
    expected = {"UserId": ben.user_id, "Account": ACCOUNT, "Arn": BEN}
    assert answer(ben, "GetCallerIdentity") == expected


def test_a_users_session_belongs_to_the_user(ben: Principal) -> None:
    given = answer(ben, "GetSessionToken")
    assert given.keys() == {"Credentials"}
    found = session_of(given)
    assert ben.user
    assert (found.arn, found.user_id, found.user) == (BEN, ben.user_id, ben.user.id)
    assert (found.is_federated, found.policies, found.role_arn) == (False, None, "")


def test_a_session_of_the_root_user_belongs_to_no_user(root: Principal) -> None:
    found = session_of(answer(root, "GetSessionToken"))
    assert (found.arn, found.user_id, found.user) == (root.arn, ACCOUNT, "")


def test_a_federated_user_belongs_to_the_user_who_asked(ben: Principal) -> None:
    document = policy(ALLOW_ALL)
    given = answer(ben, "GetFederationToken", Name="zoe", Policy=document)
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/zoe"
    assert given["FederatedUser"] == {"FederatedUserId": f"{ACCOUNT}:zoe", "Arn": arn}
    found = session_of(given)
    assert ben.user
    assert (found.arn, found.user_id, found.user) == (arn, f"{ACCOUNT}:zoe", ben.user.id)
    assert (found.is_federated, found.policies) == (True, (document,))


def test_only_its_own_name_frees_a_federated_user_of_session_policies(ben: Principal) -> None:
    session = session_of(answer(ben, "GetFederationToken", Name="zoe"))
    zoe = principals.find(session.key.access_key_id)
    assert zoe
    assert (sorted(zoe.own_names), "*" in ben.own_names) == ([session.arn], True)


def test_a_federated_user_of_the_root_user_belongs_to_no_user(root: Principal) -> None:
    found = session_of(answer(root, "GetFederationToken", Name="zoe"))
    assert (found.user, found.is_federated, found.policies) == ("", True, ())


def test_a_session_of_a_role_has_all_that_was_asked(iam: IAMClient, ben: Principal) -> None:
    trusting = trust({"AWS": BEN}, Action=ACTIONS)
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trusting)
    role_id = iam.get_role(RoleName="reader")["Role"]["RoleId"]
    given = answer(ben, "AssumeRole", RoleArn=ROLE, RoleSessionName="s1", SourceIdentity="anna")
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/s1"
    assert given["AssumedRoleUser"] == {"AssumedRoleId": f"{role_id}:s1", "Arn": arn}
    assert given["SourceIdentity"] == "anna"
    found = session_of(given)
    assert (found.arn, found.role_arn, found.user) == (arn, ROLE, "")
    assert (found.source_identity, found.policies) == ("anna", None)


def test_the_sessions_that_a_session_begins_have_its_transitive_tags(
    iam: IAMClient, ben: Principal
) -> None:
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust("*", Action=ACTIONS))
    asked = {"RoleArn": ROLE, "RoleSessionName": "s1"}
    tags = [{"Key": "team", "Value": "blue"}, {"Key": "cost", "Value": "7"}]
    first = session_of(answer(ben, "AssumeRole", **asked, Tags=tags, TransitiveTagKeys=["team"]))
    assert (first.tags, first.transitive_tags) == (
        {"team": "blue", "cost": "7"},
        {"team": "blue"},
    )
    calling = principals.find(first.key.access_key_id)
    assert calling
    second = session_of(answer(calling, "AssumeRole", **asked))
    assert (second.tags, second.transitive_tags) == ({"team": "blue"}, {"team": "blue"})


def test_a_federated_user_has_the_tags_and_the_named_policies_that_were_asked(
    iam: IAMClient, ben: Principal
) -> None:
    document = policy(ALLOW_ALL)
    arn = iam.create_policy(PolicyName="p", PolicyDocument=document)["Policy"]["Arn"]
    tags = [{"Key": "team", "Value": "blue"}]
    given = answer(ben, "GetFederationToken", Name="zoe", PolicyArns=[{"arn": arn}], Tags=tags)
    found = session_of(given)
    assert (found.policies, found.tags) == ((document,), {"team": "blue"})


def test_without_a_source_identity_the_answer_has_none(iam: IAMClient, ben: Principal) -> None:
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust({"AWS": BEN}))
    given = answer(ben, "AssumeRole", RoleArn=ROLE, RoleSessionName="s1")
    assert given.keys() == {"Credentials", "AssumedRoleUser"}


@pytest.mark.parametrize("operation", ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"])
def test_no_account_has_an_identity_provider(root: Principal, operation: str) -> None:
    message = "No OpenIDConnect or SAML provider is found in your account."
    assert refusal(root, operation) == ("InvalidIdentityToken", message)


def test_an_access_key_id_that_encodes_no_account_is_invalid(root: Principal) -> None:
    message = "Invalid access key id: AKIA1"
    found = refusal(root, "GetAccessKeyInfo", AccessKeyId="AKIA1")
    assert found == ("ValidationError", message)


def test_an_access_key_id_says_its_account_and_nothing_else(ben: Principal) -> None:
    given = answer(ben, "GetAccessKeyInfo", AccessKeyId=ben.access_key_id)
    assert given == {"Account": ACCOUNT}


# ------------------------------------------------------------------------- length of a session

WITHOUT_ROLE = pytest.mark.parametrize(
    ("operation", "name"),
    [("GetSessionToken", {}), ("GetFederationToken", {"Name": "zoe"})],
    ids=["user", "federated user"],
)


@WITHOUT_ROLE
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, 12 * HOUR),
        ({"DurationSeconds": 900}, 900),
        ({"DurationSeconds": 36 * HOUR}, 36 * HOUR),
    ],
    ids=["default", "shortest", "longest"],
)
def test_a_session_of_a_user_is_as_long_as_asked(
    ben: Principal, operation: str, name: Any, asked: Any, expected: int
) -> None:
    assert seconds(answer(ben, operation, **name, **asked)) == expected


@WITHOUT_ROLE
@pytest.mark.parametrize(
    ("asked", "expected"),
    [({}, HOUR), ({"DurationSeconds": 900}, 900), ({"DurationSeconds": 36 * HOUR}, HOUR)],
    ids=["default", "shortest", "longest"],
)
def test_a_session_of_the_root_user_is_an_hour_at_most(
    root: Principal, operation: str, name: Any, asked: Any, expected: int
) -> None:
    assert seconds(answer(root, operation, **name, **asked)) == expected


@pytest.mark.parametrize(
    ("operation", "named", "longest"),
    [
        ("GetSessionToken", {}, 129_600),
        ("GetFederationToken", {"Name": "zoe"}, 129_600),
        ("AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s1"}, 43_200),
    ],
)
def test_the_length_of_a_session_has_limits(
    ben: Principal, operation: str, named: Any, longest: int
) -> None:
    for asked, rule in (
        (899, "greater than or equal to 900"),
        (longest + 1, f"less than or equal to {longest}"),
    ):
        message = (
            f"1 validation error detected: Value '{asked}' at 'durationSeconds' failed to satisfy "
            f"constraint: Member must have value {rule}"
        )
        found = refusal(ben, operation, **named, DurationSeconds=asked)
        assert found == ("ValidationError", message)


def test_a_session_of_a_role_is_as_long_as_the_role_allows(iam: IAMClient, ben: Principal) -> None:
    iam.create_role(
        RoleName="reader", AssumeRolePolicyDocument=trust("*"), MaxSessionDuration=2 * HOUR
    )
    asked = {"RoleArn": ROLE, "RoleSessionName": "s1"}
    first = session_of(answer(ben, "AssumeRole", **asked, DurationSeconds=2 * HOUR))
    message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    found = refusal(ben, "AssumeRole", **asked, DurationSeconds=2 * HOUR + 1)
    assert found == ("ValidationError", message)
    calling = principals.find(first.key.access_key_id)
    assert calling
    answer(calling, "AssumeRole", **asked, DurationSeconds=HOUR)
    message = (
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining"
    )
    found = refusal(calling, "AssumeRole", **asked, DurationSeconds=HOUR + 1)
    assert found == ("ValidationError", message)


# ---------------------------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["ab", "x" * 32])
def test_a_name_of_2_to_32_characters_is_accepted(ben: Principal, name: str) -> None:
    assert session_of(answer(ben, "GetFederationToken", Name=name)).arn.endswith(f"/{name}")


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("x" * 33, "have length less than or equal to 32"),
        ("x", "have length greater than or equal to 2"),
        ("x y", r"satisfy regular expression pattern: [\w+=,.@-]*"),
    ],
    ids=["too long", "too short", "other characters"],
)
def test_a_name_that_breaks_a_rule_is_refused(ben: Principal, name: str, rule: str) -> None:
    message = (
        f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: "
        f"Member must {rule}"
    )
    assert refusal(ben, "GetFederationToken", Name=name) == ("ValidationError", message)


# ---------------------------------------------------------------------------- authorization


def where(key: str, value: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {key: value}}}


@pytest.mark.parametrize(
    ("more", "holds"),
    [
        (where("aws:ResourceTag/team", "blue"), True),
        (where("iam:ResourceTag/team", "blue"), True),
        (where("aws:ResourceTag/team", "red"), False),
        (where("aws:ResourceAccount", ACCOUNT), True),
        ({"Resource": ROLE}, True),
        ({"Resource": f"{ROLE}s"}, False),
    ],
)
def test_a_policy_may_ask_for_the_role(
    iam: IAMClient, ben: Principal, more: Any, holds: bool
) -> None:
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}))
    iam.tag_role(RoleName="reader", Tags=[{"Key": "team", "Value": "blue"}])
    let(iam, {**ALLOW_ALL, **more})
    asked = {"RoleArn": ROLE, "RoleSessionName": "s1"}
    if holds:
        answer(ben, "AssumeRole", **asked)
    else:
        assert refusal(ben, "AssumeRole", **asked)[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sts:RoleSessionName", "s1"),
        ("sts:ExternalId", "42"),
        ("sts:SourceIdentity", "anna"),
        ("sts:TransitiveTagKeys", "team"),
        ("aws:RequestTag/team", "blue"),
        ("aws:TagKeys", "team"),
        ("aws:SourceIp", "10.0.0.1"),
        ("aws:RequestedRegion", "eu-west-1"),
        ("aws:PrincipalArn", BEN),
        ("aws:username", "ben"),
    ],
)
def test_a_trust_policy_compares_what_was_asked_and_who_asks(
    iam: IAMClient, ben: Principal, key: str, value: str
) -> None:
    let(iam, {**ALLOW_ALL, "Action": "s3:*"})
    asked = {
        "RoleArn": ROLE,
        "RoleSessionName": "s1",
        "ExternalId": "42",
        "SourceIdentity": "anna",
        "Tags": [{"Key": "team", "Value": "blue"}],
        "TransitiveTagKeys": ["team"],
    }
    condition = {"StringEquals": {key: value}}
    if key == "aws:SourceIp":
        condition = {"IpAddress": {key: value}}
    trusting = trust({"AWS": BEN}, Action=ACTIONS, Condition=condition)
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trusting)
    assert session_of(answer(ben, "AssumeRole", **asked)).role_arn == ROLE
    other = (
        {"IpAddress": {key: "10.0.0.2"}}
        if "IpAddress" in condition
        else {"StringEquals": {key: "other"}}
    )
    trusting = trust({"AWS": BEN}, Action=ACTIONS, Condition=other)
    iam.update_assume_role_policy(RoleName="reader", PolicyDocument=trusting)
    message = f"User: {BEN} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
    assert refusal(ben, "AssumeRole", **asked) == ("AccessDenied", message)


def test_a_trust_policy_compares_the_time_of_the_callers_account(
    iam: IAMClient, ben: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_year = (clock.now(ACCOUNT) + timedelta(days=365)).isoformat()
    condition = {"DateGreaterThan": {"aws:CurrentTime": in_a_year}}
    trusting = trust({"AWS": BEN}, Condition=condition)
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trusting)
    monkeypatch.setitem(clock._offsets, ACCOUNT, timedelta(days=366))
    assert answer(ben, "AssumeRole", RoleArn=ROLE, RoleSessionName="s1")


@pytest.mark.parametrize(
    ("more", "action"),
    [
        ({"SourceIdentity": "anna"}, "sts:SetSourceIdentity"),
        ({"Tags": [{"Key": "team", "Value": "blue"}]}, "sts:TagSession"),
    ],
)
def test_a_trust_policy_must_allow_more_than_the_role(
    iam: IAMClient, ben: Principal, more: Any, action: str
) -> None:
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust({"AWS": BEN}))
    message = f"User: {BEN} is not authorized to perform: {action} on resource: {ROLE}"
    found = refusal(ben, "AssumeRole", RoleArn=ROLE, RoleSessionName="s1", **more)
    assert found == ("AccessDenied", message)


def test_a_trust_policy_that_cannot_be_evaluated_lets_nobody_in(
    iam: IAMClient, ben: Principal
) -> None:
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust("*"))
    role = principals.role_of(ACCOUNT, ROLE)
    assert role
    role.assume_role_policy_document = "{}"
    message = f"User: {BEN} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
    found = refusal(ben, "AssumeRole", RoleArn=ROLE, RoleSessionName="s1")
    assert found == ("AccessDenied", message)


FEDERATE = {"Effect": "Allow", "Action": "sts:GetFederationToken"}
ZOE = f"arn:aws:sts::{ACCOUNT}:federated-user/zoe"


@pytest.mark.parametrize(
    "more",
    [
        {"Resource": ZOE},
        {"Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}},
        {"Resource": "*", "Condition": {"StringEquals": {"aws:username": "ben"}}},
    ],
    ids=["resource", "request", "caller"],
)
def test_iam_says_who_may_federate_whom(iam: IAMClient, ben: Principal, more: Any) -> None:
    let(iam, {**FEDERATE, **more})
    assert session_of(answer(ben, "GetFederationToken", Name="zoe")).arn == ZOE


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ([{**FEDERATE, "Resource": ZOE.replace("zoe", "eve")}], ""),
        (
            [ALLOW_ALL, {**ALLOW_ALL, "Effect": "Deny", "Action": "sts:*"}],
            " with an explicit deny in an identity-based policy",
        ),
    ],
    ids=["not allowed", "denied"],
)
def test_only_an_explicit_deny_is_said(
    iam: IAMClient, ben: Principal, statements: Any, why: str
) -> None:
    let(iam, *statements)
    message = (
        f"User: {BEN} is not authorized to perform: sts:GetFederationToken on resource: {ZOE}{why}"
    )
    assert refusal(ben, "GetFederationToken", Name="zoe") == ("AccessDenied", message)


def test_a_federated_user_assumes_no_role(ben: Principal) -> None:
    given = answer(ben, "GetFederationToken", Name="anna")
    anna = principals.find(given["Credentials"]["AccessKeyId"])
    assert anna
    message = "Cannot call AssumeRole with session credentials"
    asked = {"RoleArn": ROLE, "RoleSessionName": "s1"}
    assert refusal(anna, "AssumeRole", **asked) == ("AccessDenied", message)
