"""Corner cases of rotation, deletion, custom key stores and the last usage of a key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from benchmarks.behaviours.behaviour import SUCCESS, Account, Behaviour, Row, rows
from benchmarks.behaviours.error_codes import NOT_FOUND, STATE, UNSUPPORTED, VALIDATION

_STORE = "cks-1234567890abcdef0"
_PROXY = {
    "CustomKeyStoreName": "mine",
    "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
    "XksProxyUriEndpoint": "https://proxy.example.com",
    "XksProxyUriPath": "/kms/xks/v1",
    "XksProxyConnectivity": "PUBLIC_ENDPOINT",
    "XksProxyAuthenticationCredential": {
        "AccessKeyId": "A" * 20,
        "RawSecretAccessKey": "B" * 43,
    },
}
_IRELAND = "eu-west-1"


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of what happens to keys, and of their usage."""
    reference = "AWS KMS API Reference"
    for group, operation, listed in (
        ("Rotation", "EnableKeyRotation and GetKeyRotationStatus", _rotation()),
        ("Deletion", "ScheduleKeyDeletion and CancelKeyDeletion", _deletion()),
        ("Custom key stores", "CreateCustomKeyStore and CreateKey", _stores()),
        ("Last usage", "GetKeyLastUsage", _usage()),
    ):
        yield from rows(group, f"{operation}, {reference}", listed)


def _rotation() -> Iterator[Row]:
    yield "The status while deletion is pending", "False", lambda a: _status(a, is_canceled=False)
    yield "The status after CancelKeyDeletion", "True", lambda a: _status(a, is_canceled=True)
    yield "The status of a disabled key", "True", _status_of_disabled
    yield (
        "A rotation period of 2,560 days",
        SUCCESS,
        lambda a: a.kms.enable_key_rotation(KeyId=a.key(), RotationPeriodInDays=2560),
    )
    yield (
        "DisableKeyRotation of a key that does not rotate",
        SUCCESS,
        lambda a: a.kms.disable_key_rotation(KeyId=a.key()),
    )
    yield (
        "DisableKeyRotation of RSA_2048",
        UNSUPPORTED,
        lambda a: a.kms.disable_key_rotation(KeyId=a.key("RSA_2048", "SIGN_VERIFY")),
    )
    yield "A rotation keeps the key id, the ARN and the policy", SUCCESS, _kept
    yield "ListKeyRotations names the date", "datetime", _date_of_rotation
    yield "A disabled key rotates when it is enabled", "1", _rotates_when_enabled
    yield "Data keys after a rotation name the new key material", SUCCESS, _data_key_after


def _deletion() -> Iterator[Row]:
    yield "A key that is pending deletion is not enabled", "False", _not_enabled
    yield "CancelKeyDeletion keeps tags and aliases", "alias a", _kept_by_cancel
    yield "An alias of a deleted key is free", SUCCESS, _free_alias
    yield "The date of deletion is that of the waiting period", "7", _waiting_days
    yield "A replica is deleted: the primary key stays", "Enabled", _replica_deleted
    yield "A primary key without replicas is pending deletion", "PendingDeletion", _primary_deleted
    yield (
        "ScheduleKeyDeletion of 1 day",
        VALIDATION,
        lambda a: a.kms.schedule_key_deletion(KeyId=a.key(), PendingWindowInDays=1),
    )
    yield "The waiting period of a primary key with replicas", "7", _waiting_of_primary
    yield "ReplicateKey of a key that is pending deletion", STATE, _replicated


def _stores() -> Iterator[Row]:
    yield (
        "An external key store without its endpoint service",
        VALIDATION,
        lambda a: a.unchecked.create_custom_key_store(
            **_PROXY | {"XksProxyConnectivity": "VPC_ENDPOINT_SERVICE"}
        ),
    )
    yield (
        "A proxy that is not reached by HTTPS",
        VALIDATION,
        lambda a: a.unchecked.create_custom_key_store(
            **_PROXY | {"XksProxyUriEndpoint": "http://proxy.example.com"}
        ),
    )
    yield (
        "A proxy that is not there",
        "XksProxyUriUnreachableException",
        lambda a: a.unchecked.create_custom_key_store(**_PROXY),
    )
    yield (
        "A proxy without a path",
        VALIDATION,
        lambda a: a.unchecked.create_custom_key_store(
            **{name: one for name, one in _PROXY.items() if name != "XksProxyUriPath"}
        ),
    )
    yield (
        "A key store without a name",
        VALIDATION,
        lambda a: a.unchecked.create_custom_key_store(),
    )
    yield (
        "A key in an external key store without XksKeyId",
        VALIDATION,
        lambda a: a.kms.create_key(Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=_STORE),
    )
    yield (
        "A key in an external key store that is not there",
        "CustomKeyStoreNotFoundException",
        lambda a: a.kms.create_key(
            Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=_STORE, XksKeyId="key"
        ),
    )
    yield (
        "DescribeCustomKeyStores by a name that is not there",
        "CustomKeyStoreNotFoundException",
        lambda a: a.kms.describe_custom_key_stores(CustomKeyStoreName="nobody"),
    )


def _usage() -> Iterator[Row]:
    yield "The event of the last usage", SUCCESS, _event
    yield "The request of the last usage", SUCCESS, _request
    yield "The last usage after DescribeKey", "none", lambda a: _used(a, "describe_key")
    yield "The last usage after a dry run", "none", lambda a: _used(a, "encrypt", DryRun=True)
    yield "ReEncrypt is the last usage of both keys", "ReEncrypt ReEncrypt", _both
    yield "Primary keys and replicas are used apart", "none", _apart
    yield "GetKeyLastUsage by alias", NOT_FOUND, _by_alias
    yield "The date of creation, beside the last usage", "datetime", _creation


# -------------------------------------------------------------------------------- rotation


def _rotating(account: Account) -> str:
    key_id = account.key()
    account.kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    return key_id


def _enabled(account: Account, key_id: str) -> str:
    return str(account.kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"])


def _status(account: Account, *, is_canceled: bool) -> str:
    key_id = _rotating(account)
    account.kms.schedule_key_deletion(KeyId=key_id)
    if is_canceled:
        account.kms.cancel_key_deletion(KeyId=key_id)
    return _enabled(account, key_id)


def _status_of_disabled(account: Account) -> str:
    key_id = _rotating(account)
    account.kms.disable_key(KeyId=key_id)
    return _enabled(account, key_id)


def _kept(account: Account) -> str:
    key_id = account.key()
    policy = account.kms.get_key_policy(KeyId=key_id)["Policy"]
    arn = account.metadata(key_id)["Arn"]
    account.kms.rotate_key_on_demand(KeyId=key_id)
    same = account.kms.get_key_policy(KeyId=key_id)["Policy"] == policy
    return SUCCESS if same and account.metadata(key_id)["Arn"] == arn else "changed"


def _rotations(account: Account, key_id: str) -> list[Any]:
    return list(account.kms.list_key_rotations(KeyId=key_id)["Rotations"])


def _date_of_rotation(account: Account) -> str:
    key_id = account.key()
    account.kms.rotate_key_on_demand(KeyId=key_id)
    return type(_rotations(account, key_id)[0]["RotationDate"]).__name__


def _rotates_when_enabled(account: Account) -> str:
    key_id = _rotating(account)
    account.kms.disable_key(KeyId=key_id)
    account.emulator.advance(days=300)
    account.kms.enable_key(KeyId=key_id)
    return str(len(_rotations(account, key_id)))


def _data_key_after(account: Account) -> str:
    key_id = account.key()
    account.kms.rotate_key_on_demand(KeyId=key_id)
    made = account.kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")["KeyMaterialId"]
    return SUCCESS if made == account.metadata(key_id)["CurrentKeyMaterialId"] else str(made)


# -------------------------------------------------------------------------------- deletion


def _pending_deletion(account: Account, **options: Any) -> str:
    key_id = account.key(**options)
    account.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    return key_id


def _not_enabled(account: Account) -> str:
    return str(account.metadata(_pending_deletion(account))["Enabled"])


def _kept_by_cancel(account: Account) -> str:
    key_id = account.key(Tags=[{"TagKey": "a", "TagValue": ""}])
    account.kms.create_alias(AliasName=f"alias/{key_id}", TargetKeyId=key_id)
    account.kms.schedule_key_deletion(KeyId=key_id)
    account.kms.cancel_key_deletion(KeyId=key_id)
    alias = account.kms.list_aliases(KeyId=key_id)["Aliases"][0]["AliasName"]
    tag = account.kms.list_resource_tags(KeyId=key_id)["Tags"][0]["TagKey"]
    return f"{alias.partition('/')[0]} {tag}"


def _free_alias(account: Account) -> None:
    key_id = account.key()
    account.kms.create_alias(AliasName=f"alias/{key_id}", TargetKeyId=key_id)
    account.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    account.emulator.advance(days=8)
    account.kms.create_alias(AliasName=f"alias/{key_id}", TargetKeyId=account.key())


def _waiting_days(account: Account) -> str:
    key_id = account.key()
    created = account.metadata(key_id)["CreationDate"]
    answer = account.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    return str(round((answer["DeletionDate"] - created) / timedelta(days=1)))


def _replicated_key(account: Account) -> str:
    key_id = account.key(MultiRegion=True)
    account.kms.replicate_key(KeyId=key_id, ReplicaRegion=_IRELAND)
    return key_id


def _state(account: Account, key_id: str) -> str:
    return str(account.metadata(key_id)["KeyState"])


def _delete_replica(account: Account, key_id: str) -> None:
    ireland = account.in_region(_IRELAND)
    ireland.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    account.emulator.advance(days=8)


def _replica_deleted(account: Account) -> str:
    key_id = _replicated_key(account)
    _delete_replica(account, key_id)
    return _state(account, key_id)


def _primary_deleted(account: Account) -> str:
    key_id = _replicated_key(account)
    account.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=30)
    _delete_replica(account, key_id)
    return _state(account, key_id)


def _waiting_of_primary(account: Account) -> str:
    key_id = _replicated_key(account)
    account.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    return str(account.metadata(key_id)["PendingDeletionWindowInDays"])


def _replicated(account: Account) -> None:
    account.kms.replicate_key(
        KeyId=_pending_deletion(account, MultiRegion=True), ReplicaRegion=_IRELAND
    )


# ------------------------------------------------------------------------------ last usage


def _last_usage(kms: Any, key_id: str) -> Any:
    return kms.get_key_last_usage(KeyId=key_id)["KeyLastUsage"]


def _encrypted(account: Account) -> tuple[str, Any]:
    """Return a key that was used, and the answer."""
    key_id = account.key()
    return key_id, account.kms.encrypt(KeyId=key_id, Plaintext=b"x")


def _event(account: Account) -> str:
    key_id, _ = _encrypted(account)
    trail = account.emulator.client("cloudtrail")
    recorded = trail.lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Encrypt"}]
    )["Events"]
    found = _last_usage(account.kms, key_id)["CloudTrailEventId"]
    return SUCCESS if found in [event["EventId"] for event in recorded] else str(found)


def _request(account: Account) -> str:
    key_id, answer = _encrypted(account)
    found = _last_usage(account.kms, key_id)["KmsRequestId"]
    return SUCCESS if found == answer["ResponseMetadata"]["RequestId"] else str(found)


def _used(account: Account, operation: str, **options: Any) -> str:
    key_id = account.key()
    asked: Any = {"KeyId": key_id, **({"Plaintext": b"x"} if options else {}), **options}
    with suppress(account.kms.exceptions.DryRunOperationException):
        getattr(account.kms, operation)(**asked)
    return str(_last_usage(account.kms, key_id).get("Operation", "none"))


def _both(account: Account) -> str:
    source, target = account.key(), account.key()
    account.kms.re_encrypt(CiphertextBlob=account.blob(source), DestinationKeyId=target)
    return " ".join(_last_usage(account.kms, key)["Operation"] for key in (source, target))


def _apart(account: Account) -> str:
    key_id = _replicated_key(account)
    account.blob(key_id)
    return str(_last_usage(account.in_region(_IRELAND), key_id).get("Operation", "none"))


def _by_alias(account: Account) -> None:
    key_id = account.key()
    account.kms.create_alias(AliasName=f"alias/{key_id}", TargetKeyId=key_id)
    account.kms.get_key_last_usage(KeyId=f"alias/{key_id}")


def _creation(account: Account) -> str:
    return type(account.kms.get_key_last_usage(KeyId=account.key())["KeyCreationDate"]).__name__
