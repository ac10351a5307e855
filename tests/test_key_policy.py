"""The key policy of the lab: who can manage the key and who can use it."""

from __future__ import annotations

import json

import pytest

from kmsdemo import key_policy

ROOT = "arn:aws:iam::123456789012:root"
ANNA = "arn:aws:iam::123456789012:user/anna"
BEN = "arn:aws:iam::123456789012:role/ben"
POLICY = key_policy.for_principals(ROOT, administrators=[ANNA], users=[BEN])


@pytest.mark.parametrize(
    ("principal", "action", "allowed"),
    [
        (ROOT, "kms:Decrypt", True),
        (ANNA, "kms:ScheduleKeyDeletion", True),
        (ANNA, "kms:PutKeyPolicy", True),
        (ANNA, "kms:Encrypt", False),
        (ANNA, "kms:Decrypt", False),
        (ANNA, "kms:GenerateDataKey", False),
        (BEN, "kms:Encrypt", True),
        (BEN, "kms:ReEncryptFrom", True),
        (BEN, "kms:GenerateDataKeyWithoutPlaintext", True),
        (BEN, "kms:DisableKey", False),
        ("arn:aws:iam::123456789012:user/carl", "kms:DescribeKey", False),
    ],
)
def test_administrators_can_manage_and_users_can_use_the_key(
    principal: str, action: str, allowed: bool
) -> None:
    assert key_policy.allows(POLICY, principal, action) is allowed


def test_without_principals_the_policy_names_only_the_account() -> None:
    (statement,) = json.loads(key_policy.for_principals(ROOT))["Statement"]
    assert statement["Principal"] == {"AWS": [ROOT]}


def test_a_single_principal_or_action_need_not_be_a_list() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": ANNA}, "Action": "kms:*"}
    assert key_policy.allows(json.dumps({"Statement": [statement]}), ANNA, "kms:Decrypt")


def test_a_deny_statement_allows_nothing() -> None:
    statement = {"Effect": "Deny", "Principal": {"AWS": ANNA}, "Action": "kms:*"}
    assert not key_policy.allows(json.dumps({"Statement": [statement]}), ANNA, "kms:Decrypt")


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*"},
            "the account 123456789012 and everyone its IAM policies allow "
            "can do everything with the key.",
        ),
        (
            {"Effect": "Deny", "Principal": {"AWS": BEN}, "Action": "*"},
            "ben cannot do anything with the key.",
        ),
        (
            {"Effect": "Allow", "Principal": "*", "NotAction": ["kms:Encrypt", "kms:Decrypt"]},
            "everyone can do everything except Encrypt, Decrypt.",
        ),
        (
            {
                "Effect": "Allow",
                "Principal": {"AWS": ANNA},
                "Action": "kms:Decrypt",
                "Condition": {
                    "StringEquals": {"kms:KeySpec": ["a", "b"], "aws:username": "anna"},
                    "Bool": {"kms:MultiRegion": True},
                },
            },
            "anna can Decrypt, if KeySpec StringEquals a, b and aws:username StringEquals anna "
            "and MultiRegion Bool True.",
        ),
        (
            {"Effect": "Deny", "Principal": "*", "Action": ["kms:Decrypt", "kms:ReEncrypt*"]},
            "no one can Decrypt, ReEncrypt*.",
        ),
        (
            {"Effect": "Deny", "NotPrincipal": {"AWS": [ANNA, BEN]}, "NotAction": "kms:Encrypt"},
            "everyone except anna and ben cannot do anything except Encrypt.",
        ),
        (
            {
                "Effect": "Allow",
                "Principal": {"AWS": BEN, "Service": "dynamodb.amazonaws.com"},
                "Action": "kms:Decrypt",
                "Condition": {"StringEquals": {"kms:EncryptionContext:appuser": "12345"}},
            },
            "ben and dynamodb.amazonaws.com can Decrypt, "
            "if EncryptionContext:appuser StringEquals 12345.",
        ),
    ],
)
def test_a_statement_in_words(statement: dict[str, object], sentence: str) -> None:
    assert key_policy.in_words(json.dumps({"Statement": statement})) == [sentence]


def test_a_statement_is_called_after_the_name_of_its_principal_without_the_path() -> None:
    policy = key_policy.allowing(POLICY, "arn:aws:iam::123456789012:role/a/b", ["kms:Decrypt"])
    assert json.loads(policy)["Statement"][-1]["Sid"] == "Allow b"


@pytest.mark.parametrize(
    ("encryption_context", "condition"),
    [
        (None, {}),
        (
            {"appuser": "12345"},
            {"Condition": {"StringEquals": {"kms:EncryptionContext:appuser": "12345"}}},
        ),
    ],
    ids=["always", "with an encryption context"],
)
def test_a_statement_is_added_at_the_end(
    encryption_context: dict[str, str] | None, condition: dict[str, object]
) -> None:
    before, after = (
        json.loads(policy)
        for policy in (
            POLICY,
            key_policy.allowing(
                POLICY, ANNA, ["kms:Decrypt"], encryption_context=encryption_context
            ),
        )
    )
    added = {
        "Sid": "Allow anna",
        "Effect": "Allow",
        "Principal": {"AWS": [ANNA]},
        "Action": ["kms:Decrypt"],
        "Resource": "*",
    }
    assert after == {**before, "Statement": [*before["Statement"], {**added, **condition}]}


def test_the_policy_is_the_one_of_the_console() -> None:
    """AWS: "Default key policy", AWS KMS Developer Guide."""
    policy = json.loads(POLICY)
    assert (policy["Version"], policy["Id"]) == ("2012-10-17", "key-consolepolicy-3")
    assert [(one["Sid"], one["Resource"]) for one in policy["Statement"]] == [
        ("Enable IAM User Permissions", "*"),
        ("Allow access for Key Administrators", "*"),
        ("Allow use of the key", "*"),
    ]


def test_the_labs_policy_in_words() -> None:
    assert key_policy.in_words(POLICY)[1:] == ["anna can manage the key.", "ben can use the key."]
