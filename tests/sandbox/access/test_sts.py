"""STS: who gets a session, whose it is, and what it may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kmsdemo.account.clients import Clients
from tests.sandbox.access.callers import (
    ACCOUNT,
    ALLOW_ALL,
    OTHER_ACCOUNT,
    ClassSandbox,
    of_session,
    policy,
    refusal,
    trust,
)

BEN = f"arn:aws:iam::{ACCOUNT}:user/ben"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
MAY_DO_NOTHING = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
MAY_LIST = {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}


def create_role(at: ClassSandbox, trusting: str, *, account: str = ACCOUNT, **more: Any) -> str:
    """Create a role that may do everything, and return its ARN."""
    iam = at.client("iam", account, "x")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trusting, **more)
    iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=policy(ALLOW_ALL))
    return str(role["Role"]["Arn"])


def limit(at: ClassSandbox, *statements: dict[str, Any]) -> None:
    """Let the user ben do only this."""
    at.client("iam").put_user_policy(
        UserName="ben", PolicyName="p", PolicyDocument=policy(*statements)
    )


def assumed(at: ClassSandbox, role: str, *credentials: str, **more: Any) -> tuple[str, str, str]:
    sts = at.client("sts", *credentials)
    return of_session(sts.assume_role(RoleArn=role, RoleSessionName="session", **more))


def refused(call: Callable[..., Any], **parameters: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return refusal(raised.value)


def denied(arn: str, action: str, resource: str, why: str = "") -> tuple[int, str, str]:
    said = f"User: {arn} is not authorized to perform: {action} on resource: {resource}{why}"
    return 403, "AccessDenied", said


# -------------------------------------------------------------------------- AssumeRole


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": BEN}, {"AWS": [ROOT, "*"]}])
def test_whom_the_trust_policy_names_needs_no_iam_policy(at: ClassSandbox, principal: Any) -> None:
    ben = at.user("ben")
    limit(at, MAY_DO_NOTHING)
    assert assumed(at, create_role(at, trust(principal)), *ben)


def test_of_an_account_that_is_trusted_iam_says_who(at: ClassSandbox) -> None:
    ben = at.user("ben")
    role = create_role(at, trust({"AWS": ROOT}))
    assert assumed(at, role, *ben)
    limit(at, MAY_DO_NOTHING)
    sts = at.client("sts", *ben)
    expected = denied(BEN, "sts:AssumeRole", role)
    assert refused(sts.assume_role, RoleArn=role, RoleSessionName="session") == expected


@pytest.mark.parametrize(
    "trusting",
    [
        trust({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}),
        trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/anna"}),
        trust({"Service": "ec2.amazonaws.com"}),
        trust({"AWS": BEN}, Condition={"StringEquals": {"sts:ExternalId": "42"}}),
        policy({"Effect": "Allow", "Principal": {"AWS": BEN}, "Action": "sts:TagSession"}),
    ],
)
def test_whom_the_trust_policy_does_not_let_is_refused(at: ClassSandbox, trusting: str) -> None:
    role, sts = create_role(at, trusting), at.client("sts", *at.user("ben"))
    expected = denied(BEN, "sts:AssumeRole", role)
    assert refused(sts.assume_role, RoleArn=role, RoleSessionName="session") == expected


@pytest.mark.parametrize("number", [ACCOUNT, OTHER_ACCOUNT, "999999999999"])
def test_a_role_that_does_not_exist_is_refused_in_the_same_words(
    at: ClassSandbox, number: str
) -> None:
    role, sts = f"arn:aws:iam::{number}:role/nobody", at.client("sts", *at.user("ben"))
    expected = denied(BEN, "sts:AssumeRole", role)
    assert refused(sts.assume_role, RoleArn=role, RoleSessionName="session") == expected


def test_an_explicit_deny_is_said(at: ClassSandbox) -> None:
    role, ben = create_role(at, trust("*")), at.user("ben")
    limit(at, ALLOW_ALL, {"Effect": "Deny", "Action": "sts:*", "Resource": "*"})
    why = " with an explicit deny in an identity-based policy"
    sts = at.client("sts", *ben)
    expected = denied(BEN, "sts:AssumeRole", role, why)
    assert refused(sts.assume_role, RoleArn=role, RoleSessionName="session") == expected


def test_the_external_id_is_compared(at: ClassSandbox) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "42"}}
    role, ben = create_role(at, trust({"AWS": BEN}, Condition=condition)), at.user("ben")
    assert assumed(at, role, *ben, ExternalId="42")
    with pytest.raises(ClientError, match="AccessDenied"):
        assumed(at, role, *ben, ExternalId="43")


def identified(at: ClassSandbox, role: str, *credentials: str, **more: Any) -> tuple[str, str, str]:
    """Assume the role, whose own permissions then need the source identity anna."""
    condition = {"StringEquals": {"aws:SourceIdentity": "anna"}}
    only_anna = policy({**ALLOW_ALL, "Condition": condition})
    at.client("iam").put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=only_anna)
    return assumed(at, role, *credentials, **more)


TAKES_IDENTITIES = trust({"AWS": ROOT}, Action=["sts:AssumeRole", "sts:SetSourceIdentity"])


@pytest.mark.parametrize(("source", "allowed"), [("anna", True), ("zoe", False)])
def test_a_session_has_the_source_identity_that_it_was_given(
    at: ClassSandbox, source: str, allowed: bool
) -> None:
    ben = at.user("ben")
    session = identified(at, create_role(at, TAKES_IDENTITIES), *ben, SourceIdentity=source)
    kms = at.client("kms", *session)
    if allowed:
        assert kms.list_keys()["Keys"] == []
    else:
        assert refused(kms.list_keys)[1] == "AccessDeniedException"


def test_a_session_passes_its_source_identity_on(at: ClassSandbox) -> None:
    ben = at.user("ben")
    role = create_role(at, TAKES_IDENTITIES)
    first = identified(at, role, *ben, SourceIdentity="anna")
    assert at.client("kms", *assumed(at, role, *first)).list_keys()["Keys"] == []


@pytest.mark.parametrize(("transitive", "allowed"), [(["team"], True), (["cost"], False)])
def test_which_tags_are_transitive_can_be_asked_for(
    at: ClassSandbox, transitive: list[str], allowed: bool
) -> None:
    ben = at.user("ben")
    condition = {"ForAllValues:StringEquals": {"sts:TransitiveTagKeys": "team"}}
    trusting = trust(
        {"AWS": ROOT}, Action=["sts:AssumeRole", "sts:TagSession"], Condition=condition
    )
    role = create_role(at, trusting)
    tags = [{"Key": name, "Value": "x"} for name in transitive]
    sts = at.client("sts", *ben)
    asked = {"RoleArn": role, "RoleSessionName": "s1", "Tags": tags}
    if allowed:
        assert sts.assume_role(**asked, TransitiveTagKeys=transitive)
    else:
        assert refused(sts.assume_role, **asked, TransitiveTagKeys=transitive)[1] == "AccessDenied"


def test_another_account_is_let_in_by_both_sides_only(at: ClassSandbox) -> None:
    trusting = trust({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"})
    role, anna = create_role(at, trusting), at.user("anna", OTHER_ACCOUNT)
    assert assumed(at, role, *anna)
    at.client("iam", OTHER_ACCOUNT, "x").delete_user_policy(UserName="anna", PolicyName="p")
    with pytest.raises(ClientError, match="AccessDenied"):
        assumed(at, role, *anna)


def test_a_session_acts_in_the_account_of_its_role_only(at: ClassSandbox) -> None:
    trusting = trust({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"})
    reader = assumed(at, create_role(at, trusting), *at.user("anna", OTHER_ACCOUNT))
    key = at.client("kms", *reader).create_key()["KeyMetadata"]
    assert key["AWSAccountId"] == ACCOUNT
    at.client("iam", *reader).create_user(UserName="made by the session".replace(" ", "-"))
    of_other = at.client("iam", OTHER_ACCOUNT, "x").list_users()["Users"]
    assert [user["UserName"] for user in of_other] == ["anna"]
    assert at.client("kms", OTHER_ACCOUNT, "x").list_keys()["Keys"] == []


def test_the_session_has_a_name(at: ClassSandbox) -> None:
    role = create_role(at, trust("*"))
    answer = at.client("sts", *at.user("ben")).assume_role(RoleArn=role, RoleSessionName="s@1")
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/s@1"
    role_id = at.client("iam").get_role(RoleName="reader")["Role"]["RoleId"]
    user = {"AssumedRoleId": f"{role_id}:s@1", "Arn": arn}
    assert answer["AssumedRoleUser"] == user
    identity = at.client("sts", *of_session(answer)).get_caller_identity()
    assert (identity["UserId"], identity["Arn"]) == (user["AssumedRoleId"], arn)
    assert identity["Account"] == ACCOUNT


def test_roles_have_paths(at: ClassSandbox) -> None:
    role = create_role(at, trust("*"), Path="/team/a/")
    assert role.endswith(":role/team/a/reader")
    identity = at.client("sts", *assumed(at, role, *at.user("ben"))).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/session"


def test_a_session_can_do_nothing_once_its_role_is_gone(at: ClassSandbox) -> None:
    reader = assumed(at, create_role(at, trust("*")), *at.user("ben"))
    iam = at.client("iam")
    iam.delete_role_policy(RoleName="reader", PolicyName="p")
    iam.delete_role(RoleName="reader")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        at.client("kms", *reader).list_keys()


BROKEN = [
    ({"RoleSessionName": "a b"}, "ValidationError", "at 'roleSessionName' failed"),
    ({"RoleSessionName": "a" * 65}, "ValidationError", "less than or equal to 64"),
    ({"RoleArn": "arn:aws:iam::1:role/a/nothing"}, "ValidationError", "is invalid"),
    ({"DurationSeconds": 899}, "ValidationError", "greater than or equal to 900"),
    ({"DurationSeconds": 43201}, "ValidationError", "less than or equal to 43200"),
    ({"DurationSeconds": 3601}, "ValidationError", "exceeds the MaxSessionDuration set for"),
    ({"Policy": "{"}, "MalformedPolicyDocument", ""),
    ({"Policy": policy(MAY_LIST) + " " * 2048}, "ValidationError", "less than or equal to 2048"),
    ({"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/no"}]}, "ValidationError", "does not exist"),
]


@pytest.mark.parametrize(("parameters", "code", "words"), BROKEN)
def test_what_breaks_a_rule_is_refused(
    at: ClassSandbox, parameters: dict[str, Any], code: str, words: str
) -> None:
    given = {"RoleArn": create_role(at, trust("*")), "RoleSessionName": "session", **parameters}
    status, *said = refused(at.client("sts", *at.user("ben")).assume_role, **given)
    assert (status, said[0]) == (400, code)
    assert words in said[1]


def test_a_role_that_lasts_longer_may_be_assumed_for_longer(at: ClassSandbox) -> None:
    role, ben = create_role(at, trust("*"), MaxSessionDuration=7200), at.user("ben")
    reader = assumed(at, role, *ben, DurationSeconds=7200)
    with pytest.raises(ClientError, match="1 hour session limit for roles assumed by role chain"):
        assumed(at, role, *reader, DurationSeconds=7200)


# -------------------------------------------------------------------- session policies


def test_a_session_policy_limits_the_role(at: ClassSandbox) -> None:
    role, ben = create_role(at, trust("*")), at.user("ben")
    kms = at.client("kms", *assumed(at, role, *ben, Policy=policy(MAY_LIST)))
    assert kms.list_keys()
    message = (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/reader/session is not authorized to perform: "
        "kms:CreateKey because no session policy allows the kms:CreateKey action"
    )
    assert refused(kms.create_key) == (400, "AccessDeniedException", message)


def test_a_session_policy_gives_nothing_that_the_role_has_not(at: ClassSandbox) -> None:
    role, ben = create_role(at, trust("*")), at.user("ben")
    at.client("iam").put_role_policy(
        RoleName="reader", PolicyName="p", PolicyDocument=policy(MAY_LIST)
    )
    kms = at.client("kms", *assumed(at, role, *ben, Policy=policy(ALLOW_ALL)))
    assert kms.list_keys()
    assert "no identity-based policy" in refused(kms.create_key)[2]


def test_managed_policies_limit_a_session_too(at: ClassSandbox) -> None:
    role, ben = create_role(at, trust("*")), at.user("ben")
    managed = at.client("iam").create_policy(PolicyName="m", PolicyDocument=policy(MAY_LIST))
    arns = [{"arn": managed["Policy"]["Arn"]}]
    kms = at.client("kms", *assumed(at, role, *ben, PolicyArns=arns))
    assert kms.list_keys()
    assert "no session policy" in refused(kms.create_key)[2]


@pytest.mark.parametrize(
    ("principal", "is_let"),
    [(ROLE, False), (f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/session", True)],
)
def test_a_key_policy_lets_a_limited_session_by_its_own_name_only(
    at: ClassSandbox, principal: str, is_let: bool
) -> None:
    role, ben = create_role(at, trust("*")), at.user("ben")
    owner = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    document = policy(owner, {**owner, "Principal": {"AWS": principal}})
    key_id = at.client("kms").create_key(Policy=document)["KeyMetadata"]["KeyId"]
    kms = at.client("kms", *assumed(at, role, *ben, Policy=policy(MAY_LIST)))
    if is_let:
        assert kms.encrypt(KeyId=key_id, Plaintext=b"x")
    else:
        assert "no session policy" in refused(kms.encrypt, KeyId=key_id, Plaintext=b"x")[2]


# --------------------------------------------- GetSessionToken and GetFederationToken


def test_a_users_session_is_the_user(at: ClassSandbox) -> None:
    session = of_session(at.client("sts", *at.user("ben")).get_session_token())
    identity = at.client("sts", *session).get_caller_identity()
    assert (identity["Arn"], identity["Account"]) == (BEN, ACCOUNT)


def test_a_users_session_may_do_what_the_user_may(at: ClassSandbox) -> None:
    session = of_session(at.client("sts", *at.user("ben")).get_session_token())
    limit(at, MAY_LIST)
    kms = at.client("kms", *session)
    assert kms.list_keys()
    assert "no identity-based policy" in refused(kms.create_key)[2]


def test_a_session_of_the_root_is_the_root_of_the_same_account(at: ClassSandbox) -> None:
    session = of_session(at.client("sts", OTHER_ACCOUNT, "x").get_session_token())
    identity = at.client("sts", *session).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{OTHER_ACCOUNT}:root"
    key = at.client("kms", *session).create_key()["KeyMetadata"]
    assert key["AWSAccountId"] == OTHER_ACCOUNT
    assert at.client("kms").list_keys()["Keys"] == []


def test_a_federated_user_has_a_name(at: ClassSandbox) -> None:
    answer = at.client("sts", *at.user("ben")).get_federation_token(Name="zoe")
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/zoe"
    assert answer["FederatedUser"] == {"FederatedUserId": f"{ACCOUNT}:zoe", "Arn": arn}
    identity = at.client("sts", *of_session(answer)).get_caller_identity()
    assert (identity["UserId"], identity["Arn"]) == (f"{ACCOUNT}:zoe", arn)


@pytest.mark.parametrize("asks", ["ben", "root"])
def test_a_federated_user_may_do_what_the_policy_says(at: ClassSandbox, asks: str) -> None:
    credentials = at.user("ben") if asks == "ben" else (ACCOUNT, "x")
    sts = at.client("sts", *credentials)
    nothing = at.client("kms", *of_session(sts.get_federation_token(Name="zoe")))
    assert "no session policy" in refused(nothing.list_keys)[2]
    given = sts.get_federation_token(Name="zoe", Policy=policy(MAY_LIST))
    assert at.client("kms", *of_session(given)).list_keys()


def test_who_may_not_federate_is_refused(at: ClassSandbox) -> None:
    sts = at.client("sts", *at.user("ben"))
    limit(at, MAY_LIST)
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/zoe"
    expected = denied(BEN, "sts:GetFederationToken", arn)
    assert refused(sts.get_federation_token, Name="zoe") == expected


@pytest.mark.parametrize("operation", ["get_session_token", "get_federation_token"])
def test_no_session_gets_another_one(at: ClassSandbox, operation: str) -> None:
    reader = assumed(at, create_role(at, trust("*")), *at.user("ben"))
    parameters = {"Name": "zoe"} if operation == "get_federation_token" else {}
    named = "".join(word.title() for word in operation.split("_"))
    said = f"Cannot call {named} with session credentials"
    call = getattr(at.client("sts", *reader), operation)
    assert refused(call, **parameters) == (403, "AccessDenied", said)


@pytest.mark.parametrize("operation", ["get_session_token", "get_federation_token"])
def test_iam_lets_in_no_session_without_a_role(at: ClassSandbox, operation: str) -> None:
    parameters = {"Name": "zoe"} if operation == "get_federation_token" else {}
    sts = at.client("sts", *at.user("ben"))
    iam = at.client("iam", *of_session(getattr(sts, operation)(**parameters)))
    assert refused(iam.list_users)[:2] == (403, "InvalidClientTokenId")


# ------------------------------------------------------------------------------ others


@pytest.mark.parametrize("number", ["000000000001", ACCOUNT, OTHER_ACCOUNT, "999999999999"])
def test_the_account_of_an_access_key_is_in_its_id(at: ClassSandbox, number: str) -> None:
    access_key_id, _ = at.user("ben", number)
    answer = at.client("sts").get_access_key_info(AccessKeyId=access_key_id)
    assert answer["Account"] == number


def test_nobody_is_let_in_by_an_identity_provider(at: ClassSandbox, clients: Clients) -> None:
    given = {"RoleArn": create_role(at, trust("*")), "RoleSessionName": "session"}
    for sts, expected in (
        (at.client("sts"), "MissingAuthenticationToken"),
        (clients.sts, "InvalidIdentityToken"),
    ):
        call = sts.assume_role_with_web_identity
        assert refused(call, **given, WebIdentityToken="x" * 20)[1] == expected


def test_the_last_use_of_anothers_key_is_not_told(at: ClassSandbox) -> None:
    access_key_id, _ = at.user("anna", OTHER_ACCOUNT)
    last_used = at.client("iam").get_access_key_last_used
    assert refused(last_used, AccessKeyId=access_key_id)[0] in (403, 404)
    assert at.client("iam", OTHER_ACCOUNT, "x").get_access_key_last_used(AccessKeyId=access_key_id)
