"""Envelope encryption: AWS KMS generates a data key, and the plaintext never leaves this process.

The AWS Encryption SDK provides the message format, the algorithm suites and the cache. This module
uses its master key and not its keyrings: a master key passes on the error of AWS KMS to its own
call, is what the SDK can cache, and needs no Python 3.11. The messages are the same.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from aws_encryption_sdk import (  # type: ignore[import-untyped]
    CachingCryptoMaterialsManager,
    CommitmentPolicy,
    EncryptionSDKClient,
    LocalCryptoMaterialsCache,
)
from aws_encryption_sdk.exceptions import (  # type: ignore[import-untyped]
    AWSEncryptionSDKClientError,
    IncorrectMasterKeyError,
)
from aws_encryption_sdk.identifiers import AlgorithmSuite  # type: ignore[import-untyped]
from aws_encryption_sdk.key_providers.kms import KMSMasterKey  # type: ignore[import-untyped]
from aws_encryption_sdk.materials_managers.base import (  # type: ignore[import-untyped]
    CryptoMaterialsManager,
)
from aws_encryption_sdk.materials_managers.default import (  # type: ignore[import-untyped]
    DefaultCryptoMaterialsManager,
)
from botocore.exceptions import BotoCoreError, ClientError

from kmsdemo import errors
from kmsdemo.aws_errors import is_unreadable_answer, translate_errors

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_CLIENT: Final = EncryptionSDKClient(
    commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
    max_encrypted_data_keys=1,
)
_PUBLIC_KEY: Final = "aws-crypto-public-key"  # the SDK's own, in the context of signed messages
# Without a handler, Python prints what the SDK logs before it raises.
logging.getLogger("aws_encryption_sdk").addHandler(logging.NullHandler())


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

    AWS: GenerateDataKey, AWS KMS API Reference; "Concepts", AWS Encryption SDK Developer Guide.
    """
    materials = _ContextBoundMaterials(
        _materials(kms, key_arn), encryption_context, encryption_context
    )
    return _encrypt(key_arn, plaintext, materials)


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

    AWS: Decrypt, AWS KMS API Reference; "AWS Encryption SDK message format reference".
    """
    materials = _ContextBoundMaterials(
        _materials(kms, key_arn), encryption_context, encryption_context
    )
    return _decrypt(key_arn, message, materials)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one data key may encrypt, and how long it stays in memory.

    Attributes:
        age_seconds: After this time a data key is no longer used.
        messages: The messages that one data key encrypts.
        plaintext_bytes: The bytes that one data key encrypts.

    AWS: "Setting cache security thresholds", AWS Encryption SDK Developer Guide.
    """

    age_seconds: float = 300.0
    messages: int = 1000
    plaintext_bytes: int = 64 * 1024 * 1024


class SharedDataKeys:
    """Data keys of one KMS key, each of which encrypts many messages. Safe in threads.

    Each message has an encryption context and, derived from the data key, an encryption key of its
    own. AWS KMS receives only the part of the encryption context that all messages share: it
    cannot tell them apart, but a message still decrypts with its own context only.

    The algorithm suite has key commitment, and does not sign: everyone who can encrypt can also
    decrypt.

    Args:
        kms: The AWS KMS client.
        key_arn: ARN of the KMS key that encrypts the data keys.
        shared_context: The encryption context of the data keys.
        limits: When a new data key is generated.

    AWS: "Data key caching", AWS Encryption SDK Developer Guide.
    """

    def __init__(
        self, kms: KMSClient, key_arn: str, shared_context: Mapping[str, str], limits: Limits
    ) -> None:
        self.key_arn = key_arn
        self._shared_context = shared_context
        self._materials = _LockedMaterials(
            CachingCryptoMaterialsManager(
                backing_materials_manager=_materials(kms, key_arn),
                cache=LocalCryptoMaterialsCache(capacity=1000),
                max_age=limits.age_seconds,
                max_messages_encrypted=limits.messages,
                max_bytes_encrypted=limits.plaintext_bytes,
            )
        )

    def encrypt(self, plaintext: bytes, encryption_context: Mapping[str, str]) -> bytes:
        """Return a message, as :func:`encrypt` does, under a data key that others may share."""
        suite = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY
        return _encrypt(self.key_arn, plaintext, self._bound(encryption_context), algorithm=suite)

    def decrypt(self, message: bytes, encryption_context: Mapping[str, str]) -> bytes:
        """Decrypt a message that :meth:`encrypt` returned, with the errors of :func:`decrypt`."""
        return _decrypt(self.key_arn, message, self._bound(encryption_context))

    def _bound(self, encryption_context: Mapping[str, str]) -> _ContextBoundMaterials:
        return _ContextBoundMaterials(self._materials, encryption_context, self._shared_context)


def _encrypt(
    key_arn: str, plaintext: bytes, materials: _ContextBoundMaterials, **options: Any
) -> bytes:
    with translate_errors(key_id=key_arn):
        try:
            message, _ = _CLIENT.encrypt(
                source=plaintext,
                materials_manager=materials,
                encryption_context=dict(materials.context),
                **options,
            )
        except AWSEncryptionSDKClientError as error:
            not_from_aws = errors.AnswerLost(f"the response is not from AWS. {error}.")
            raise error.__cause__ or not_from_aws from None
    return bytes(message)


def _decrypt(key_arn: str, message: bytes, materials: _ContextBoundMaterials) -> bytes:
    source = io.BytesIO(message)
    with _decryption_errors(key_arn):
        decryptor = _CLIENT.stream(mode="decrypt", source=source, materials_manager=materials)
        # Its destructor closes it, which prints a traceback for a message that cannot be read.
        decryptor.close = lambda: None
        plaintext = decryptor.read()
    if source.read():  # the SDK ignores what follows the message
        raise errors.CiphertextInvalid(key_arn)
    return bytes(plaintext)


@contextmanager
def _decryption_errors(key_arn: str) -> Iterator[None]:
    """Raise the error of AWS KMS; any other error means that the message cannot be read."""
    with translate_errors(key_id=key_arn):
        try:
            yield
        except (BotoCoreError, errors.KmsdemoError):
            raise
        except IncorrectMasterKeyError as error:
            raise errors.WrongKey(key_arn) from error
        except Exception as error:
            if is_unreadable_answer(error):
                raise
            if isinstance(error.__cause__, (ClientError, KeyError)):
                raise error.__cause__ from None
            raise errors.CiphertextInvalid(key_arn) from error


def _materials(kms: KMSClient, key_arn: str) -> Any:
    return DefaultCryptoMaterialsManager(_KmsMasterKey(key_id=key_arn, client=kms))


class _KmsMasterKey(KMSMasterKey):  # type: ignore[misc]
    """A KMS key that decrypts the only data key of a message, and raises why it cannot."""

    def decrypt_data_key_from_list(
        self,
        encrypted_data_keys: set[Any],
        algorithm: Any,
        encryption_context: Mapping[str, str],
    ) -> Any:
        (data_key,) = encrypted_data_keys
        return self.decrypt_data_key(data_key, algorithm, encryption_context)


class _LockedMaterials(CryptoMaterialsManager):  # type: ignore[misc]
    """Lets one thread fetch a data key while the others wait for it, instead of each its own."""

    def __init__(self, materials: Any) -> None:
        self._materials = materials
        self._encrypting, self._decrypting = Lock(), Lock()

    def get_encryption_materials(self, request: Any) -> Any:
        with self._encrypting:
            return self._materials.get_encryption_materials(request)

    def decrypt_materials(self, request: Any) -> Any:
        with self._decrypting:
            return self._materials.decrypt_materials(request)


@dataclass(frozen=True)
class _ContextBoundMaterials(CryptoMaterialsManager):  # type: ignore[misc]
    """Binds a message to its encryption context, and its data key to a part of that.

    Attributes:
        materials: Provides data keys.
        context: The encryption context of the message.
        key_context: The encryption context that AWS KMS receives for the data key.
    """

    materials: Any
    context: Mapping[str, str]
    key_context: Mapping[str, str]

    def get_encryption_materials(self, request: Any) -> Any:
        materials = copy(self.materials.get_encryption_materials(self._for_key(request)))
        materials.encryption_context = {**materials.encryption_context, **self.context}
        return materials

    def decrypt_materials(self, request: Any) -> Any:
        stored = dict(request.encryption_context)
        public_key = {name: stored.pop(name) for name in [_PUBLIC_KEY] if name in stored}
        if stored != self.context:
            raise AWSEncryptionSDKClientError("The message has another encryption context.")
        return self.materials.decrypt_materials(self._for_key(request, public_key))

    def _for_key(self, request: Any, public_key: Mapping[str, str] | None = None) -> Any:
        request = copy(request)
        request.encryption_context = {**self.key_context, **(public_key or {})}
        return request
