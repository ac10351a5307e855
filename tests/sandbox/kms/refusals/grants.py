"""Grants that AWS KMS refuses."""

from __future__ import annotations

from typing import Any

from tests.sandbox.kms.refusals.refused import (
    UNSUPPORTED,
    VALIDATION,
    Refusal,
    constraint,
    new,
    rsa,
)
from tests.sandbox.kms.test_recorded import Account

ROOT = "arn:aws:iam::123456789012:root"
NO_SERVICES = "The sandbox has no services of AWS that use grants."


def granted(a: Account, key_id: str = "", **options: Any) -> Any:
    given = {"GranteePrincipal": ROOT, "Operations": ["Decrypt"], **options}
    return a.kms.create_grant(KeyId=key_id or new(a), **given)


def subset(**pairs: str) -> dict[str, Any]:
    return {"Constraints": {"EncryptionContextSubset": pairs}}


GRANTS: list[Refusal] = [
    (
        lambda a: a.kms.create_grant(KeyId=new(a), Operations=["Decrypt"]),
        VALIDATION,
        "You must specify either GranteePrincipal or GranteeServicePrincipal, but not both.",
    ),
    (
        lambda a: a.kms.create_grant(
            KeyId=new(a), Operations=["Decrypt"], GranteeServicePrincipal="x.amazonaws.com"
        ),
        UNSUPPORTED,
        NO_SERVICES,
    ),
    (
        lambda a: granted(a, RetiringServicePrincipal="x.amazonaws.com"),
        UNSUPPORTED,
        NO_SERVICES,
    ),
    (
        lambda a: granted(a, RetiringPrincipal=ROOT, RetiringServicePrincipal="x.amazonaws.com"),
        VALIDATION,
        "You must specify either RetiringPrincipal or RetiringServicePrincipal, but not both.",
    ),
    (
        lambda a: a.kms.list_grants(
            KeyId=new(a), GranteePrincipal=ROOT, GranteeServicePrincipal="x.amazonaws.com"
        ),
        VALIDATION,
        "You must specify either GranteePrincipal or GranteeServicePrincipal, but not both.",
    ),
    (
        lambda a: granted(a, GranteePrincipal=f"{ROOT[:-4]}user/nobody"),
        "InvalidArnException",
        f"ARN does not refer to a valid principal: {ROOT[:-4]}user/nobody",
    ),
    (
        lambda a: granted(
            a,
            Constraints={
                "EncryptionContextSubset": {"a": "1"},
                "EncryptionContextEquals": {"a": "1"},
            },
        ),
        VALIDATION,
        "More than one constraint supplied",
    ),
    (
        lambda a: granted(a, rsa(a), **subset(a="1")),
        VALIDATION,
        "An encryption context grant constraint needs a symmetric encryption KMS key.",
    ),
    (
        lambda a: granted(a, **subset(**dict.fromkeys("abcdefghi", "1"))),
        VALIDATION,
        "EncryptionContextSubset can include up to 8 encryption context pairs.",
    ),
    (
        lambda a: granted(a, **subset(a="x" * 385)),
        VALIDATION,
        "A value in EncryptionContextSubset cannot exceed 384 characters.",
    ),
    (
        lambda a: granted(a, Operations=[]),
        VALIDATION,
        constraint("", "operations", "Member must have length greater than or equal to 1"),
    ),
    (
        lambda a: granted(a, Operations=["Sign"]),
        VALIDATION,
        "Operation Sign is not valid in a grant for <key>, whose key spec is SYMMETRIC_DEFAULT "
        "and whose key usage is ENCRYPT_DECRYPT.",
    ),
    (
        lambda a: granted(a, Operations=["GetPublicKey"]),
        VALIDATION,
        "Operation GetPublicKey is not valid in a grant for <key>, whose key spec is "
        "SYMMETRIC_DEFAULT and whose key usage is ENCRYPT_DECRYPT.",
    ),
    (
        lambda a: granted(a, a.hmac()["KeyId"], Operations=["GetPublicKey"]),
        VALIDATION,
        "Operation GetPublicKey is not valid in a grant for <key>, whose key spec is HMAC_256 "
        "and whose key usage is GENERATE_VERIFY_MAC.",
    ),
    (
        lambda a: a.kms.list_grants(KeyId=new(a), GrantId="x" * 64),
        "InvalidGrantIdException",
        "",
    ),
    (
        lambda a: a.kms.revoke_grant(KeyId=new(a), GrantId="x" * 64),
        "NotFoundException",
        f"Grant ID {'x' * 64} not found",
    ),
    (
        lambda a: a.kms.retire_grant(KeyId=new(a), GrantId="x" * 64),
        "NotFoundException",
        f"Grant ID {'x' * 64} not found",
    ),
    (
        lambda a: a.kms.retire_grant(GrantId="x" * 64),
        VALIDATION,
        "Grant token OR (grant ID, key ID) must be specified",
    ),
    (lambda a: a.kms.retire_grant(GrantToken="x"), "InvalidGrantTokenException", ""),
    (
        lambda a: a.kms.encrypt(KeyId=new(a), Plaintext=b"x", GrantTokens=["x"]),
        "InvalidGrantTokenException",
        "",
    ),
]
