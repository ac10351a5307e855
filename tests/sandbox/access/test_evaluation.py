"""Decisions, compared with those of a second evaluator on random policies and requests."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from kmsdemo.sandbox.access import evaluation, policy_document
from kmsdemo.sandbox.access.evaluation import Caller
from kmsdemo.sandbox.access.policy_document import PolicyKind, RequestContext
from tests.sandbox.access import plain_evaluator

OWNER, OTHER = "123456789012", "111122223333"
KEY = f"arn:aws:kms:us-east-1:{OWNER}:key/1"
ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:DescribeKey")
PATTERNS = ("kms:*", "*", "kms:De*", "KMS:decrypt", "kms:?ncrypt", *ACTIONS)
RESOURCES = ("*", KEY, KEY[:-1] + "*", "arn:aws:kms:*:key/${aws:username}", "arn:aws:s3:::a", "*2")
NAMES = ("kms:EncryptionContext:a", "aws:TagKeys", "aws:PrincipalArn", "aws:username")
WORDS = ("1", "ben", "b*", "B", "arn:aws:iam::123456789012:user/ben")
SETS = ("", "ForAllValues:", "ForAnyValue:")
STRINGS = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")
ARNS = ("arn:aws:iam::*:user/*", "arn:aws:*:*:*:b*", f"arn:aws:iam::{OWNER}:user/ben")


def condition(random: Random) -> Any:
    kind = random.choice(("string", "string", "null", "arn", "number", "bool"))
    key = random.choice(NAMES)
    if kind == "null":
        return {"Null": {key: random.choice(("true", "false"))}}
    quantifier, if_exists = random.choice(SETS), random.choice(("", "IfExists"))
    if kind == "arn":
        name = random.choice(("ArnLike", "ArnNotLike"))
        expected = random.sample(ARNS, random.randint(1, 2))
    elif kind == "number":
        name, key, expected = "NumericLessThan", "kms:RotationPeriodInDays", ["7", "90"]
    elif kind == "bool":
        name, key, expected = "Bool", "kms:MultiRegion", [random.choice(("true", "False"))]
    else:
        name = random.choice(STRINGS)
        expected = random.sample((*WORDS, "${aws:username}", "${*}"), random.randint(1, 2))
    return {f"{quantifier}{name}{if_exists}": {key: expected}}


def statement(random: Random, principals: tuple[str, ...] = ()) -> Any:
    written: dict[str, Any] = {"Effect": random.choice(("Allow", "Allow", "Allow", "Deny"))}
    for element, patterns in (("Action", PATTERNS), ("Resource", RESOURCES)):
        name = random.choice((element, element, element, f"Not{element}"))
        if random.random() < 0.97 or not principals:
            written[name] = random.sample(patterns, random.randint(1, 2))
    if principals:
        is_negated = written["Effect"] == "Deny" and random.random() < 0.5
        most = 4 if is_negated else 2
        named: Any = {"AWS": random.sample(principals, random.randint(1, most))}
        written["NotPrincipal" if is_negated else "Principal"] = named
    if random.random() < 0.6:
        written["Condition"] = condition(random)
    return written


def policy(random: Random, principals: tuple[str, ...] = ()) -> Any:
    version = random.choice(("2012-10-17", "2012-10-17", "2008-10-17"))
    written = [statement(random, principals) for _ in range(random.randint(1, 3))]
    return {"Version": version, "Statement": written}


def caller(random: Random) -> dict[str, str]:
    account = random.choice((OWNER, OWNER, OTHER))
    user = {"account": account, "arn": f"arn:aws:iam::{account}:user/ben", "role": ""}
    role = {
        "account": account,
        "arn": f"arn:aws:sts::{account}:assumed-role/reader/ben",
        "role": f"arn:aws:iam::{account}:role/reader",
    }
    return random.choice((user, role))


def request(random: Random) -> dict[str, Any]:
    """Return a random request, as :func:`plain_evaluator.decision` takes it."""
    who = caller(random)
    principals = (who["arn"], who["role"] or "*", f"arn:aws:iam::{OWNER}:root", OTHER, "*")
    values = {
        name: random.sample(WORDS, random.randint(1, 2 if name == "aws:TagKeys" else 1))
        for name in NAMES
        if random.random() < 0.7
    }
    values["kms:RotationPeriodInDays"] = [random.choice(("5", "90", "365"))]
    values["kms:MultiRegion"] = [random.choice(("true", "false"))]
    optional = ("identity", "boundary", "session")
    return {
        "action": random.choice(ACTIONS),
        "resource": KEY,
        "keys": values,
        "caller": who,
        "owner": OWNER,
        "resource_policy": policy(random, principals),
        **{kind: policy(random) if random.random() < 0.5 else None for kind in optional},
    }


def decision(asked: dict[str, Any]) -> str:
    """Return the sandbox's decision, in the words of the plain evaluator."""
    who = asked["caller"]
    own = {
        kind: policy_document.statements(json.dumps(asked[kind]), PolicyKind.IDENTITY)
        for kind in ("identity", "boundary", "session")
        if asked[kind]
    }
    evaluated = Caller(
        who["arn"],
        who["account"],
        frozenset(filter(None, (who["arn"], who["role"]))),
        own.get("identity"),
        own.get("session"),
        own.get("boundary"),
        frozenset({who["arn"], "*"}),
    )
    context = RequestContext(asked["action"], asked["resource"], lambda: asked["keys"])
    listed = policy_document.statements(json.dumps(asked["resource_policy"]))
    reason = evaluation.evaluate_resource(listed, evaluated, asked["owner"], context)
    if reason.startswith(evaluation.EXPLICIT_DENY):
        return "deny"
    return "no" if reason else "allow"


@pytest.mark.no_cover
def test_two_evaluators_decide_alike(pytestconfig: pytest.Config) -> None:
    random = Random(20261125)  # noqa: S311, it decides nothing
    for _ in range(pytestconfig.getoption("policies")):
        asked = request(random)
        assert decision(asked) == plain_evaluator.decision(asked), json.dumps(asked, indent=1)


def test_the_random_requests_have_every_decision_often() -> None:
    random = Random(20261125)  # noqa: S311, it decides nothing
    decided = [decision(request(random)) for _ in range(1_000)]
    assert all(decided.count(one) > 50 for one in ("allow", "deny", "no"))


# ----------------------------------------------------------------------------- in AWS's words

ENCRYPTS = RequestContext("kms:Encrypt", KEY, dict)


def only(effect: str, action: str) -> list[policy_document.Statement]:
    """Return the statements of a policy that says one thing."""
    said = {"Effect": effect, "Action": action, "Resource": "*"}
    return policy_document.statements(json.dumps({"Statement": said}), PolicyKind.IDENTITY)


def with_policies(**kinds: list[policy_document.Statement]) -> Caller:
    """Return a user whose policies of each kind allow all, except for those given."""
    names = ("policies", "boundary", "session_policies")
    listed: dict[str, Any] = {name: only("Allow", "kms:*") for name in names} | kinds
    return Caller(f"arn:aws:iam::{OWNER}:user/ben", OWNER, frozenset(), **listed)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("policies", "identity-based policy"),
        ("boundary", "permissions boundary"),
        ("session_policies", "session policy"),
    ],
)
@pytest.mark.parametrize("evaluate", [evaluation.evaluate_iam, evaluation.evaluate_grant])
class TestAPolicyOfTheCaller:
    def test_that_denies_is_named(self, evaluate: Any, kind: str, name: str) -> None:
        caller = with_policies(**{kind: only("Deny", "kms:Encrypt")})
        article = "an" if name.startswith("i") else "a"
        assert evaluate(caller, ENCRYPTS) == f"with an explicit deny in {article} {name}"

    def test_that_does_not_allow_is_named(self, evaluate: Any, kind: str, name: str) -> None:
        grants_suffice = evaluate is evaluation.evaluate_grant and kind == "policies"
        reason = f"because no {name} allows the kms:Encrypt action"
        caller = with_policies(**{kind: only("Allow", "kms:Decrypt")})
        assert evaluate(caller, ENCRYPTS) == ("" if grants_suffice else reason)


@pytest.mark.parametrize("evaluate", [evaluation.evaluate_iam, evaluation.evaluate_grant])
def test_a_caller_whom_every_policy_allows_is_let_in(evaluate: Any) -> None:
    assert evaluate(with_policies(), ENCRYPTS) == ""


@pytest.mark.parametrize(
    ("name", "account"),
    [
        (f"arn:aws:iam::{OWNER}:root", OWNER),
        (f"arn:aws-cn:iam::{OWNER}:root", OWNER),
        (OWNER, OWNER),
        (f"arn:aws:iam::{OWNER}:user/root", ""),
        ("*", ""),
    ],
)
def test_a_principal_is_an_account_or_names_none(name: str, account: str) -> None:
    assert evaluation.account_named(name) == account


SESSION, ROLE = f"arn:aws:sts::{OWNER}:assumed-role/reader/ben", f"arn:aws:iam::{OWNER}:role/reader"


@pytest.mark.parametrize(
    ("spared", "is_denied"),
    [
        ((SESSION, ROLE, OWNER), False),
        (("*",), False),
        ((SESSION, ROLE), True),
        ((SESSION, OWNER), True),
        ((ROLE, OWNER), True),
    ],
)
def test_a_denial_spares_a_session_if_it_names_its_role_and_its_account_too(
    spared: tuple[str, ...], is_denied: bool
) -> None:
    every = {"Action": "*", "Resource": "*"}
    denial = {**every, "Effect": "Deny", "NotPrincipal": {"AWS": spared}}
    allowed = {**every, "Effect": "Allow", "Principal": {"AWS": SESSION}}
    listed = policy_document.statements(json.dumps({"Statement": [denial, allowed]}))
    names, own = frozenset({SESSION, ROLE}), frozenset({SESSION, "*"})
    reason = evaluation.evaluate_resource(
        listed, Caller(SESSION, OWNER, names, None, own_names=own), OWNER, ENCRYPTS
    )
    assert bool(reason) is is_denied


def test_everybody_is_also_a_user_of_another_account() -> None:
    listed = policy_document.statements(
        json.dumps(
            {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}
        )
    )
    assert evaluation.evaluate_resource(listed, with_policies(), OTHER, ENCRYPTS) == ""
