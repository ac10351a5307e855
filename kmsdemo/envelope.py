"""Envelope encryption: AWS KMS makes a data key, and the plaintext never leaves this process.

The message format, the algorithms and the keyring are those of the AWS Encryption SDK.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from kmsdemo import errors
from kmsdemo.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


def encrypt(
    kms: KMSClient, key_arn: str, plaintext: bytes, encryption_context: Mapping[str, str]
) -> bytes:
    """Return a message: the plaintext under a new data key, and the data key under a KMS key.

    The algorithm suite commits to the data key and signs the message.

    Args:
        key_arn: The only key that the data key is encrypted under.
        plaintext: Any number of bytes.
        encryption_context: Authenticated with the message, and readable in it.

    Raises:
        KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable, AccessDenied: AWS KMS makes
            no data key.
        EnvelopeNotHere: This Python has no keyrings.

    AWS: GenerateDataKey, AWS KMS API Reference; "AWS KMS keyrings", AWS Encryption SDK
    Developer Guide.
    """
    with _refusals_of(kms, key_arn) as refusals:
        try:
            message, _ = _client().encrypt(
                source=plaintext,
                keyring=_keyring(kms, key_arn),
                encryption_context=dict(encryption_context),
            )
        except Exception as error:
            raise (refusals or [error])[-1] from None
    return bytes(message)


def decrypt(
    kms: KMSClient, key_arn: str, message: bytes, encryption_context: Mapping[str, str]
) -> bytes:
    """Return the plaintext of a message.

    Args:
        key_arn: The only key that is asked for the data key.
        message: As :func:`encrypt` returned it.
        encryption_context: What the message must have been encrypted with.

    Raises:
        CiphertextInvalid: It is damaged, no message, or has another encryption context.
        WrongKey: Its data key is encrypted under another key.
        KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable, AccessDenied: AWS KMS does
            not decrypt the data key.
        EnvelopeNotHere: This Python has no keyrings.

    AWS: Decrypt, AWS KMS API Reference; "AWS Encryption SDK message format reference".
    """
    source = io.BytesIO(message)
    with _refusals_of(kms, key_arn) as refusals:
        decryptor = _client().stream(
            mode="decrypt",
            source=source,
            keyring=_keyring(kms, key_arn),
            encryption_context=dict(encryption_context),
        )
        # Of what it could not read it would complain in its destructor, with a traceback.
        decryptor.close = lambda: None
        try:
            plaintext = decryptor.read()
        except Exception as error:
            raise (refusals or [_rejection(key_arn, message)])[-1] from error
    if source.read():  # the SDK stops at the end of the message
        raise errors.CiphertextInvalid(key_arn)
    return bytes(plaintext)


@contextmanager
def _refusals_of(kms: KMSClient, key_arn: str) -> Iterator[list[Exception]]:
    """Collect AWS's refusals, which the keyring keeps to itself, and translate what is raised."""
    refusals: list[Exception] = []

    def answered(parsed: Any, model: Any, **_: Any) -> None:
        if "Error" in parsed:
            refusals.append(ClientError(parsed, model.name))

    def unanswered(exception: Exception, **_: Any) -> None:
        refusals.append(exception)

    events = kms.meta.events
    events.register("after-call.kms", answered)
    events.register("after-call-error.kms", unanswered)
    try:
        with translated(key_id=key_arn):
            yield refusals
    finally:
        events.unregister("after-call.kms", answered)
        events.unregister("after-call-error.kms", unanswered)


def _rejection(key_arn: str, message: bytes) -> errors.KmsdemoError:
    """Say why the SDK rejected a message: its header names the key in the clear."""
    names_another = b"arn:aws" in message and key_arn.encode() not in message
    return errors.WrongKey(key_arn) if names_another else errors.CiphertextInvalid(key_arn)


def lacks() -> Mapping[str, str]:
    """Return the tag of scenarios that cannot be run on this Python, with the reason."""
    is_here = find_spec("aws_cryptographic_material_providers") is not None
    return {} if is_here else {"envelope": "envelopes need Python 3.11 or newer"}


# Imported only where a message is made or read: it takes most of a second.


def _client() -> Any:
    if lacks():
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
