"""The form of parameters: what is required, lengths, ranges, enums, in the words of AWS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from benchmarks.behaviours.behaviour import Account, Behaviour, Call, Row, rows
from benchmarks.behaviours.error_codes import VALIDATION

UNKNOWN_KEY = "00000000-0000-0000-0000-000000000000"
_REQUIRED = {
    "cancel_key_deletion": "KeyId",
    "create_alias": "AliasName",
    "create_grant": "Operations",
    "delete_alias": "AliasName",
    "describe_key": "KeyId",
    "derive_shared_secret": "PublicKey",
    "disable_key": "KeyId",
    "enable_key": "KeyId",
    "encrypt": "Plaintext",
    "generate_data_key": "KeyId",
    "generate_data_key_pair": "KeyPairSpec",
    "generate_mac": "MacAlgorithm",
    "get_key_rotation_status": "KeyId",
    "get_parameters_for_import": "WrappingAlgorithm",
    "get_public_key": "KeyId",
    "import_key_material": "ImportToken",
    "list_grants": "KeyId",
    "put_key_policy": "Policy",
    "re_encrypt": "DestinationKeyId",
    "replicate_key": "ReplicaRegion",
    "revoke_grant": "GrantId",
    "rotate_key_on_demand": "KeyId",
    "schedule_key_deletion": "KeyId",
    "sign": "SigningAlgorithm",
    "tag_resource": "Tags",
    "untag_resource": "TagKeys",
    "update_alias": "TargetKeyId",
    "update_key_description": "Description",
    "update_primary_region": "PrimaryRegion",
    "verify": "Signature",
    "verify_mac": "Mac",
}
_OTHERS: dict[str, Any] = {
    "AliasName": "alias/mine",
    "Description": "",
    "EncryptedKeyMaterial": b"x",
    "GrantId": "x",
    "ImportToken": b"x",
    "KeyAgreementAlgorithm": "ECDH",
    "KeyId": UNKNOWN_KEY,
    "KeyPairSpec": "RSA_2048",
    "Mac": b"x",
    "MacAlgorithm": "HMAC_SHA_256",
    "Message": b"x",
    "Plaintext": b"x",
    "PublicKey": b"x",
    "Signature": b"x",
    "SigningAlgorithm": "ECDSA_SHA_256",
    "TargetKeyId": UNKNOWN_KEY,
    "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
    "WrappingKeySpec": "RSA_2048",
}


def behaviours() -> Iterator[Behaviour]:
    """Yield the behaviours of the form of parameters."""
    source = "botocore's model of AWS KMS; LocalStack's recordings of AWS"
    yield from rows("Required parameters", source, _required())
    yield from rows("The wording of errors", source, _wording())


def _required() -> Iterator[Row]:
    for method, missing in _REQUIRED.items():
        yield f"{method} without {missing}", VALIDATION, _without(method, missing)


def _without(method: str, missing: str) -> Call:
    def call(account: Account) -> None:
        shape = account.kms.meta.service_model.operation_model(
            account.kms.meta.method_to_api_mapping[method]
        ).input_shape
        given = {name: _OTHERS.get(name) for name in shape.required_members if name != missing}
        getattr(account.unchecked, method)(**given)

    return call


def _message(call: Call) -> Call:
    def told(account: Account) -> str:
        try:
            call(account)
        except ClientError as error:
            return str(error.response["Error"].get("Message", ""))
        return "succeeds"

    return told


def _wording() -> Iterator[Row]:
    one, must = "1 validation error detected: ", " failed to satisfy constraint: Member must "
    for name, documented, call in (
        (
            "Encrypt of 4,097 bytes",
            f"{one}Value at 'plaintext'{must}have length less than or equal to 4096",
            lambda a: a.kms.encrypt(KeyId=a.key(), Plaintext=b"x" * 4097),
        ),
        (
            "GenerateRandom of 1,025 bytes",
            f"{one}Value '1025' at 'numberOfBytes'{must}have value less than or equal to 1024",
            lambda a: a.unchecked.generate_random(NumberOfBytes=1025),
        ),
        (
            "GenerateRandom without a number",
            "NumberOfBytes is required.",
            lambda a: a.kms.generate_random(),
        ),
        (
            "A tag value of 257 characters",
            f"{one}Value '{'v' * 257}' at 'tags.1.member.tagValue'{must}have length less than or "
            "equal to 256",
            lambda a: a.unchecked.create_key(Tags=[{"TagKey": "k", "TagValue": "v" * 257}]),
        ),
        (
            "An unknown key agreement algorithm",
            f"{one}Value 'INVALID' at 'keyAgreementAlgorithm'{must}satisfy enum value set: [ECDH]",
            lambda a: a.unchecked.derive_shared_secret(
                KeyId=UNKNOWN_KEY, KeyAgreementAlgorithm="INVALID", PublicKey=b"x"
            ),
        ),
        (
            "A key usage that the key spec does not have",
            "KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048",
            lambda a: a.kms.create_key(KeySpec="RSA_2048", KeyUsage="KEY_AGREEMENT"),
        ),
        (
            "A key spec without key usage",
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption "
            "keys.",
            lambda a: a.kms.create_key(KeySpec="HMAC_256"),
        ),
        (
            "RSA encryption of 215 bytes",
            "Algorithm RSAES_OAEP_SHA_1 and key spec RSA_2048 cannot encrypt data larger than 214 "
            "bytes.",
            lambda a: a.kms.encrypt(
                KeyId=a.key("RSA_2048", "ENCRYPT_DECRYPT"),
                Plaintext=b"x" * 215,
                EncryptionAlgorithm="RSAES_OAEP_SHA_1",
            ),
        ),
        (
            "A digest of the wrong length",
            "Digest is invalid length for algorithm ECDSA_SHA_256.",
            lambda a: a.kms.sign(
                KeyId=a.key("ECC_NIST_P256", "SIGN_VERIFY"),
                Message=b"x",
                MessageType="DIGEST",
                SigningAlgorithm="ECDSA_SHA_256",
            ),
        ),
        (
            "A MAC by the wrong algorithm",
            "Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.",
            lambda a: a.kms.generate_mac(
                KeyId=a.key("HMAC_256", "GENERATE_VERIFY_MAC"),
                Message=b"x",
                MacAlgorithm="HMAC_SHA_512",
            ),
        ),
        (
            "Two tags with one key",
            "Duplicate tag keys",
            lambda a: a.kms.create_key(
                Tags=[{"TagKey": "a", "TagValue": "1"}, {"TagKey": "a", "TagValue": "2"}]
            ),
        ),
        (
            "Two parameters that are missing",
            "2 validation errors detected: Value null at 'aliasName' failed to satisfy constraint: "
            "Member must not be null; Value null at 'targetKeyId' failed to satisfy constraint: "
            "Member must not be null",
            lambda a: a.unchecked.create_alias(),
        ),
    ):
        yield f"The message: {name}", documented, _message(call)
