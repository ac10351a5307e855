"""What the lab shows: key states, responses, deletion and access control."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from benchmarks.behaviours.behaviour import SUCCESS, Behaviour, answered
from benchmarks.behaviours.error_codes import (
    DENIED,
    DRY_RUN,
    INVALID_CIPHERTEXT,
    MALFORMED,
    NOT_FOUND,
    USAGE,
    VALIDATION,
)
from kmsdemo import keys
from kmsdemo.sandbox.kms.key_states import KEY_STATES, STATES
from steps.operations import CALLS, InUse, put_in_use
from tests.emulators import Emulator

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient

INCORRECT_KEY = "IncorrectKeyException"
_STATES_PAGE = "Key states of AWS KMS keys"
UNKNOWN_KEY = "00000000-0000-0000-0000-000000000000"


def behaviours() -> list[Behaviour]:
    """Return the behaviours that the lab relies on."""
    return [*_key_states(), *_answers(), *_deletion(), *_access()]


# -------------------------------------------------------------------------------- key states


def _key_states() -> Iterator[Behaviour]:
    for operation in CALLS:
        for state, code in zip(STATES, KEY_STATES[operation], strict=True):
            name = f"{operation}, {state}"
            call = _in_state(operation, state)
            yield Behaviour("Key states", name, code or SUCCESS, call, _STATES_PAGE)


def _in_state(operation: str, state: str) -> Callable[[Emulator], str]:
    def answer(emulator: Emulator) -> str:
        kms = emulator.client("kms")
        in_use = _in_use(kms)
        if state == "Disabled":
            kms.disable_key(KeyId=in_use.key.key_id)
        if state == "PendingDeletion":
            kms.schedule_key_deletion(KeyId=in_use.key.key_id, PendingWindowInDays=7)
        return answered(lambda: CALLS[operation](in_use))

    return answer


def _in_use(kms: KMSClient) -> InUse:
    # An earlier behaviour can have created it.
    answered(lambda: kms.delete_alias(AliasName="alias/new"))
    return put_in_use(kms, keys.create(kms))


# ---------------------------------------------------------------------------------- answers


def _answers() -> Iterator[Behaviour]:
    for name, documented, call in _ANSWERS:
        yield Behaviour("Responses", name, documented, _with_key(call), "AWS KMS API Reference")


def _with_key(call: Callable[[KMSClient, str], Any]) -> Callable[[Emulator], str]:
    def answer(emulator: Emulator) -> str:
        kms = emulator.client("kms")
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        return answered(lambda: call(kms, key_id))

    return answer


def _blob(kms: KMSClient, key_id: str, **context: str) -> bytes:
    return kms.encrypt(KeyId=key_id, Plaintext=b"secret", EncryptionContext=context)[
        "CiphertextBlob"
    ]


def _other(kms: KMSClient) -> str:
    return kms.create_key()["KeyMetadata"]["KeyId"]


def _flip(blob: bytes, place: int) -> bytes:
    flipped = bytearray(blob)
    flipped[place] ^= 1
    return bytes(flipped)


def _id_is_hidden(kms: KMSClient, key_id: str) -> None:
    if key_id.encode() in _blob(kms, key_id):
        raise ClientError({"Error": {"Code": "key id is readable", "Message": ""}}, "Encrypt")


_ANSWERS: list[tuple[str, str, Callable[[Any, str], Any]]] = [
    (
        "Decrypt under another key",
        INCORRECT_KEY,
        lambda kms, key: kms.decrypt(KeyId=_other(kms), CiphertextBlob=_blob(kms, key)),
    ),
    (
        "Decrypt random bytes",
        INVALID_CIPHERTEXT,
        lambda kms, key: kms.decrypt(KeyId=key, CiphertextBlob=bytes(range(200))),
    ),
    (
        "Decrypt with the first byte changed",
        INVALID_CIPHERTEXT,
        lambda kms, key: kms.decrypt(KeyId=key, CiphertextBlob=_flip(_blob(kms, key), 0)),
    ),
    (
        "Decrypt with the last byte changed",
        INVALID_CIPHERTEXT,
        lambda kms, key: kms.decrypt(KeyId=key, CiphertextBlob=_flip(_blob(kms, key), -1)),
    ),
    (
        "Decrypt without the encryption context",
        INVALID_CIPHERTEXT,
        lambda kms, key: kms.decrypt(KeyId=key, CiphertextBlob=_blob(kms, key, a="1")),
    ),
    (
        "Decrypt with a similar encryption context",
        INVALID_CIPHERTEXT,
        lambda kms, key: kms.decrypt(
            KeyId=key, CiphertextBlob=_blob(kms, key, a="bc"), EncryptionContext={"ab": "c"}
        ),
    ),
    ("Ciphertext without a readable key id", SUCCESS, _id_is_hidden),
    (
        "Encrypt 4,096 bytes",
        SUCCESS,
        lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x" * 4096),
    ),
    (
        "Encrypt 4,097 bytes",
        VALIDATION,
        lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x" * 4097),
    ),
    (
        "A waiting period of 6 days",
        VALIDATION,
        lambda kms, key: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=6),
    ),
    (
        "A waiting period of 31 days",
        VALIDATION,
        lambda kms, key: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=31),
    ),
    (
        "An unknown key id",
        NOT_FOUND,
        lambda kms, _: kms.describe_key(KeyId=UNKNOWN_KEY),
    ),
    ("An invalid key id", NOT_FOUND, lambda kms, _: kms.describe_key(KeyId="mine")),
    (
        "An unknown alias",
        NOT_FOUND,
        lambda kms, _: kms.encrypt(KeyId="alias/none", Plaintext=b"x"),
    ),
    (
        "An alias without the prefix alias/",
        VALIDATION,
        lambda kms, key: kms.create_alias(AliasName="mine", TargetKeyId=key),
    ),
    (
        "An alias that begins with alias/aws/",
        "NotAuthorizedException",
        lambda kms, key: kms.create_alias(AliasName="alias/aws/mine", TargetKeyId=key),
    ),
    (
        "DisableKey with a key ARN",
        SUCCESS,
        lambda kms, key: kms.disable_key(KeyId=kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"]),
    ),
    (
        "Sign with a symmetric key",
        USAGE,
        lambda kms, key: kms.sign(KeyId=key, Message=b"x", SigningAlgorithm="ECDSA_SHA_256"),
    ),
    (
        "Encrypt with DryRun",
        DRY_RUN,
        lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"x", DryRun=True),
    ),
]


# --------------------------------------------------------------------------------- deletion


def _deletion() -> Iterator[Behaviour]:
    replica = "Decrypt with a replica of a primary key that is pending deletion"
    for name, documented, answer in (
        ("DescribeKey after the waiting period", NOT_FOUND, _describe_deleted),
        ("Decrypt after the waiting period", NOT_FOUND, _decrypt_deleted),
        (replica, SUCCESS, _replica),
        ("The key state of a primary key with a replica", "PendingReplicaDeletion", _primary),
    ):
        yield Behaviour("Deletion", name, documented, answer, "Deleting AWS KMS keys")


def _deleted(emulator: Emulator) -> tuple[Any, str, bytes]:
    kms = emulator.client("kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = _blob(kms, key_id)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    emulator.advance(days=8)
    return kms, key_id, blob


def _describe_deleted(emulator: Emulator) -> str:
    kms, key_id, _ = _deleted(emulator)
    return answered(lambda: kms.describe_key(KeyId=key_id))


def _decrypt_deleted(emulator: Emulator) -> str:
    kms, key_id, blob = _deleted(emulator)
    return answered(lambda: kms.decrypt(KeyId=key_id, CiphertextBlob=blob))


def _replicated(emulator: Emulator) -> tuple[Any, str]:
    kms = emulator.client("kms")
    key_id = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
    return kms, key_id


def _replica(emulator: Emulator) -> str:
    kms, key_id = _replicated(emulator)
    blob = _blob(kms, key_id)
    kms.schedule_key_deletion(KeyId=key_id)
    ireland = emulator.client("kms", region="eu-west-1")
    return answered(lambda: ireland.decrypt(KeyId=key_id, CiphertextBlob=blob))


def _primary(emulator: Emulator) -> str:
    kms, key_id = _replicated(emulator)
    kms.schedule_key_deletion(KeyId=key_id)
    return str(kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"])


# ----------------------------------------------------------------------------------- access


def _access() -> Iterator[Behaviour]:
    decrypt, delete = "kms:Decrypt", "kms:ScheduleKeyDeletion"
    lock_out, malformed = (
        "A key policy that locks its author out",
        MALFORMED,
    )
    for name, documented, answer in (
        ("A user without permission decrypts", DENIED, _as_user(None, decrypt)),
        ("A key user decrypts", SUCCESS, _as_user([decrypt], decrypt)),
        ("A key user schedules deletion", DENIED, _as_user([decrypt], delete)),
        ("A key administrator decrypts", DENIED, _as_user([delete], decrypt)),
        ("A key administrator schedules deletion", SUCCESS, _as_user([delete], delete)),
        (lock_out, malformed, _lock_out),
        ("Encrypt with the key of another account", DENIED, _from_another_account),
    ):
        yield Behaviour("Access control", name, documented, answer, "Key policies in AWS KMS")


def _root_of(key_arn: str) -> str:
    return f"arn:aws:iam::{key_arn.split(':')[4]}:root"


def _statement(principal: str, actions: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": actions,
        "Resource": "*",
    }


def _as_user(allowed: list[str] | None, action: str) -> Callable[[Emulator], str]:
    def answer(emulator: Emulator) -> str:
        iam: IAMClient = emulator.client("iam")
        kms: KMSClient = emulator.client("kms")
        metadata = kms.create_key()["KeyMetadata"]
        root = _root_of(metadata["Arn"])
        name = f"user-{metadata['KeyId'][-12:]}"
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        access_key = iam.create_access_key(UserName=name)["AccessKey"]
        statements = [_statement(root, "kms:*")]
        if allowed:
            statements.append(_statement(arn, allowed))
        kms.put_key_policy(
            KeyId=metadata["KeyId"],
            PolicyName="default",
            Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}),
        )
        blob = _blob(kms, metadata["KeyId"])
        theirs = emulator.client("kms", access_key["AccessKeyId"], access_key["SecretAccessKey"])
        if action == "kms:Decrypt":
            return answered(lambda: theirs.decrypt(KeyId=metadata["KeyId"], CiphertextBlob=blob))
        return answered(lambda: theirs.schedule_key_deletion(KeyId=metadata["KeyId"]))

    return answer


def _lock_out(emulator: Emulator) -> str:
    kms: KMSClient = emulator.client("kms")
    metadata = kms.create_key()["KeyMetadata"]
    statement = _statement(_root_of(metadata["Arn"]), "kms:Encrypt")
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return answered(
        lambda: kms.put_key_policy(KeyId=metadata["KeyId"], PolicyName="default", Policy=document)
    )


def _from_another_account(emulator: Emulator) -> str:
    arn = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    other = emulator.client("kms", "111122223333", "secret")
    return answered(lambda: other.encrypt(KeyId=arn, Plaintext=b"x"))
