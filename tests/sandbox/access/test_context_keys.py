"""The values of condition keys: of each caller, each parameter, and the key that a call creates."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.access import context_keys
from kmsdemo.sandbox.access.access_keys import AccessKey
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.access.sessions import Session
from kmsdemo.sandbox.call import Call
from tests.sandbox.access.callers import ACCOUNT

ROOT = Principal("AKIA", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
OF_ROOT = {
    "aws:PrincipalAccount": [ACCOUNT],
    "aws:PrincipalArn": [ROOT.arn],
    "aws:PrincipalIsAWSService": ["false"],
    "aws:PrincipalType": ["Account"],
    "aws:userid": [ACCOUNT],
    "aws:ViaAWSService": ["false"],
}
EVERY_CALL = {
    *("aws:CurrentTime", "aws:EpochTime", "aws:RequestedRegion", "aws:SecureTransport"),
    *("aws:SourceIp", "kms:CallerAccount", "kms:GrantIsForAWSResource"),
}
SYMMETRIC = {
    "kms:KeySpec": ["SYMMETRIC_DEFAULT"],
    "kms:CustomerMasterKeySpec": ["SYMMETRIC_DEFAULT"],
    "kms:KeyUsage": ["ENCRYPT_DECRYPT"],
    "kms:CustomerMasterKeyUsage": ["ENCRYPT_DECRYPT"],
    "kms:KeyOrigin": ["AWS_KMS"],
    "kms:MultiRegion": ["false"],
}


def of_call(operation: str, **parameters: Any) -> dict[str, list[str]]:
    """Return the values that a call has beyond those of every call."""
    found = context_keys.of_call(Call(operation, parameters, ACCOUNT, "eu-west-1"))
    assert found.keys() >= EVERY_CALL
    return {name: value for name, value in found.items() if name not in EVERY_CALL}


# ---------------------------------------------------------------------------------- callers


def session(**facts: Any) -> Principal:
    now = datetime.now(timezone.utc)
    of = Session(AccessKey("ASIA", "x"), "t", ACCOUNT, ROOT.arn, ACCOUNT, now, now, **facts)
    return Principal("ASIA", ACCOUNT, ROOT.arn, ACCOUNT, "x", of)


def test_the_root_user_has_no_name_and_no_session() -> None:
    assert context_keys.of_caller(ROOT) == OF_ROOT


def test_a_session_is_without_mfa() -> None:
    of = session()
    assert of.session
    given = {
        "aws:MultiFactorAuthPresent": ["false"],
        "aws:TokenIssueTime": [of.session.start.isoformat()],
    }
    assert context_keys.of_caller(of) == OF_ROOT | given


def test_a_session_of_a_role_has_the_arn_of_the_role_and_its_source_identity() -> None:
    found = context_keys.of_caller(session(role_arn="arn:role", source_identity="anna"))
    assert found["aws:PrincipalArn"] == ["arn:role"]
    assert found["aws:PrincipalType"] == ["AssumedRole"]
    assert found["aws:SourceIdentity"] == ["anna"]


def test_a_federated_user_has_a_type_of_its_own() -> None:
    found = context_keys.of_caller(session(is_federated=True))
    assert found["aws:PrincipalType"] == ["FederatedUser"]


def test_a_federated_user_has_not_the_name_of_the_user_who_asked() -> None:
    user: Any = SimpleNamespace(name="ben")
    assert "aws:username" not in context_keys.of_caller(
        replace(session(is_federated=True), user=user)
    )


# --------------------------------------------------------------------------------- requests


def test_every_call_has_its_account_region_address_and_time() -> None:
    before = datetime.now(timezone.utc).replace(microsecond=0)
    call = Call("ListKeys", {}, ACCOUNT, "eu-west-1", source_ip="10.0.0.1")
    found = context_keys.of_call(call)
    at = datetime.fromisoformat(found.pop("aws:CurrentTime")[0])
    assert before <= at
    assert found == {
        "aws:EpochTime": [str(int(at.timestamp()))],
        "aws:RequestedRegion": ["eu-west-1"],
        "aws:SecureTransport": ["true"],
        "aws:SourceIp": ["10.0.0.1"],
        "kms:CallerAccount": [ACCOUNT],
        "kms:GrantIsForAWSResource": ["false"],
    }


def test_the_time_of_a_call_is_that_of_its_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(clock._offsets, ACCOUNT, timedelta(days=900))
    found = context_keys.of_call(Call("ListKeys", {}, ACCOUNT, "eu-west-1"))
    at = datetime.fromisoformat(found["aws:CurrentTime"][0])
    assert (at - datetime.now(timezone.utc)).days in (899, 900)


def test_a_call_says_what_client_it_comes_from() -> None:
    call = Call("ListKeys", {}, ACCOUNT, "eu-west-1", user_agent="aws-cli/2")
    assert context_keys.of_call(call)["aws:UserAgent"] == ["aws-cli/2"]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([{"TagKey": "team", "TagValue": "blue"}], "blue"),
        ([{"Key": "team", "Value": "blue"}], "blue"),
        ([{"TagKey": "team"}], ""),
        ([{"Key": "team"}], ""),
    ],
    ids=["AWS KMS", "another service", "AWS KMS, no value", "another service, no value"],
)
def test_the_tags_of_a_request_have_keys_and_values(tags: Any, expected: str) -> None:
    found = context_keys.of_request(ACCOUNT, "us-east-1", "", tags)
    assert found["aws:TagKeys"] == ["team"]
    assert found["aws:RequestTag/team"] == [expected]


def test_a_tag_without_a_key_has_an_empty_one() -> None:
    assert context_keys.of_request(ACCOUNT, "us-east-1", "", [{}])["aws:TagKeys"] == [""]


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("TagResource", {"Tags": [{"TagKey": "a", "TagValue": "1"}]}, {"aws:RequestTag/a": ["1"]}),
        ("UntagResource", {"TagKeys": ["a", "b"]}, {}),
    ],
)
def test_a_call_names_the_tags_that_it_changes(
    operation: str, parameters: Any, expected: Any
) -> None:
    names = parameters.get("TagKeys", ["a"])
    assert of_call(operation, **parameters) == expected | {"aws:TagKeys": names}


# -------------------------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("Encrypt", {}, {"kms:EncryptionAlgorithm": ["SYMMETRIC_DEFAULT"]}),
        ("Decrypt", {}, {"kms:EncryptionAlgorithm": ["SYMMETRIC_DEFAULT"]}),
        (
            "Encrypt",
            {"EncryptionAlgorithm": "RSAES_OAEP_SHA_1"},
            {"kms:EncryptionAlgorithm": ["RSAES_OAEP_SHA_1"]},
        ),
        ("EnableKeyRotation", {}, {"kms:RotationPeriodInDays": ["365"]}),
        ("ImportKeyMaterial", {}, {}),
        ("ImportKeyMaterial", {"ValidTo": 1_700_000_000}, {"kms:ValidTo": ["1700000000"]}),
        (
            "ImportKeyMaterial",
            {"ValidTo": "2023-11-14T22:13:20Z"},
            {"kms:ValidTo": ["1700000000"]},
        ),
        ("GetKeyPolicy", {}, {"kms:PolicyName": ["default"]}),
        ("PutKeyPolicy", {}, {"kms:PolicyName": ["default"]}),
        (
            "ReplicateKey",
            {"ReplicaRegion": "eu-west-1", "BypassPolicyLockoutSafetyCheck": True},
            {
                "kms:ReplicaRegion": ["eu-west-1"],
                "kms:BypassPolicyLockoutSafetyCheck": ["true"],
            },
        ),
        ("ScheduleKeyDeletion", {}, {"kms:ScheduleKeyDeletionPendingWindowInDays": ["30"]}),
        (
            "Sign",
            {"SigningAlgorithm": "A"},
            {"kms:MessageType": ["RAW"], "kms:SigningAlgorithm": ["A"]},
        ),
        ("Verify", {"MessageType": "DIGEST"}, {"kms:MessageType": ["DIGEST"]}),
        ("GenerateMac", {"MacAlgorithm": "A"}, {"kms:MacAlgorithm": ["A"]}),
        (
            "DeriveSharedSecret",
            {"KeyAgreementAlgorithm": "A"},
            {"kms:KeyAgreementAlgorithm": ["A"]},
        ),
        ("UpdatePrimaryRegion", {"PrimaryRegion": "r"}, {"kms:PrimaryRegion": ["r"]}),
        (
            "GenerateDataKeyPair",
            {"KeyPairSpec": "S"},
            {"kms:DataKeyPairSpec": ["S"], "kms:EncryptionAlgorithm": ["SYMMETRIC_DEFAULT"]},
        ),
        (
            "GetParametersForImport",
            {"WrappingAlgorithm": "A", "WrappingKeySpec": "S"},
            {"kms:WrappingAlgorithm": ["A"], "kms:WrappingKeySpec": ["S"]},
        ),
        (
            "CreateGrant",
            {
                "Operations": ["Encrypt", "Decrypt"],
                "GranteePrincipal": "g",
                "RetiringPrincipal": "r",
                "Constraints": {"EncryptionContextEquals": {"a": "1"}},
            },
            {
                "kms:GrantOperations": ["Encrypt", "Decrypt"],
                "kms:GranteePrincipal": ["g"],
                "kms:RetiringPrincipal": ["r"],
                "kms:GrantConstraintType": ["EncryptionContextEquals"],
                "kms:EncryptionContextKeys": ["a"],
                "kms:EncryptionContext:a": ["1"],
            },
        ),
        ("DescribeKey", {"KeyId": "alias/a"}, {"kms:RequestAlias": ["alias/a"]}),
        ("DescribeKey", {"KeyId": "arn:aws:kms:r:1:alias/a"}, {"kms:RequestAlias": ["alias/a"]}),
        ("DescribeKey", {"KeyId": "alias/a/alias/b"}, {"kms:RequestAlias": ["alias/a/alias/b"]}),
        ("DescribeKey", {"KeyId": "1234"}, {}),
        (
            "CreateGrant",
            {"Constraints": {"SourceArn": "arn", "EncryptionContextSubset": {"a": "1"}}},
            {
                "kms:GrantConstraintType": ["SourceArn", "EncryptionContextSubset"],
                "kms:EncryptionContextKeys": ["a"],
                "kms:EncryptionContext:a": ["1"],
            },
        ),
        (
            "GenerateDataKey",
            {"EncryptionContext": {"appuser": "1", "table": "t"}},
            {
                "kms:EncryptionContextKeys": ["appuser", "table"],
                "kms:EncryptionContext:appuser": ["1"],
                "kms:EncryptionContext:table": ["t"],
                "kms:EncryptionAlgorithm": ["SYMMETRIC_DEFAULT"],
            },
        ),
    ],
)
def test_a_parameter_is_the_value_of_its_condition_key(
    operation: str, parameters: Any, expected: Any
) -> None:
    assert of_call(operation, **parameters) == expected


@pytest.mark.parametrize(
    ("side", "context", "alias", "algorithm"),
    [
        ("Source", "1", "alias/from", "RSAES_OAEP_SHA_1"),
        ("Destination", "2", "alias/to", "SYMMETRIC_DEFAULT"),
    ],
)
def test_re_encrypt_has_the_parameters_of_each_side(
    side: str, context: str, alias: str, algorithm: str
) -> None:
    parameters = {
        "SourceEncryptionContext": {"a": "1"},
        "DestinationEncryptionContext": {"a": "2"},
        "SourceKeyId": "alias/from",
        "DestinationKeyId": "alias/to",
        "SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_1",
    }
    found = context_keys.of_call(Call("ReEncrypt", parameters, ACCOUNT, "us-east-1"), side)
    assert found["kms:EncryptionContext:a"] == [context]
    assert found["kms:RequestAlias"] == [alias]
    assert found["kms:EncryptionAlgorithm"] == [algorithm]


# ------------------------------------------------------------------------------ a key to be


@pytest.mark.parametrize(
    ("parameters", "different"),
    [
        ({}, {}),
        (
            {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
            {
                "kms:KeySpec": ["RSA_2048"],
                "kms:CustomerMasterKeySpec": ["RSA_2048"],
                "kms:KeyUsage": ["SIGN_VERIFY"],
                "kms:CustomerMasterKeyUsage": ["SIGN_VERIFY"],
            },
        ),
        (
            {"CustomerMasterKeySpec": "RSA_2048"},
            {"kms:KeySpec": ["RSA_2048"], "kms:CustomerMasterKeySpec": ["RSA_2048"]},
        ),
        ({"Origin": "EXTERNAL"}, {"kms:KeyOrigin": ["EXTERNAL"]}),
        (
            {"MultiRegion": True},
            {"kms:MultiRegion": ["true"], "kms:MultiRegionKeyType": ["PRIMARY"]},
        ),
    ],
    ids=["nothing said", "key spec", "former name of key spec", "origin", "multi-Region"],
)
def test_create_key_has_the_properties_of_the_key_that_it_creates(
    parameters: Any, different: Any
) -> None:
    assert of_call("CreateKey", **parameters) == SYMMETRIC | different


# ------------------------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("facts", "aliases", "different"),
    [
        ({}, [], {}),
        ({"is_multi_region": True}, [], {"kms:MultiRegionKeyType": ["PRIMARY"]}),
        (
            {"is_multi_region": True, "is_primary": False},
            [],
            {"kms:MultiRegionKeyType": ["REPLICA"]},
        ),
        ({}, ["alias/a", "alias/b"], {"kms:ResourceAliases": ["alias/a", "alias/b"]}),
        ({"tags": {"team": "blue"}}, [], {"aws:ResourceTag/team": ["blue"]}),
    ],
    ids=["single-Region", "primary", "replica", "aliases", "tags"],
)
def test_a_key_has_its_properties_its_account_its_aliases_and_its_tags(
    facts: Any, aliases: list[str], different: Any
) -> None:
    named = {"key_spec": "RSA_2048", "key_usage": "SIGN_VERIFY", "origin": "EXTERNAL"}
    where = {"account_id": ACCOUNT, "is_multi_region": False, "is_primary": True, "tags": {}}
    key: Any = SimpleNamespace(**{**named, **where, **facts})
    assert context_keys.of_key(key, iter(aliases)) == different | {
        "kms:KeySpec": ["RSA_2048"],
        "kms:CustomerMasterKeySpec": ["RSA_2048"],
        "kms:KeyUsage": ["SIGN_VERIFY"],
        "kms:CustomerMasterKeyUsage": ["SIGN_VERIFY"],
        "kms:KeyOrigin": ["EXTERNAL"],
        "kms:MultiRegion": [str(key.is_multi_region).lower()],
        "aws:ResourceAccount": [ACCOUNT],
    }
