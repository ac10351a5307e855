"""A valid call of each operation on a key: the kind of the key, and the other parameters."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.behaviours.behaviour import Account

Parameters = dict[str, Any]
Prepare = Callable[[Account, str], Parameters]

SYMMETRIC: dict[str, Any] = {}
SIGNING = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
HMAC = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
AGREEMENT = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
ENCAPSULATION = {"KeySpec": "ML_KEM_768", "KeyUsage": "ENCAPSULATE_DECAPSULATE"}
IMPORTED = {"Origin": "EXTERNAL"}
MULTI_REGION = {"MultiRegion": True}
_SIGNED = {"Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
_MADE = {"Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}
_AGREED = {"EncapsulationAlgorithm": "ML_KEM"}
_EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}


@dataclass(frozen=True)
class ValidCall:
    """A call that succeeds with a key of its kind.

    Attributes:
        operation: The method of the client.
        kind: The parameters of CreateKey.
        prepare: Returns the parameters but for the key, with what the key's account makes for it.
        key_parameter: The parameter that names the key.
    """

    operation: str
    kind: dict[str, Any]
    prepare: Prepare
    key_parameter: str = "KeyId"

    @property
    def action(self) -> str:
        """The operation as AWS writes it, such as ``GenerateDataKey``."""
        return "".join(word.capitalize() for word in self.operation.split("_"))

    def key(self, account: Account) -> str:
        """Create a key of the kind and return its ARN."""
        return str(account.metadata(account.key(**self.kind))["Arn"])

    def make(self, kms: Any, key: str, parameters: Parameters) -> Any:
        """Make the call with a client, for a key by any of its names."""
        return getattr(kms, self.operation)(**{self.key_parameter: key, **parameters})


def _fixed(**parameters: Any) -> Prepare:
    return lambda _account, _key: parameters


def _signature(account: Account, key: str) -> Parameters:
    return {**_SIGNED, "Signature": account.kms.sign(KeyId=key, **_SIGNED)["Signature"]}


def _mac(account: Account, key: str) -> Parameters:
    return {**_MADE, "Mac": account.kms.generate_mac(KeyId=key, **_MADE)["Mac"]}


def _encapsulated(account: Account, key: str) -> Parameters:
    made = account.kms.encapsulate(KeyId=key, **_AGREED)
    return {**_AGREED, "SharedSecretCiphertextBlob": made["SharedSecretCiphertextBlob"]}


def _blob(account: Account, key: str) -> Parameters:
    return {"CiphertextBlob": account.blob(key)}


def _re_encrypted(account: Account, key: str) -> Parameters:
    return {"CiphertextBlob": account.blob(key), "DestinationKeyId": key}


def _granted(account: Account, key: str) -> Parameters:
    grant = {"GranteePrincipal": f"arn:aws:iam::{key.split(':')[4]}:root"}
    made = account.kms.create_grant(KeyId=key, Operations=["Decrypt"], **grant)
    return {"GrantId": made["GrantId"]}


def _new_grant(_: Account, key: str) -> Parameters:
    principal = f"arn:aws:iam::{key.split(':')[4]}:root"
    return {"GranteePrincipal": principal, "Operations": ["Encrypt"]}


def _public_key(_: Account, __: str) -> Parameters:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {"KeyAgreementAlgorithm": "ECDH", "PublicKey": der}


def _pending_deletion(account: Account, key: str) -> Parameters:
    account.kms.schedule_key_deletion(KeyId=key)
    return {}


def _alias(_: Account, key: str) -> Parameters:
    return {"AliasName": f"alias/{key.rpartition('/')[2]}"}


_symmetric = partial(ValidCall, kind=SYMMETRIC)

ACROSS_ACCOUNTS: tuple[ValidCall, ...] = (
    _symmetric("create_grant", prepare=_new_grant),
    _symmetric("decrypt", prepare=_blob),
    ValidCall("decapsulate", ENCAPSULATION, _encapsulated),
    ValidCall("derive_shared_secret", AGREEMENT, _public_key),
    _symmetric("describe_key", prepare=_fixed()),
    ValidCall("encapsulate", ENCAPSULATION, _fixed(**_AGREED)),
    _symmetric("encrypt", prepare=_fixed(Plaintext=b"secret")),
    _symmetric("generate_data_key", prepare=_fixed(KeySpec="AES_256")),
    _symmetric("generate_data_key_pair", prepare=_fixed(KeyPairSpec="ECC_NIST_P256")),
    _symmetric(
        "generate_data_key_pair_without_plaintext", prepare=_fixed(KeyPairSpec="ECC_NIST_P256")
    ),
    _symmetric("generate_data_key_without_plaintext", prepare=_fixed(KeySpec="AES_256")),
    ValidCall("generate_mac", HMAC, _fixed(**_MADE)),
    _symmetric("get_key_rotation_status", prepare=_fixed()),
    ValidCall("get_public_key", SIGNING, _fixed()),
    _symmetric("list_grants", prepare=_fixed()),
    _symmetric("re_encrypt", prepare=_re_encrypted, key_parameter="SourceKeyId"),
    _symmetric("revoke_grant", prepare=_granted),
    ValidCall("sign", SIGNING, _fixed(**_SIGNED)),
    ValidCall("verify", SIGNING, _signature),
    ValidCall("verify_mac", HMAC, _mac),
)
"""The operations that can use a key of another account, but RetireGrant.

AWS: "Cross-account use: Yes", AWS KMS API Reference.
"""

WITHIN_ACCOUNT: tuple[ValidCall, ...] = (
    _symmetric("cancel_key_deletion", prepare=_pending_deletion),
    _symmetric("create_alias", prepare=_alias, key_parameter="TargetKeyId"),
    ValidCall("delete_imported_key_material", IMPORTED, _fixed()),
    _symmetric("disable_key", prepare=_fixed()),
    _symmetric("disable_key_rotation", prepare=_fixed()),
    _symmetric("enable_key", prepare=_fixed()),
    _symmetric("enable_key_rotation", prepare=_fixed()),
    _symmetric("get_key_last_usage", prepare=_fixed()),
    _symmetric("get_key_policy", prepare=_fixed()),
    ValidCall(
        "get_parameters_for_import",
        IMPORTED,
        _fixed(WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"),
    ),
    _symmetric("list_aliases", prepare=_fixed()),
    _symmetric("list_key_policies", prepare=_fixed()),
    _symmetric("list_key_rotations", prepare=_fixed()),
    _symmetric("list_resource_tags", prepare=_fixed()),
    _symmetric(
        "put_key_policy",
        prepare=_fixed(Policy=json.dumps({"Version": "2012-10-17", "Statement": [_EVERYTHING]})),
    ),
    ValidCall("replicate_key", MULTI_REGION, _fixed(ReplicaRegion="eu-west-1")),
    _symmetric("rotate_key_on_demand", prepare=_fixed()),
    _symmetric("schedule_key_deletion", prepare=_fixed()),
    _symmetric("tag_resource", prepare=_fixed(Tags=[{"TagKey": "a", "TagValue": "b"}])),
    _symmetric("untag_resource", prepare=_fixed(TagKeys=["a"])),
    _symmetric("update_key_description", prepare=_fixed(Description="new")),
)
"""The operations that cannot, but for those that need a second key or several calls."""
