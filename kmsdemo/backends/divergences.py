"""Known differences between emulators and AWS: the table of scenarios that fail there.

Each scenario is a strict expected failure: if it passes, the run fails. So a fixed emulator is
noticed, and the scenario is removed from this table.
"""

from __future__ import annotations

from dataclasses import dataclass

_KMS = "https://docs.aws.amazon.com/kms/latest"


@dataclass(frozen=True, slots=True)
class Divergence:
    """One difference between an emulator and AWS.

    Attributes:
        backend: The name of the emulator.
        reason: What the emulator does.
        link: The page where AWS documents what AWS KMS does.
        scenarios: Names of the scenarios that fail; of an outline, with the values of the example.
    """

    backend: str
    reason: str
    link: str
    scenarios: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.reason} ({self.link})"


_NEED_POLICIES = (
    "The caller has no permission",
    "A key administrator cannot decrypt",
    "A key administrator cannot encrypt",
    "A key user cannot delete the key",
    "Any other IAM user can do nothing",
    "An explicit deny overrides any allow",
    "Carl can decrypt for one user only",
    "A revoked grant does not allow carl to decrypt",
)
_NEED_CHECKED_POLICIES = (
    "A key policy that locks out its author is rejected",
    "A key policy for a user that does not exist is rejected",
)
_RE_ENCRYPT = (
    "ReEncrypt succeeds on an enabled key",
    "ReEncrypt fails on a disabled key",
    "ReEncrypt fails on a key that is pending deletion",
)

_NEED_MATERIAL_IDS = (
    "A rotation leaves stored ciphertext under the old key material",
    "New ciphertext uses the new key material",
)

# LocalStack 4.14.0, its last community release.
_LOCALSTACK = (
    Divergence(
        "localstack",
        "Decrypt does not say which key material it used",
        f"{_KMS}/APIReference/API_Decrypt.html",
        _NEED_MATERIAL_IDS,
    ),
    Divergence(
        "localstack",
        "key policies are stored but not enforced",
        f"{_KMS}/developerguide/key-policies.html",
        _NEED_POLICIES,
    ),
    Divergence(
        "localstack",
        "PutKeyPolicy accepts any policy",
        f"{_KMS}/APIReference/API_PutKeyPolicy.html",
        _NEED_CHECKED_POLICIES,
    ),
    Divergence(
        "localstack",
        "a caller can use another account's key by its ARN",
        f"{_KMS}/developerguide/key-policy-modifying-external-accounts.html",
        ("Knowing the key ARN does not give access to the key",),
    ),
    Divergence(
        "localstack",
        "CreateAlias accepts aliases that begin with alias/aws/",
        f"{_KMS}/APIReference/API_CreateAlias.html",
        ("Aliases that begin with aws/ are reserved for AWS",),
    ),
    Divergence(
        "localstack",
        "CancelKeyDeletion of a disabled key returns DisabledException",
        f"{_KMS}/developerguide/key-state.html",
        ("CancelKeyDeletion fails on a disabled key",),
    ),
    Divergence(
        "localstack",
        "ReEncrypt to an alias returns an internal error",
        f"{_KMS}/APIReference/API_ReEncrypt.html",
        _RE_ENCRYPT,
    ),
    Divergence(
        "localstack",
        "a primary key with a replica is PendingDeletion, not PendingReplicaDeletion",
        f"{_KMS}/APIReference/API_ScheduleKeyDeletion.html",
        ("The primary key waits until its replica is deleted",),
    ),
)

# MiniStack 1.5.33.
_MINISTACK = (
    Divergence(
        "ministack",
        "key policies are stored but not enforced",
        f"{_KMS}/developerguide/key-policies.html",
        _NEED_POLICIES,
    ),
    Divergence(
        "ministack",
        "PutKeyPolicy accepts any policy",
        f"{_KMS}/APIReference/API_PutKeyPolicy.html",
        _NEED_CHECKED_POLICIES,
    ),
    Divergence(
        "ministack",
        "another account's key returns NotFoundException instead of AccessDeniedException",
        f"{_KMS}/developerguide/key-policy-modifying-external-accounts.html",
        ("Knowing the key ARN does not give access to the key",),
    ),
    Divergence(
        "ministack",
        "CreateAlias accepts aliases that begin with alias/aws/",
        f"{_KMS}/APIReference/API_CreateAlias.html",
        ("Aliases that begin with aws/ are reserved for AWS",),
    ),
    Divergence(
        "ministack",
        "Decrypt ignores KeyId",
        f"{_KMS}/APIReference/API_Decrypt.html",
        (
            "It does not decrypt under another key",
            "It is the wrong key",
            "The key does not exist",
            "A re-encrypted password does not decrypt under its former key",
        ),
    ),
    Divergence(
        "ministack",
        "Decrypt accepts damaged ciphertext",
        f"{_KMS}/APIReference/API_Decrypt.html",
        (
            "It does not decrypt when its first bit is flipped",
            "It does not decrypt when its last bit is flipped",
            "It does not decrypt when its last byte is removed",
            "It does not decrypt when a byte is added to it",
        ),
    ),
    Divergence(
        "ministack",
        "CancelKeyDeletion of a key that is not pending deletion succeeds",
        f"{_KMS}/developerguide/key-state.html",
        (
            "Only a scheduled deletion can be cancelled",
            "CancelKeyDeletion fails on an enabled key",
            "CancelKeyDeletion fails on a disabled key",
        ),
    ),
    Divergence(
        "ministack",
        "a key that is pending deletion can be changed",
        f"{_KMS}/developerguide/key-state.html",
        (
            "Deletion cannot be scheduled twice",
            "The key cannot be enabled during the waiting period",
            *(
                f"{operation} fails on a key that is pending deletion"
                for operation in (
                    "CreateAlias",
                    "DisableKey",
                    "DisableKeyRotation",
                    "EnableKey",
                    "EnableKeyRotation",
                    "ScheduleKeyDeletion",
                    "TagResource",
                    "UntagResource",
                    "UpdateAlias",
                    "UpdateKeyDescription",
                )
            ),
        ),
    ),
    Divergence(
        "ministack",
        "a disabled key's rotation can be changed",
        f"{_KMS}/developerguide/key-state.html",
        (
            "DisableKeyRotation fails on a disabled key",
            "EnableKeyRotation fails on a disabled key",
        ),
    ),
    Divergence(
        "ministack",
        "RotateKeyOnDemand is not implemented",
        f"{_KMS}/APIReference/API_RotateKeyOnDemand.html",
        (
            "RotateKeyOnDemand succeeds on an enabled key",
            "RotateKeyOnDemand fails on a disabled key",
            "RotateKeyOnDemand fails on a key that is pending deletion",
            "The password still decrypts after a rotation",
            "After a rotation, the password depends on the key as before",
            *_NEED_MATERIAL_IDS,
        ),
    ),
    Divergence(
        "ministack",
        "ReEncrypt is not implemented",
        f"{_KMS}/APIReference/API_ReEncrypt.html",
        _RE_ENCRYPT,
    ),
)

DIVERGENCES = _LOCALSTACK + _MINISTACK


def find(backend: str, scenario: str) -> Divergence | None:
    """Return the known difference that makes a scenario fail on a backend; ``None`` without one.

    Args:
        backend: The name of the backend.
        scenario: The name of the scenario.
    """
    for known in DIVERGENCES:
        if known.backend == backend and scenario in known.scenarios:
            return known
    return None
