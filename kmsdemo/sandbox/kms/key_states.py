"""Which operations each key state allows: AWS's table, and the check that applies it."""

from __future__ import annotations

from kmsdemo.sandbox.key import Key
from kmsdemo.sandbox.refusal import Refusal

OK = None
DISABLED = "DisabledException"
INVALID = "KMSInvalidStateException"

STATES = ("Enabled", "Disabled", "PendingDeletion")

KEY_STATES: dict[str, tuple[str | None, str | None, str | None]] = {
    "CancelKeyDeletion": (INVALID, INVALID, OK),
    "CreateAlias": (OK, OK, INVALID),
    "CreateGrant": (OK, DISABLED, INVALID),
    "Decrypt": (OK, DISABLED, INVALID),
    "DeleteAlias": (OK, OK, OK),
    "DescribeKey": (OK, OK, OK),
    "DisableKey": (OK, OK, INVALID),
    "DisableKeyRotation": (OK, DISABLED, INVALID),
    "EnableKey": (OK, OK, INVALID),
    "EnableKeyRotation": (OK, DISABLED, INVALID),
    "Encrypt": (OK, DISABLED, INVALID),
    "GenerateDataKey": (OK, DISABLED, INVALID),
    "GenerateDataKeyPair": (OK, DISABLED, INVALID),
    "GenerateDataKeyPairWithoutPlaintext": (OK, DISABLED, INVALID),
    "GenerateDataKeyWithoutPlaintext": (OK, DISABLED, INVALID),
    "GetKeyPolicy": (OK, OK, OK),
    "GetKeyRotationStatus": (OK, OK, OK),
    "ListAliases": (OK, OK, OK),
    "ListGrants": (OK, OK, OK),
    "ListKeyPolicies": (OK, OK, OK),
    "ListResourceTags": (OK, OK, OK),
    "PutKeyPolicy": (OK, OK, OK),
    "ReEncrypt": (OK, DISABLED, INVALID),
    "RetireGrant": (OK, OK, OK),
    "RevokeGrant": (OK, OK, OK),
    "RotateKeyOnDemand": (OK, DISABLED, INVALID),
    "ScheduleKeyDeletion": (OK, OK, INVALID),
    "TagResource": (OK, OK, INVALID),
    "UntagResource": (OK, OK, INVALID),
    "UpdateAlias": (OK, OK, INVALID),
    "UpdateKeyDescription": (OK, OK, INVALID),
    # Operations of other types of keys; the guide has the same columns for them.
    "Decapsulate": (OK, DISABLED, INVALID),
    "DeleteImportedKeyMaterial": (OK, OK, OK),
    "DeriveSharedSecret": (OK, DISABLED, INVALID),
    "Encapsulate": (OK, DISABLED, INVALID),
    "GenerateMac": (OK, DISABLED, INVALID),
    "GetKeyLastUsage": (OK, OK, OK),
    "GetParametersForImport": (OK, OK, INVALID),
    "GetPublicKey": (OK, DISABLED, INVALID),
    "ImportKeyMaterial": (OK, OK, INVALID),
    "ListKeyRotations": (OK, OK, OK),
    "ReplicateKey": (OK, DISABLED, INVALID),
    "Sign": (OK, DISABLED, INVALID),
    "UpdatePrimaryRegion": (OK, DISABLED, INVALID),
    "Verify": (OK, DISABLED, INVALID),
    "VerifyMac": (OK, DISABLED, INVALID),
}
"""By operation: the error in each of :data:`STATES`, or :data:`OK`.

AWS KMS Developer Guide, "Key states of AWS KMS keys". ``PendingReplicaDeletion`` has the column of
``PendingDeletion``.
"""

_NEED_MATERIAL = frozenset(
    {
        *(name for name, (_, disabled, _) in KEY_STATES.items() if disabled == DISABLED),
        *("CancelKeyDeletion", "DisableKey", "EnableKey"),
    }
)
"""The operations that fail while a key is ``PendingImport``; see the same table."""

_COLUMNS = {
    "Enabled": 0,
    "Disabled": 1,
    "PendingDeletion": 2,
    "PendingReplicaDeletion": 2,
}
_WORDS = {
    "PendingDeletion": "pending deletion",
    "PendingImport": "pending import",
    "PendingReplicaDeletion": "pending replica deletion",
}


def check(operation: str, key: Key) -> None:
    """Check that the key state allows an operation.

    Args:
        operation: Such as ``Encrypt``.
        key: The key.

    Raises:
        Refusal: ``DisabledException`` or ``KMSInvalidStateException``.
    """
    code = _error(operation, key.key_state)
    if code == DISABLED:
        raise Refusal(code, f"{key.arn} is disabled.")
    if code == INVALID:
        is_cancelled = operation == "CancelKeyDeletion"
        words = "not pending deletion" if is_cancelled else _WORDS[key.key_state]
        raise Refusal(code, f"{key.arn} is {words}.")


def _error(operation: str, state: str) -> str | None:
    if state == "PendingImport":
        return INVALID if operation in _NEED_MATERIAL else OK
    row = KEY_STATES.get(operation)
    return row[_COLUMNS[state]] if row else OK
