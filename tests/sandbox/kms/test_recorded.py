"""Answers that LocalStack's project recorded of AWS, field by field: none missing, none more."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.behaviours.imported_material import FOREVER, wrapped
from kmsdemo.account.clients import Clients
from tests.sandbox.kms.recorded_answers import RECORDED

# What newer answers of AWS have, by the API Reference of today.
NEWER = {"KeyMaterialId", "SourceKeyMaterialId", "DestinationKeyMaterialId"}
SHA_256 = hashlib.sha256(b"message").digest()


class Account:
    """The account of a test."""

    def __init__(self, clients: Clients) -> None:
        config = Config(parameter_validation=False)
        self.clients = clients
        self.kms: Any = clients.session.client("kms", config=config)

    def key(self, **options: Any) -> Any:
        """Create a key and return its metadata."""
        return self.kms.create_key(**options)["KeyMetadata"]

    def signing(self, spec: str = "ECC_NIST_P256") -> Any:
        """Create a key for signing."""
        return self.key(KeySpec=spec, KeyUsage="SIGN_VERIFY")

    def hmac(self, spec: str = "HMAC_256") -> Any:
        """Create an HMAC key."""
        return self.key(KeySpec=spec, KeyUsage="GENERATE_VERIFY_MAC", Description="test key")

    def agreement(self) -> Any:
        """Create a key for key agreement."""
        return self.key(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")

    def external(self) -> Any:
        """Create a key for imported material."""
        return self.key(Origin="EXTERNAL", Description="test-key")

    def described(self, key: Any) -> Any:
        """Return DescribeKey's answer."""
        return self.kms.describe_key(KeyId=key["KeyId"])

    def imported(self, key: Any, **options: Any) -> None:
        """Import key material into a key."""
        given = self.kms.get_parameters_for_import(
            KeyId=key["KeyId"], WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
        )
        self.kms.import_key_material(
            KeyId=key["KeyId"],
            ImportToken=given["ImportToken"],
            EncryptedKeyMaterial=wrapped(b"x" * 32, given["PublicKey"], "RSAES_OAEP_SHA_256"),
            **options,
        )


@pytest.fixture
def account(clients: Clients) -> Account:
    return Account(clients)


def answer_of(call: Callable[[], Any]) -> Any:
    """Return an answer, or an error in the form in which it is recorded."""
    try:
        answer = call()
    except ClientError as error:
        given = error.response["Error"]
        return {"Error": {"Code": given["Code"], "Message": given.get("Message", "")}}
    return without_metadata(answer)


def without_metadata(answer: Any) -> Any:
    if not isinstance(answer, dict):
        return answer
    return {
        name: one for name, one in answer.items() if name not in ("ResponseMetadata", "message")
    }


def assert_same(ours: Any, theirs: Any, path: str = "answer") -> None:
    """Assert that two answers have the same fields and, where AWS does not draw them, values."""
    if isinstance(theirs, dict):
        assert ours.keys() - NEWER == theirs.keys() - NEWER, path
        for name in theirs:
            assert_same(ours[name], theirs[name], f"{path}.{name}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), path
        for one, other in zip(ours, theirs, strict=True):
            assert_same(one, other, path)
    else:
        assert is_same(ours, theirs), f"{path}: {ours} is not {theirs}"


def is_same(ours: Any, theirs: Any) -> bool:
    """Return whether a value is the recorded one; AWS's dates, bytes and names vary."""
    if theirs == "datetime" or isinstance(ours, bytes):
        return isinstance(ours, datetime | bytes)
    if isinstance(theirs, str):
        return re.fullmatch(pattern_of(theirs), ours) is not None
    return bool(ours == theirs)


def pattern_of(recorded: str) -> str:
    """Return a pattern for a recorded text, whose names are replaced and whose enums are older."""
    text = recorded.replace("111111111111", "<account>")
    if "enum value set" in text:
        return re.escape(text[: text.index("[")]) + r"\[.*\]"
    return "".join(
        r"[^ ]+" if part.startswith("<") else re.escape(part)
        for part in re.split(r"(<[^>]+>)", text)
    )


def encrypted(account: Account, key: Any, **options: Any) -> Any:
    return account.kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", **options)


def signed(account: Account, spec: str, algorithm: str) -> dict[str, Callable[[], Any]]:
    key = account.signing(spec)
    asked = {
        "KeyId": key["KeyId"],
        "Message": SHA_256,
        "MessageType": "DIGEST",
        "SigningAlgorithm": algorithm,
    }
    signature = account.kms.sign(**asked)["Signature"]
    return {
        "signature": lambda: account.kms.sign(**asked),
        "verification": lambda: account.kms.verify(**asked, Signature=signature),
        "bad-digest": lambda: account.kms.sign(**asked | {"Message": b"short"}),
        "bad-signature": lambda: account.kms.verify(**asked, Signature=b"wrong" * 13),
    }


def maced(account: Account, spec: str, algorithm: str) -> dict[str, Callable[[], Any]]:
    asked = {"KeyId": account.hmac(spec)["KeyId"], "Message": b"m", "MacAlgorithm": algorithm}
    unknown = asked | {"KeyId": "key_id"}
    mac = account.kms.generate_mac(**asked)["Mac"]
    return {
        "generate-mac": lambda: account.kms.generate_mac(**asked),
        "verify-mac": lambda: account.kms.verify_mac(**asked, Mac=mac),
        "generate-mac-invalid-key-id": lambda: account.kms.generate_mac(**unknown),
        "verify-mac-invalid-key-id": lambda: account.kms.verify_mac(**unknown, Mac=mac),
    }


def wrong_macs(account: Account, algorithm: str) -> dict[str, Callable[[], Any]]:
    asked: Any = {"KeyId": account.hmac()["KeyId"], "Message": b"m"}
    generate = partial(account.kms.generate_mac, **asked, MacAlgorithm="HMAC_SHA_256")
    wrong = {"KeyId": asked["KeyId"], "Message": b"n", "MacAlgorithm": algorithm}
    return {
        "generate-mac": generate,
        "verify-mac": lambda: account.kms.verify_mac(**wrong, Mac=generate()["Mac"]),
    }


def derived(account: Account, key: Any, **options: Any) -> Any:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    asked = {"KeyId": key["KeyId"], "KeyAgreementAlgorithm": "ECDH", "PublicKey": der}
    return account.kms.derive_shared_secret(**asked | options)


def imports(account: Account) -> dict[str, Callable[[], Any]]:
    before, after, deleted = (account.external() for _ in range(3))
    account.imported(after, **FOREVER)
    account.imported(deleted, **FOREVER)
    account.kms.delete_imported_key_material(KeyId=deleted["KeyId"])
    return {
        "created-key": account.external,
        "encrypt-before-import-error": lambda: encrypted(account, before),
        "describe-key-before-import": lambda: account.described(before),
        "import-expiring-key-without-valid-to": lambda: account.imported(before),
        "describe-key-after-import": lambda: account.described(after),
        "describe-key-after-deleted-import": lambda: account.described(deleted),
        "encrypt-after-delete-error": lambda: encrypted(account, deleted),
    }


def agreements(account: Account) -> dict[str, Callable[[], Any]]:
    wrong = {"KeyAgreementAlgorithm": "INVALID"}
    return {
        "response": lambda: derived(account, account.agreement()),
        "response-invalid-key-usage": lambda: derived(account, account.signing()),
        "response-invalid-key-spec": lambda: account.key(
            KeySpec="RSA_2048", KeyUsage="KEY_AGREEMENT"
        ),
        "response-invalid-key-agreement-algo": lambda: derived(
            account, account.agreement(), **wrong
        ),
        "response-invalid-key": lambda: derived(account, account.key()),
        "response-invalid-public-key": lambda: derived(
            account, account.agreement(), PublicKey=b"invalid"
        ),
    }


def hmac_keys(account: Account) -> dict[str, Callable[[], Any]]:
    return {"create-hmac-key": account.hmac, "describe-key": account.hmac}


def invalid_hmac_keys(account: Account) -> dict[str, Callable[[], Any]]:
    return {
        "create-hmac-key-without-key-usage": lambda: account.key(KeySpec="HMAC_256"),
        "create-hmac-key-invalid-spec": lambda: account.hmac("HMAC_random"),
        "create-hmac-key-invalid-key-usage": lambda: account.key(
            KeySpec="HMAC_256", KeyUsage="RANDOM"
        ),
    }


def on_external(account: Account, spec: str) -> dict[str, Callable[[], Any]]:
    rotate = account.kms.rotate_key_on_demand
    return {
        "create-kms-external-key": account.external,
        f"rotate-key-on-demand-error-response-{spec}": lambda: rotate(
            KeyId=account.external()["KeyId"]
        ),
    }


def rotations(account: Account) -> dict[str, Callable[[], Any]]:
    key = account.key(Description="test-key")
    before = account.described(key)
    account.kms.rotate_key_on_demand(KeyId=key["KeyId"])
    return {
        "describe-key-before-rotation": lambda: before,
        "describe-key-after-rotation": lambda: account.described(key),
    }


def too_many_rotations(account: Account) -> Any:
    key = account.key()
    for _ in range(26):
        answer = account.kms.rotate_key_on_demand(KeyId=key["KeyId"])
    return answer


def re_encrypted(account: Account, **rsa: str) -> Any:
    key = account.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT") if rsa else account.key()
    algorithm = rsa.get("algorithm", "SYMMETRIC_DEFAULT")
    blob = encrypted(account, key, EncryptionAlgorithm=algorithm)["CiphertextBlob"]
    return account.kms.re_encrypt(
        CiphertextBlob=blob,
        SourceKeyId=key["KeyId"],
        DestinationKeyId=key["KeyId"],
        SourceEncryptionAlgorithm=algorithm,
        DestinationEncryptionAlgorithm=algorithm,
    )


def wrong_source(account: Account) -> Any:
    blob = encrypted(account, account.key())["CiphertextBlob"]
    return account.kms.re_encrypt(
        CiphertextBlob=blob,
        SourceKeyId=account.key()["KeyId"],
        DestinationKeyId=account.key()["KeyId"],
    )


def parameters_of_own(account: Account) -> Any:
    return account.kms.get_parameters_for_import(
        KeyId=account.key()["KeyId"],
        WrappingAlgorithm="RSAES_OAEP_SHA_256",
        WrappingKeySpec="RSA_2048",
    )


def replica_of_replica(account: Account, clients: Clients) -> Any:
    key = account.key(MultiRegion=True)
    account.kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion="eu-west-1")
    ireland = clients.in_region("eu-west-1").kms
    return ireland.replicate_key(KeyId=key["KeyId"], ReplicaRegion="eu-central-1")


def tagged(*tags: tuple[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags]


CALLS: dict[str, Callable[[Account], dict[str, Callable[[], Any]]]] = {
    "test_generate_random_invalid_number_of_bytes[None]": lambda a: {
        "generate-random-exc": a.kms.generate_random
    },
    "test_encrypt_validate_plaintext_size_per_key_type[RSA_2048-RSAES_OAEP_SHA_1]": lambda a: {
        "generate-random-exc": lambda: a.kms.encrypt(
            KeyId=a.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyId"],
            Plaintext=b"x" * 215,
            EncryptionAlgorithm="RSAES_OAEP_SHA_1",
        )
    },
    "test_sign_verify[RSA_2048-RSASSA_PSS_SHA_256]": lambda a: signed(
        a, "RSA_2048", "RSASSA_PSS_SHA_256"
    ),
    "test_sign_verify[ECC_NIST_P256-ECDSA_SHA_256]": lambda a: signed(
        a, "ECC_NIST_P256", "ECDSA_SHA_256"
    ),
    "test_hmac_create_key": hmac_keys,
    "test_hmac_create_key_invalid_operations": invalid_hmac_keys,
    "test_generate_and_verify_mac[HMAC_224-HMAC_SHA_224]": lambda a: maced(
        a, "HMAC_224", "HMAC_SHA_224"
    ),
    "test_generate_and_verify_mac[HMAC_256-HMAC_SHA_256]": lambda a: maced(
        a, "HMAC_256", "HMAC_SHA_256"
    ),
    "test_invalid_generate_mac[HMAC_224-HMAC_SHA_256]": lambda a: {
        "generate-mac": lambda: a.kms.generate_mac(
            KeyId=a.hmac("HMAC_224")["KeyId"], Message=b"m", MacAlgorithm="HMAC_SHA_256"
        )
    },
    "test_invalid_generate_mac[HMAC_256-INVALID]": lambda a: {
        "generate-mac": lambda: a.kms.generate_mac(
            KeyId=a.hmac()["KeyId"], Message=b"m", MacAlgorithm="INVALID"
        )
    },
    **{
        f"test_invalid_verify_mac[HMAC_256-{algorithm}-some {kind} message]": partial(
            wrong_macs, algorithm=algorithm
        )
        for algorithm, kind in {
            "HMAC_SHA_256": "different important",
            "HMAC_SHA_512": "important",
        }.items()
    },
    "test_import_key_symmetric": imports,
    "test_get_parameters_for_import": lambda a: {"response-error": lambda: parameters_of_own(a)},
    "test_get_parameters_for_import_raises_for_non_external_kms_keys": lambda a: {
        "get-import-parameters-error": lambda: parameters_of_own(a)
    },
    "test_derive_shared_secret": agreements,
    "test_derive_shared_secret_matches_openssl": lambda a: {
        "derived-shared-key-resp": lambda: derived(a, a.agreement())
    },
    "test_tag_key_with_duplicate_tag_keys_raises_error": lambda a: {
        "duplicate-tag-keys": lambda: a.kms.tag_resource(
            KeyId=a.key()["KeyId"], Tags=tagged(("a", "1"), ("a", "2"))
        )
    },
    "test_create_key_with_too_many_tags_raises_error": lambda a: {
        "invalid-tag-key": lambda: a.key(Tags=tagged(*((f"{n}", "") for n in range(51))))
    },
    "test_key_with_long_tag_value_raises_error": lambda a: {
        "too-long-tag-value": lambda: a.key(Tags=tagged(("k", "v" * 257)))
    },
    "test_rotate_key_on_demand_modifies_key_material": lambda a: {
        "rotate-on-demand-response": lambda: a.kms.rotate_key_on_demand(KeyId=a.key()["KeyId"])
    },
    "test_rotate_on_demand_returns_arn_for_key_id": lambda a: {
        "rotate-on-demand-aws-key": lambda: a.kms.rotate_key_on_demand(KeyId=a.key()["KeyId"])
    },
    "test_key_rotations_limits": lambda a: {"error-response": lambda: too_many_rotations(a)},
    "test_re_encrypt[RSA_2048-RSAES_OAEP_SHA_256]": lambda a: {
        "test_re_encrypt": lambda: re_encrypted(a, algorithm="RSAES_OAEP_SHA_256")
    },
    "test_re_encrypt[SYMMETRIC_DEFAULT-SYMMETRIC_DEFAULT]": lambda a: {
        "test_re_encrypt": lambda: re_encrypted(a)
    },
    "test_re_encrypt_incorrect_source_key": lambda a: {
        "incorrect-source-key": lambda: wrong_source(a)
    },
    "test_rotate_key_on_demand_on_external_key_with_no_key_material[SYMMETRIC_DEFAULT]": (
        lambda a: on_external(a, "SYMMETRIC_DEFAULT")
    ),
    "test_key_rotation_updates_current_key_material_id_for_aws_symmetric_keys": rotations,
    "test_generate_data_key": lambda a: {
        "generate-data-key-result": lambda: a.kms.generate_data_key(
            KeyId=a.key()["KeyId"], KeySpec="AES_256"
        )
    },
    "test_generate_data_key_without_plaintext": lambda a: {
        "generate-data-key-without-plaintext": lambda: a.kms.generate_data_key_without_plaintext(
            KeyId=a.key()["KeyId"], KeySpec="AES_256"
        )
    },
    "test_create_multi_region_key": lambda a: {
        "create_multi_region_key": lambda: a.key(
            MultiRegion=True, Description="test multi region key"
        )
    },
}
RECORDINGS = [(test, answer) for test in CALLS for answer in RECORDED[test]["answers"]]


@pytest.mark.no_cover
@pytest.mark.parametrize(("test", "answer"), RECORDINGS)
def test_an_answer_is_the_recorded_one(
    account: Account, test: str, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)  # boto3 tries again
    calls = CALLS[test](account)
    recorded = without_metadata(RECORDED[test]["answers"][answer])
    if "Description" in recorded and recorded["Description"].startswith("<"):
        recorded = recorded | {"Description": "<any>"}
    assert_same(answer_of(calls[answer]), recorded)


def test_a_replica_is_not_replicated(account: Account, clients: Clients) -> None:
    recorded = RECORDED["test_replicate_replica_key_should_fail"]["answers"]
    expected = without_metadata(recorded["fail-replicate-non-primary-key"])
    assert_same(answer_of(lambda: replica_of_replica(account, clients)), expected)


def test_the_dates_of_rotation_are_those_of_the_clock(account: Account) -> None:
    key_id = account.key()["KeyId"]
    account.kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    status = answer_of(lambda: account.kms.get_key_rotation_status(KeyId=key_id))
    assert_same(
        status,
        without_metadata(
            RECORDED["test_key_enable_rotation_status[90]"]["answers"]["match_response"]
        ),
    )
    in_90_days = datetime.now(timezone.utc) + timedelta(days=90)
    assert abs(status["NextRotationDate"] - in_90_days) < timedelta(minutes=10)
