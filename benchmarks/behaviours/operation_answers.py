"""What the page of each operation documents of its answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.imported_material import external, parameters
from benchmarks.behaviours.operations import (
    MAC,
    PAGE,
    RSA,
    grant,
    pending_deletion,
    prefix,
    public_key,
    saved,
)


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours."""
    yield from rows("Answers", PAGE, _answers())


def _answers() -> Iterator[Row]:
    for name in ("schedule_key_deletion", "rotate_key_on_demand", "encrypt"):
        more = {"Plaintext": b"x"} if name == "encrypt" else {}
        yield f"KeyId in the answer of {name}", "arn", _key_id(name, more)
    yield "KeyId in the answer of cancel_key_deletion", "arn", _cancelled
    yield "PendingWindowInDays by default", "30", _pending_window
    yield "DeletionDate after CancelKeyDeletion", "None", _deletion_date
    yield "ScheduleKeyDeletion of a primary key with a replica has no date", "None", _primary
    yield "ListKeyPolicies", "default", lambda a: _policies(a)[0]
    yield (
        "GetKeyPolicy names the policy",
        "default",
        lambda a: str(a.kms.get_key_policy(KeyId=a.key())["PolicyName"]),
    )
    yield "The key manager of a customer managed key", "CUSTOMER", _described("KeyManager")
    yield "The origin of a key", "AWS_KMS", _described("Origin")
    yield "CustomerMasterKeySpec of an RSA key", "RSA_2048", _public("CustomerMasterKeySpec")
    yield "The usage of a public key", "ENCRYPT_DECRYPT", _public("KeyUsage")
    yield "No next rotation while rotation is not enabled", "None", _next_rotation
    yield "A changed rotation period", "100", _other_period
    yield "A replica has the key id of its primary", SUCCESS, _same_id
    yield "A primary key lists its replicas", "eu-west-1", _replica_regions
    yield "The parameters for an import are valid for a day", "24", _hours_valid
    yield "The wrapping key is of its spec", "4096", _wrapping_bits
    yield "VerifyMac says that the MAC is valid", "True", lambda a: _mac(a, b"m", b"m")
    yield "ReEncrypt names the source key", "arn", _re_encrypted
    yield "The last usage after a call that fails", "none", _failed_usage
    yield (
        "DescribeCustomKeyStores is not truncated",
        "False",
        lambda a: str(a.kms.describe_custom_key_stores()["Truncated"]),
    )
    yield "The last page has no marker", "None", lambda a: str(_last_page(a).get("NextMarker"))
    yield "ListRetirableGrants: a page of one", "True", _retirable_page


def _key_id(operation: str, options: dict[str, Any]) -> Call:
    return lambda account: prefix(getattr(account.kms, operation)(KeyId=account.key(), **options))


def _cancelled(account: Account) -> str:
    return prefix(account.kms.cancel_key_deletion(KeyId=pending_deletion(account, account.key())))


def _pending_window(account: Account) -> str:
    answer = account.kms.schedule_key_deletion(KeyId=account.key())
    return str(answer.get("PendingWindowInDays"))


def _deletion_date(account: Account) -> str:
    return str(account.metadata(saved(account)).get("DeletionDate"))


def _replicated(account: Account) -> str:
    key_id = account.key(MultiRegion=True)
    account.kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
    return key_id


def _primary(account: Account) -> str:
    answer = account.kms.schedule_key_deletion(KeyId=_replicated(account))
    return str(answer.get("DeletionDate"))


def _policies(account: Account) -> Any:
    return account.kms.list_key_policies(KeyId=account.key())["PolicyNames"]


def _described(field: str) -> Call:
    return lambda account: str(account.metadata(account.key()).get(field))


def _public(field: str) -> Call:
    return lambda account: str(public_key(account, account.key(*RSA)).get(field))


def _next_rotation(account: Account) -> str:
    status = account.kms.get_key_rotation_status(KeyId=account.key())
    return str(status.get("NextRotationDate"))


def _other_period(account: Account) -> str:
    key_id = account.key()
    for days in (90, 100):
        account.kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=days)
    status = account.kms.get_key_rotation_status(KeyId=key_id)
    return str(status.get("RotationPeriodInDays"))


def _same_id(account: Account) -> None:
    key_id = _replicated(account)
    account.in_region("eu-west-1").describe_key(KeyId=key_id)


def _replica_regions(account: Account) -> str:
    configuration = account.metadata(_replicated(account))["MultiRegionConfiguration"]
    return " ".join(one["Region"] for one in configuration["ReplicaKeys"])


def _hours_valid(account: Account) -> str:
    key_id = external(account)
    end = parameters(account, key_id)["ParametersValidTo"]
    return str(round((end - account.metadata(key_id)["CreationDate"]).total_seconds() / 3600))


def _wrapping_bits(account: Account) -> str:
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    given = parameters(account, external(account), spec="RSA_4096")
    public: Any = load_der_public_key(given["PublicKey"])
    return str(public.key_size)


def _mac(account: Account, message: bytes, other: bytes) -> str:
    asked = {"KeyId": account.key(*MAC), "MacAlgorithm": "HMAC_SHA_256"}
    mac = account.kms.generate_mac(Message=message, **asked)["Mac"]
    return str(account.kms.verify_mac(Message=other, Mac=mac, **asked)["MacValid"])


def _re_encrypted(account: Account) -> str:
    key_id = account.key()
    answer = account.kms.re_encrypt(CiphertextBlob=account.blob(key_id), DestinationKeyId=key_id)
    return prefix(answer, "SourceKeyId")


def _failed_usage(account: Account) -> str:
    key_id = account.key()
    account.kms.disable_key(KeyId=key_id)
    try:
        account.blob(key_id)
    except account.kms.exceptions.DisabledException:
        account.kms.enable_key(KeyId=key_id)
    usage = account.kms.get_key_last_usage(KeyId=key_id).get("KeyLastUsage") or {}
    return str(usage.get("Operation", "none"))


def _last_page(account: Account) -> Any:
    account.key()
    return list(account.kms.get_paginator("list_keys").paginate())[-1]


def _retirable_page(account: Account) -> str:
    key_id = account.key()
    retiring = f"arn:aws:iam::{account.metadata(key_id)['AWSAccountId']}:root"
    for _ in range(2):
        grant(account, key_id, RetiringPrincipal=retiring)
    page = account.kms.list_retirable_grants(RetiringPrincipal=retiring, Limit=1)
    return str(page["Truncated"])
