"""Envelope encryption: AWS KMS generates a data key, and the plaintext never leaves this process.

The AWS Encryption SDK provides the message format, the algorithm suite and the keyring.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kmsdemo import errors
from kmsdemo.aws_errors import translate_errors

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


def encrypt(
    kms: KMSClient, key_arn: str, plaintext: bytes, encryption_context: Mapping[str, str]
) -> bytes:
    """Return a message: the plaintext encrypted under a new data key, and the encrypted data key.

    The algorithm suite has key commitment and signs the message.

    Args:
        kms: The AWS KMS client.
        key_arn: ARN of the KMS key that encrypts the data key.
        plaintext: Any number of bytes.
        encryption_context: Authenticated with the message, and stored in it as plaintext.

    Raises:
        KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable, AccessDenied: AWS KMS
            does not generate a data key.
        EnvelopeNotHere: AWS Cryptographic Material Providers are not installed.

    AWS: GenerateDataKey, AWS KMS API Reference; "AWS KMS keyrings", AWS Encryption SDK
    Developer Guide.
    """
    with _collected_errors(kms, key_arn) as failures:
        try:
            message, _ = _client().encrypt(
                source=plaintext,
                keyring=_keyring(kms, key_arn),
                encryption_context=dict(encryption_context),
            )
        except Exception as error:
            raise (failures or [error])[-1] from None
    return bytes(message)


def decrypt(
    kms: KMSClient, key_arn: str, message: bytes, encryption_context: Mapping[str, str]
) -> bytes:
    """Decrypt a message and return the plaintext.

    Args:
        kms: The AWS KMS client.
        key_arn: ARN of the KMS key that decrypts the data key; no other key is tried.
        message: As :func:`encrypt` returned it.
        encryption_context: The one that the message was encrypted with.

    Raises:
        CiphertextInvalid: The message is damaged, is not a message of the AWS Encryption SDK, or
            has another encryption context.
        WrongKey: The data key is encrypted under another KMS key.
        KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable, AccessDenied: AWS KMS does
            not decrypt the data key.
        EnvelopeNotHere: AWS Cryptographic Material Providers are not installed.

    AWS: Decrypt, AWS KMS API Reference; "AWS Encryption SDK message format reference".
    """
    source = io.BytesIO(message)
    with _collected_errors(kms, key_arn) as failures:
        decryptor = _client().stream(
            mode="decrypt",
            source=source,
            keyring=_keyring(kms, key_arn),
            encryption_context=dict(encryption_context),
        )
        # Its destructor closes it, which prints a traceback for a message that cannot be read.
        decryptor.close = lambda: None
        try:
            plaintext = decryptor.read()
        except Exception as error:
            raise (failures or [_decryption_error(key_arn, message)])[-1] from error
    if source.read():  # the SDK ignores what follows the message
        raise errors.CiphertextInvalid(key_arn)
    return bytes(plaintext)


@contextmanager
def _collected_errors(kms: KMSClient, key_arn: str) -> Iterator[list[Exception]]:
    """Collect the error responses of AWS, which the keyring hides, and translate the exceptions."""
    failures: list[Exception] = []

    def answered(parsed: Any, model: Any, **_: Any) -> None:
        if "Error" in parsed:
            failures.append(ClientError(parsed, model.name))

    def unanswered(exception: Exception, **_: Any) -> None:
        failures.append(exception)

    events = kms.meta.events
    events.register("after-call.kms", answered)
    events.register("after-call-error.kms", unanswered)
    try:
        with translate_errors(key_id=key_arn):
            yield failures
    finally:
        events.unregister("after-call.kms", answered)
        events.unregister("after-call-error.kms", unanswered)


def _decryption_error(key_arn: str, message: bytes) -> errors.KmsdemoError:
    """Return why the SDK rejects a message: its header names the KMS key as plaintext."""
    names_another = b"arn:aws" in message and key_arn.encode() not in message
    return errors.WrongKey(key_arn) if names_another else errors.CiphertextInvalid(key_arn)


def is_available() -> bool:
    """Return whether the keyrings of the AWS Encryption SDK are installed.

    They need Python 3.11 or newer.
    """
    return find_spec("aws_cryptographic_material_providers") is not None


# The SDK is imported only when it is needed: the import takes most of a second.


def _client() -> Any:
    if not is_available():
        raise errors.EnvelopeNotHere
    from aws_encryption_sdk import (  # type: ignore[import-untyped]  # noqa: PLC0415
        CommitmentPolicy,
        EncryptionSDKClient,
    )

    return EncryptionSDKClient(
        commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
        max_encrypted_data_keys=1,
    )


def _keyring(kms: KMSClient, key_arn: str) -> Any:
    from aws_cryptographic_material_providers.mpl import (  # type: ignore[import-untyped]  # noqa: PLC0415
        AwsCryptographicMaterialProviders,
    )
    from aws_cryptographic_material_providers.mpl.config import (  # type: ignore[import-untyped]  # noqa: PLC0415
        MaterialProvidersConfig,
    )
    from aws_cryptographic_material_providers.mpl.models import (  # type: ignore[import-untyped]  # noqa: PLC0415
        CreateAwsKmsKeyringInput,
    )

    providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
    return providers.create_aws_kms_keyring(
        CreateAwsKmsKeyringInput(kms_key_id=key_arn, kms_client=kms)
    )
