"""Every field of the examples in AWS's API Reference, which botocore carries, is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.loaders import create_loader

from kmsdemo.account.clients import Clients

EXAMPLES = create_loader().load_service_model("kms", "examples-1")["examples"]
SYMMETRIC: dict[str, str] = {}
SIGNING = {"KeySpec": "ECC_NIST_P384", "KeyUsage": "SIGN_VERIFY"}
RSA = {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}
HMAC = {"KeySpec": "HMAC_384", "KeyUsage": "GENERATE_VERIFY_MAC"}
EXTERNAL = {"Origin": "EXTERNAL"}
PRIMARY = {"MultiRegion": True}
KINDS: dict[str, dict[str, Any]] = {
    "GenerateMac": HMAC,
    "GetParametersForImport": EXTERNAL,
    "GetPublicKey": RSA,
    "ReplicateKey": PRIMARY,
    "Sign": SIGNING,
    "Verify": SIGNING,
    "VerifyMac": HMAC,
    "To get details about a multi-Region key": PRIMARY,
    "To get details about an HMAC KMS key": HMAC,
    "To get details about an RSA asymmetric KMS key": {**RSA, "KeyUsage": "SIGN_VERIFY"},
}
"""The kind of the key, by operation or by the title of the example."""
NOT_SUPPORTED = ("CustomKeyStore", "To create a KMS key in a custom key store")


def described() -> Iterator[Any]:
    """Yield the examples that have an answer."""
    for operation, listed in EXAMPLES.items():
        for example in listed:
            is_supported = not any(text in example["title"] + operation for text in NOT_SUPPORTED)
            if is_supported and example.get("output"):
                yield pytest.param(operation, example, id=example["title"])


@pytest.mark.parametrize(("operation", "example"), list(described()))
def test_an_example_has_no_field_that_the_sandbox_leaves_out(
    clients: Clients, operation: str, example: dict[str, Any]
) -> None:
    answer = call(clients.kms, operation, example)
    assert sorted(fields(example["output"]) - fields(answer)) == []


def fields(answer: Any, path: str = "") -> set[str]:
    """Return the paths of all fields of an answer."""
    if isinstance(answer, dict):
        inner = {f"{path}.{name}": one for name, one in answer.items()}
        return set(inner).union(*(fields(one, name) for name, one in inner.items()))
    if isinstance(answer, list):
        return set[str]().union(*(fields(one, path) for one in answer))
    return set()


def call(kms: Any, operation: str, example: dict[str, Any]) -> Any:
    """Make the call of an example, with names and bytes that exist here."""
    kind = KINDS.get(example["title"], KINDS.get(operation, SYMMETRIC))
    key = kms.create_key(**kind)["KeyMetadata"]
    prepare = PREPARED.get(example["title"], PREPARED.get(operation, nothing))
    given = {**example.get("input", {}), **prepare(kms, key)}
    given |= {"KeyId": key["KeyId"]} if "KeyId" in given else {}
    return getattr(kms, xform_name(operation))(**given)


def blob(kms: Any, key: Any) -> Any:
    return kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]


def nothing(_: Any, __: Any) -> dict[str, str]:
    return {}


def pending_deletion(kms: Any, key: Any) -> dict[str, str]:
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    return {}


def replicated(kms: Any, key: Any) -> dict[str, str]:
    kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion="eu-west-1")
    return {}


def aliased(kms: Any, key: Any) -> dict[str, str]:
    kms.create_alias(AliasName="alias/mine", TargetKeyId=key["KeyId"])
    return {}


def tagged(kms: Any, key: Any) -> dict[str, str]:
    kms.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": "a", "TagValue": "b"}])
    return {}


def granted(kms: Any, key: Any) -> dict[str, str]:
    """Create a grant with a name and a retiring principal; return the principal."""
    root = f"arn:aws:iam::{key['AWSAccountId']}:root"
    kms.create_grant(
        KeyId=key["KeyId"],
        GranteePrincipal=root,
        RetiringPrincipal=root,
        Operations=["Decrypt"],
        Name="name",
        Constraints={"EncryptionContextSubset": {"Department": "IT"}},
    )
    return {"RetiringPrincipal": root}


def verified(kms: Any, key: Any) -> dict[str, bytes]:
    asked = {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_384"}
    return {"Message": b"x", "Signature": kms.sign(KeyId=key["KeyId"], **asked)["Signature"]}


def maced(kms: Any, key: Any) -> dict[str, bytes]:
    asked = {"Message": b"x", "MacAlgorithm": "HMAC_SHA_384"}
    return {"Message": b"x", "Mac": kms.generate_mac(KeyId=key["KeyId"], **asked)["Mac"]}


PREPARED: dict[str, Callable[[Any, Any], Any]] = {
    "CancelKeyDeletion": pending_deletion,
    "CreateGrant": lambda kms, key: {"GranteePrincipal": granted(kms, key)["RetiringPrincipal"]},
    "Decrypt": lambda kms, key: {"CiphertextBlob": blob(kms, key)},
    "ListAliases": aliased,
    "ListGrants": lambda kms, key: {"KeyId": key["KeyId"]} if granted(kms, key) else {},
    "ListResourceTags": tagged,
    "ListRetirableGrants": granted,
    "ReEncrypt": lambda kms, key: {
        "CiphertextBlob": blob(kms, key),
        "DestinationKeyId": key["KeyId"],
    },
    "To get details about a multi-Region key": replicated,
    "Verify": verified,
    "VerifyMac": maced,
}
"""What a call needs, by operation or title: it prepares the key, and returns more parameters."""
