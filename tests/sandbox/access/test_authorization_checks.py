"""The checks of authorization, called directly: who is let in, and what a refusal names."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import datetime, timezone
from typing import Any

import pytest

from kmsdemo.sandbox.access import authorization, policy_document
from kmsdemo.sandbox.access.evaluation import Caller
from kmsdemo.sandbox.access.policy_document import PolicyKind
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.key import Grant, Key, SharedProperties
from kmsdemo.sandbox.refusal import Refusal
from tests.sandbox.access.callers import ACCOUNT, OTHER_ACCOUNT

BEN, ANNA = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("ben", "anna"))
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
CONTEXT = {"aws:RequestedRegion": ["us-east-1"]}
IN_THIS_REGION = {"Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}


def written(**more: Any) -> str:
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def key_of(account: str, principal: str = "") -> Key:
    """Return a key whose policy names a principal, by default the account."""
    shared = SharedProperties("1", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    document = written(Principal={"AWS": principal or account})
    return Key(shared, account, "us-east-1", document, NOW)


def ben(**allowed: Any) -> Caller:
    """Return a user with an IAM policy, if a part of one is given."""
    policies = (
        policy_document.statements(written(**allowed), PolicyKind.IDENTITY) if allowed else []
    )
    return Caller(BEN, ACCOUNT, frozenset({BEN}), policies)


# -------------------------------------------------------------------------- what is named


@pytest.mark.parametrize(
    ("key", "on", "kind"),
    [
        (key_of(ACCOUNT), f" on resource: {KEY}", "identity-based"),
        (key_of(OTHER_ACCOUNT), " on resource: alias/a", "resource-based"),
        (None, " on resource: alias/a", "identity-based"),
    ],
    ids=["own", "of another account", "none"],
)
def test_a_refusal_names_an_own_key_by_its_arn_and_another_as_the_call_does(
    key: Key | None, on: str, kind: str
) -> None:
    with pytest.raises(Refusal) as raised:
        authorization.check(ben(), key, "Encrypt", dict, "alias/a")
    assert raised.value.message == (
        f"User: {BEN} is not authorized to perform: kms:Encrypt{on} "
        f"because no {kind} policy allows the kms:Encrypt action"
    )


def test_a_refusal_names_no_resource_where_the_call_names_none() -> None:
    with pytest.raises(Refusal) as raised:
        authorization.check(ben(), None, "TagResource", dict)
    assert raised.value.message == (
        f"User: {BEN} is not authorized to perform: kms:TagResource "
        "because no identity-based policy allows the kms:TagResource action"
    )


# ---------------------------------------------------------------------------- ListAliases


@pytest.mark.parametrize(
    ("account", "resource", "allowed"),
    [(ACCOUNT, "*", True), (ACCOUNT, KEY, False), (OTHER_ACCOUNT, "*", False)],
    ids=["no resource", "the key", "a key of another account"],
)
def test_iam_alone_decides_who_lists_the_aliases_of_a_key(
    account: str, resource: str, allowed: bool
) -> None:
    key = key_of(account, ANNA if account == ACCOUNT else BEN)
    with nullcontext() if allowed else pytest.raises(Refusal):
        authorization.check(ben(Resource=resource), key, "ListAliases", dict)


# -------------------------------------------------------------------------------- aliases


@pytest.mark.parametrize(("region", "allowed"), [("us-east-1", True), ("eu-west-1", False)])
def test_a_policy_for_an_alias_may_ask_for_the_request(region: str, allowed: bool) -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": region}}
    with nullcontext() if allowed else pytest.raises(Refusal):
        authorization.check_without_key(
            ben(Condition=condition), "arn:aws:kms:::alias/a", "CreateAlias", lambda: CONTEXT
        )


# ----------------------------------------------------------------------------- retirement


def grant(grantee: str = ANNA, retiring: str = "", *operations: str) -> Grant:
    issuer = f"arn:aws:iam::{OTHER_ACCOUNT}:root"
    return Grant("g", [], grantee, [*operations], issuer, NOW, retiring_principal=retiring)


@pytest.mark.parametrize(
    ("allowed", "granted"),
    [
        ({}, grant(retiring=BEN)),
        ({}, grant(BEN, "", "RetireGrant")),
        ({"Resource": KEY}, grant()),
        (IN_THIS_REGION, grant()),
    ],
    ids=["retiring principal", "grantee", "IAM, for the key", "IAM, for the request"],
)
def test_who_may_retire_a_grant(allowed: dict[str, Any], granted: Grant) -> None:
    authorization.check_retirement(ben(**allowed), key_of(ACCOUNT), granted, lambda: CONTEXT, "")


BY_IAM = "because no identity-based policy allows the kms:RetireGrant action"


@pytest.mark.parametrize(
    ("allowed", "owner", "granted", "on", "reason"),
    [
        ({}, ACCOUNT, grant(), KEY, BY_IAM),
        ({}, ACCOUNT, grant(BEN, "", "Decrypt"), KEY, BY_IAM),
        ({}, ACCOUNT, grant(ANNA, "", "RetireGrant"), KEY, BY_IAM),
        ({"Resource": f"{KEY}2"}, ACCOUNT, grant(), KEY, BY_IAM),
        (
            {"Action": "kms:*"},
            OTHER_ACCOUNT,
            grant(),
            "named",
            "because no grant allows the kms:RetireGrant action",
        ),
        (
            {"Effect": "Deny"},
            ACCOUNT,
            grant(retiring=BEN),
            KEY,
            "with an explicit deny in an identity-based policy",
        ),
    ],
    ids=[
        "nobody",
        "another grantee",
        "another's grant",
        "another key",
        "another account",
        "denied",
    ],
)
def test_who_may_not_retire_a_grant(
    allowed: dict[str, Any], owner: str, granted: Grant, on: str, reason: str
) -> None:
    with pytest.raises(Refusal) as raised:
        authorization.check_retirement(ben(**allowed), key_of(owner), granted, dict, "named")
    assert raised.value.message == (
        f"User: {BEN} is not authorized to perform: kms:RetireGrant on resource: {on} {reason}"
    )


# ------------------------------------------------------------------------------ ReEncrypt


@pytest.mark.parametrize("side", ["Source", "Destination"])
def test_the_condition_keys_of_reencrypt_are_those_of_one_side(side: str) -> None:
    parameters = {"SourceKeyId": "alias/Source", "DestinationKeyId": "alias/Destination"}
    call = Call("ReEncrypt", parameters, ACCOUNT, "us-east-1")
    found = authorization.context_of(call, ben(), side)()
    assert found["kms:RequestAlias"] == [f"alias/{side}"]
