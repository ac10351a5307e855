"""Where emulators are known to differ from AWS: the table of scenarios that fail there.

Each is a strict expected failure: a run in which the scenario passes fails, so that an emulator
that has become right is noticed and the scenario removed from here.
"""

from __future__ import annotations

from dataclasses import dataclass

_KMS = "https://docs.aws.amazon.com/kms/latest"


@dataclass(frozen=True, slots=True)
class Divergence:
    """One thing that an emulator does otherwise than AWS documents it.

    Attributes:
        backend: The emulator.
        reason: What it does instead.
        link: Where AWS documents what it should do.
        scenarios: Names of the scenarios that fail; an outline's with the values of its example.
    """

    backend: str
    reason: str
    link: str
    scenarios: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.reason} ({self.link})"


_NEED_POLICIES = (
    "A caller without permission",
    "A key administrator cannot decrypt",
    "A key administrator cannot encrypt",
    "A key user cannot delete the key",
    "Whoever is neither can do nothing",
    "A prohibition is stronger than any permission",
    "Carl decrypts for one user only",
    "A revoked grant lets nobody decrypt",
)
_NEED_CHECKED_POLICIES = (
    "A key policy that its author could not change again is refused",
    "A key policy names people who exist",
)
_RE_ENCRYPT = (
    "An enabled key does ReEncrypt",
    "A disabled key does not do ReEncrypt",
    "A key that is pending deletion does not do ReEncrypt",
)

# LocalStack 4.14.0, its last community release.
_LOCALSTACK = (
    Divergence(
        "localstack",
        "key policies are kept and not enforced",
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
        "a key ARN opens another account's key",
        f"{_KMS}/developerguide/key-policy-modifying-external-accounts.html",
        ("The full name of a key opens no door",),
    ),
    Divergence(
        "localstack",
        "CreateAlias accepts aliases that begin with alias/aws/",
        f"{_KMS}/APIReference/API_CreateAlias.html",
        ("AWS keeps the aliases that begin with aws for itself",),
    ),
    Divergence(
        "localstack",
        "CancelKeyDeletion of a disabled key says DisabledException",
        f"{_KMS}/developerguide/key-state.html",
        ("A disabled key has no deletion to cancel",),
    ),
    Divergence(
        "localstack",
        "ReEncrypt to an alias ends with an internal error",
        f"{_KMS}/APIReference/API_ReEncrypt.html",
        _RE_ENCRYPT,
    ),
    Divergence(
        "localstack",
        "a primary key with a replica is pending deletion at once",
        f"{_KMS}/APIReference/API_ScheduleKeyDeletion.html",
        ("The primary key waits for its replica",),
    ),
)

# MiniStack 1.5.33.
_MINISTACK = (
    Divergence(
        "ministack",
        "key policies are kept and not enforced",
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
        "another account's key is not found where AWS denies access",
        f"{_KMS}/developerguide/key-policy-modifying-external-accounts.html",
        ("The full name of a key opens no door",),
    ),
    Divergence(
        "ministack",
        "CreateAlias accepts aliases that begin with alias/aws/",
        f"{_KMS}/APIReference/API_CreateAlias.html",
        ("AWS keeps the aliases that begin with aws for itself",),
    ),
    Divergence(
        "ministack",
        "Decrypt does not look at the key that is named",
        f"{_KMS}/APIReference/API_Decrypt.html",
        ("It does not decrypt under another key", "The wrong key", "A key that does not exist"),
    ),
    Divergence(
        "ministack",
        "Decrypt takes damaged ciphertext",
        f"{_KMS}/APIReference/API_Decrypt.html",
        (
            "It does not decrypt when its first bit is flipped",
            "It does not decrypt when its last bit is flipped",
            "It does not decrypt when its end is cut off",
            "It does not decrypt when something is added to it",
        ),
    ),
    Divergence(
        "ministack",
        "CancelKeyDeletion of a key that is not pending deletion succeeds",
        f"{_KMS}/developerguide/key-state.html",
        (
            "There must be a deletion to cancel",
            "An enabled key has no deletion to cancel",
            "A disabled key has no deletion to cancel",
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
                f"A key that is pending deletion does not do {operation}"
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
            "A disabled key does not do DisableKeyRotation",
            "A disabled key does not do EnableKeyRotation",
        ),
    ),
    Divergence(
        "ministack",
        "there is no RotateKeyOnDemand",
        f"{_KMS}/APIReference/API_RotateKeyOnDemand.html",
        (
            "An enabled key does RotateKeyOnDemand",
            "A disabled key does not do RotateKeyOnDemand",
            "A key that is pending deletion does not do RotateKeyOnDemand",
        ),
    ),
    Divergence(
        "ministack",
        "there is no ReEncrypt",
        f"{_KMS}/APIReference/API_ReEncrypt.html",
        _RE_ENCRYPT,
    ),
)

DIVERGENCES = _LOCALSTACK + _MINISTACK


def find(backend: str, scenario: str) -> Divergence | None:
    """Return what is known of a scenario on a backend, if anything is."""
    for known in DIVERGENCES:
        if known.backend == backend and scenario in known.scenarios:
            return known
    return None
