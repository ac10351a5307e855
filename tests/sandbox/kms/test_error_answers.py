"""Errors of AWS KMS, in its own codes and words."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from kmsdemo import keys
from kmsdemo.account.clients import Clients
from kmsdemo.keys import Key
from kmsdemo.sandbox import mock_kms
from tests.sandbox.kms.recorded_answers import ARN, as_recorded, recorded

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


UNKNOWN = "00000000-0000-0000-0000-000000000000"
UNKNOWN_REPLICATED = f"mrk-{'0' * 32}"


@pytest.fixture
def unchecked(clients: Clients) -> KMSClient:
    """A client without parameter validation, so that the sandbox has to validate."""
    return clients.session.client("kms", config=Config(parameter_validation=False))


def error_of(call: Callable[[], Any]) -> dict[str, str]:
    with pytest.raises(ClientError) as raised:
        call()
    error = raised.value.response["Error"]
    return {"Code": error["Code"], "Message": error["Message"]}


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("describe-nonexistent-key-with-id", UNKNOWN),
        ("describe-nonexistent-with-arn", f"{ARN}:key/{UNKNOWN}"),
    ],
)
def test_an_unknown_key(kms: KMSClient, answer: str, name: str) -> None:
    expected = as_recorded("test_get_key_does_not_exist", answer, key_arn=f"{ARN}:key/{UNKNOWN}")
    assert error_of(lambda: kms.describe_key(KeyId=name)) == expected


def test_an_unknown_multi_region_key(kms: KMSClient) -> None:
    arn = f"{ARN}:key/{UNKNOWN_REPLICATED}"
    test = "test_get_key_does_not_exist"
    expected = as_recorded(test, "describe-key-with-valid-id-mrk", mrk_key_arn=arn)
    assert error_of(lambda: kms.describe_key(KeyId=UNKNOWN_REPLICATED)) == expected


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("describe-key-with-invalid-uuid", "fake-key-id"),
        ("describe-key-with-invalid-uuid-2", "134f2428cec14b25a1ae9048164dba47"),
        ("describe-key-with-invalid-uuid-mrk", "mrk-fake-key-id"),
    ],
)
def test_an_invalid_key_id(kms: KMSClient, answer: str, name: str) -> None:
    expected = as_recorded("test_get_key_invalid_uuid", answer)
    assert error_of(lambda: kms.describe_key(KeyId=name)) == expected


def test_an_arn_of_another_region(clients: Clients, key: Key) -> None:
    ireland = clients.in_region("eu-west-1").kms
    test = "test_get_key_in_different_region"
    expected = as_recorded(test, "describe-key-diff-region-with-arn", secondary_region="us-east-1")
    assert error_of(lambda: ireland.describe_key(KeyId=key.arn)) == expected


@pytest.mark.parametrize("arn", ["arn:aws:kms:us-east-1:123:key/x", f"{ARN}:door/x"])
def test_a_malformed_arn(kms: KMSClient, arn: str) -> None:
    error = error_of(lambda: kms.describe_key(KeyId=arn))
    assert error == {"Code": "InvalidArnException", "Message": f"Invalid arn {arn}"}


def test_an_unknown_alias(kms: KMSClient) -> None:
    error = error_of(lambda: kms.encrypt(KeyId="alias/none", Plaintext=b"x"))
    assert error == {
        "Code": "NotFoundException",
        "Message": f"Alias {ARN}:alias/none is not found.",
    }


def test_an_alias_for_an_operation_that_accepts_none(kms: KMSClient, key: Key) -> None:
    (alias,) = keys.aliases(kms, key.key_id)
    error = error_of(lambda: kms.disable_key(KeyId=alias))
    assert error == {"Code": "NotFoundException", "Message": f"Invalid keyId '{alias}'"}


def test_an_alias_without_its_prefix(kms: KMSClient, key: Key) -> None:
    expected = as_recorded("test_create_alias", "create_alias")
    call = lambda: kms.create_alias(AliasName="mine", TargetKeyId=key.key_id)  # noqa: E731
    assert error_of(call) == expected


@pytest.mark.parametrize(
    ("alias", "code"),
    [
        ("alias/aws/s3", "NotAuthorizedException"),
        ("alias/aws/mine", "NotAuthorizedException"),
        ("alias/mine!", "ValidationException"),
        ("alias/taken", "AlreadyExistsException"),
    ],
)
def test_an_invalid_or_reserved_alias(kms: KMSClient, key: Key, alias: str, code: str) -> None:
    kms.create_alias(AliasName="alias/taken", TargetKeyId=key.key_id)
    error = error_of(lambda: kms.create_alias(AliasName=alias, TargetKeyId=key.key_id))
    assert error["Code"] == code
    if code == "AlreadyExistsException":
        assert error["Message"] == f"An alias with the name {ARN}:alias/taken already exists"


def test_deleting_an_alias_that_does_not_exist(kms: KMSClient) -> None:
    error = error_of(lambda: kms.delete_alias(AliasName="alias/none"))
    assert error == {
        "Code": "NotFoundException",
        "Message": f"Alias {ARN}:alias/none is not found.",
    }


def test_a_plaintext_too_long(kms: KMSClient, key: Key) -> None:
    expected = as_recorded("test_plaintext_size_for_encrypt", "invalid-plaintext-size-encrypt")
    assert error_of(lambda: kms.encrypt(KeyId=key.key_id, Plaintext=b"x" * 4097)) == expected


@pytest.mark.parametrize("operation", ["Encrypt", "Decrypt"])
def test_an_empty_plaintext(unchecked: KMSClient, key: Key, operation: str) -> None:
    name = {"Encrypt": "Plaintext", "Decrypt": "CiphertextBlob"}[operation]
    call = getattr(unchecked, operation.lower())
    error = error_of(lambda: call(KeyId=key.key_id, **{name: b""}))
    assert error == {
        "Code": "ValidationException",
        "Message": f"1 validation error detected: Value at '{name[0].lower()}{name[1:]}' failed "
        "to satisfy constraint: Member must have length greater than or equal to 1",
    }


def test_a_ciphertext_too_long(unchecked: KMSClient) -> None:
    error = error_of(lambda: unchecked.decrypt(CiphertextBlob=b"x" * 6145))
    assert error["Code"] == "ValidationException"


@pytest.mark.parametrize("days", [1, 6, 31, 365])
def test_an_invalid_waiting_period(kms: KMSClient, key: Key, days: int) -> None:
    error = error_of(lambda: kms.schedule_key_deletion(KeyId=key.key_id, PendingWindowInDays=days))
    assert error == {
        "Code": "ValidationException",
        "Message": "PendingWindowInDays must be between 7 and 30",
    }
    assert keys.describe(kms, key.key_id).state == "Enabled"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"KeySpec": "AES_256", "NumberOfBytes": 32},
        {"KeySpec": "AES_512"},
        {"NumberOfBytes": 1025},
    ],
)
def test_a_data_key_of_an_invalid_size(unchecked: KMSClient, key: Key, options: Any) -> None:
    error = error_of(lambda: unchecked.generate_data_key(KeyId=key.key_id, **options))
    assert error["Code"] == "ValidationException"


def test_a_data_key_pair_of_an_invalid_spec(unchecked: KMSClient, key: Key) -> None:
    bad: Any = "RSA_1024"
    error = error_of(lambda: unchecked.generate_data_key_pair(KeyId=key.key_id, KeyPairSpec=bad))
    assert error["Code"] == "ValidationException"
    assert "'RSA_1024' at 'keyPairSpec'" in error["Message"]


def test_an_invalid_rotation_period(unchecked: KMSClient, key: Key) -> None:
    error = error_of(
        lambda: unchecked.enable_key_rotation(KeyId=key.key_id, RotationPeriodInDays=89)
    )
    assert error["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("answer", "create", "use"),
    [
        (
            "generate-mac-invalid-key-id",
            {},
            lambda kms, key: kms.generate_mac(KeyId=key, Message=b"x", MacAlgorithm="HMAC_SHA_256"),
        ),
        (
            "sign-invalid-key-id",
            {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
            lambda kms, key: kms.sign(KeyId=key, Message=b"x", SigningAlgorithm="ECDSA_SHA_256"),
        ),
        (
            "verify-invalid-key-id",
            {},
            lambda kms, key: kms.verify(
                KeyId=key, Message=b"x", Signature=b"y", SigningAlgorithm="ECDSA_SHA_256"
            ),
        ),
        (
            "encrypt-invalid-key-id",
            {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
            lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x"),
        ),
        (
            "decrypt-invalid-key-id",
            {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
            lambda kms, key: kms.decrypt(KeyId=key, CiphertextBlob=b"x"),
        ),
    ],
)
def test_an_operation_for_another_key_usage(
    kms: KMSClient, answer: str, create: Any, use: Any
) -> None:
    made = kms.create_key(**create)["KeyMetadata"]
    test = "test_error_messaging_for_invalid_keys"
    assert error_of(lambda: use(kms, made["KeyId"])) == as_recorded(
        test, answer, key_arn=made["Arn"]
    )


@pytest.mark.parametrize("symmetric", [True, False])
def test_an_operation_for_another_key_spec(kms: KMSClient, symmetric: bool) -> None:
    spec: Any = {} if symmetric else {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
    key_id = kms.create_key(**spec)["KeyMetadata"]["KeyId"]
    call = kms.get_public_key if symmetric else kms.enable_key_rotation
    assert error_of(lambda: call(KeyId=key_id))["Code"] == "UnsupportedOperationException"


def test_signatures_and_macs_still_work(kms: KMSClient) -> None:
    signing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    assert signing["SigningAlgorithms"] == ["ECDSA_SHA_256"]
    message: Any = {
        "KeyId": signing["KeyId"],
        "Message": b"m",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }
    assert kms.verify(**message, Signature=kms.sign(**message)["Signature"])["SignatureValid"]
    mac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    assert mac["MacAlgorithms"] == ["HMAC_SHA_256"]


def test_decrypting_with_another_key(kms: KMSClient, key: Key) -> None:
    blob = kms.encrypt(KeyId=key.key_id, Plaintext=b"x")["CiphertextBlob"]
    other = keys.create(kms)
    test = "test_error_messaging_for_invalid_keys"
    expected = as_recorded(test, "decrypt-invalid-key-id")
    assert error_of(lambda: kms.decrypt(KeyId=other.key_id, CiphertextBlob=blob)) == expected


@pytest.mark.parametrize("works", [True, False])
def test_a_dry_run_returns_what_the_call_would_return(
    kms: KMSClient, key: Key, works: bool
) -> None:
    if not works:
        kms.disable_key(KeyId=key.key_id)
    error = error_of(lambda: kms.encrypt(KeyId=key.key_id, Plaintext=b"x", DryRun=True))
    assert error["Code"] == ("DryRunOperationException" if works else "DisabledException")
    if works:
        message = "The request would have succeeded, but the DryRun option is set."
        assert error["Message"] == message


def test_invalid_base64(unchecked: KMSClient, key: Key) -> None:
    """No SDK sends this; it must not break the server."""
    from kmsdemo.sandbox.call import Call  # noqa: PLC0415
    from kmsdemo.sandbox.refusal import Refusal  # noqa: PLC0415

    call = Call("Encrypt", {"Plaintext": "no base64!"}, "123456789012", "us-east-1")
    with pytest.raises(Refusal, match="ValidationException"):
        call.binary("Plaintext")


@pytest.mark.parametrize(
    ("target", "body", "code", "message"),
    [
        ("Encrypt", b"garbage", "SerializationException", ""),
        ("Encrypt", b"[1]", "SerializationException", ""),
        ("Fly", b"{}", "UnknownOperationException", ""),
        (
            "CreateAlias",
            b'{"TargetKeyId": "x"}',
            "ValidationException",
            "1 validation error detected: Value null at 'aliasName' failed to satisfy constraint: "
            "Member must not be null",
        ),
    ],
)
def test_a_malformed_request(
    clients: Clients, sandbox_url: str, target: str, body: bytes, code: str, message: str
) -> None:
    """No SDK sends this, but a learner's program can; it must not break the server."""
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"TrentService.{target}",
        "Authorization": "AWS4-HMAC-SHA256 Credential=testing/20261124/us-east-1/kms/aws4_request, "
        "SignedHeaders=host, Signature=0",
        "X-Amz-Date": "20261124T000000Z",
    }
    with pytest.raises(HTTPError) as raised:
        urlopen(Request(sandbox_url, body, headers))
    with raised.value as answer:
        assert answer.code == 400
        assert json.load(answer) == {
            "__type": code,
            **({"message": message} if message else {}),
        }


@pytest.mark.parametrize(("minutes", "is_refused"), [(19, True), (21, False)])
def test_on_demand_rotation_is_refused_shortly_before_an_automatic_one(
    kms: KMSClient, key: Key, minutes: int, is_refused: bool
) -> None:
    kms.enable_key_rotation(KeyId=key.key_id, RotationPeriodInDays=90)
    mock_kms.advance(days=90 - minutes / (24 * 60))
    with pytest.raises(kms.exceptions.ConflictException) if is_refused else nullcontext():
        kms.rotate_key_on_demand(KeyId=key.key_id)


def test_a_disabled_key_does_not_rotate(kms: KMSClient, key: Key) -> None:
    kms.disable_key(KeyId=key.key_id)
    test = "test_rotate_key_on_demand_raises_error_given_key_is_disabled"
    expected = as_recorded(test, "error-response", key_arn=key.arn)
    assert error_of(lambda: kms.rotate_key_on_demand(KeyId=key.key_id)) == expected


def test_untag_resource_removes_the_tags(kms: KMSClient, key: Key) -> None:
    kms.untag_resource(KeyId=key.key_id, TagKeys=["kmsdemo"])
    expected = recorded("test_tag_existing_key_and_untag", "list-resource-tags-after-all-untagged")
    assert kms.list_resource_tags(KeyId=key.key_id)["Tags"] == expected


@pytest.mark.parametrize("role", ["GranteePrincipal", "RetiringPrincipal"])
def test_a_principal_of_a_grant_exists_also_in_an_account_without_users(
    kms: KMSClient, key: Key, role: str
) -> None:
    root = f"arn:aws:iam::{key.arn.split(':')[4]}:root"
    named: Any = {"GranteePrincipal": root, role: root.replace("root", "user/nobody")}
    with pytest.raises(ClientError, match="InvalidArnException"):
        kms.create_grant(KeyId=key.key_id, Operations=["Encrypt"], **named)
