"""Ways to encrypt a password: Encrypt, Encrypt with an encryption context, envelope encryption."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, ClassVar, Final

from kmsdemo import errors, keys
from kmsdemo.aws_errors import translate_errors

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

    from kmsdemo.envelope import SharedDataKeys

MAX_PLAINTEXT_BYTES: Final = 4096
MAX_CIPHERTEXT_BYTES: Final = 6144
MAX_ENVELOPE_BYTES: Final = 256 * 1024  # a DynamoDB item has at most 400 KB


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """An encrypted password.

    Attributes:
        blob: The ciphertext.
        key_arn: The ARN of the key that it was encrypted under.
    """

    blob: bytes
    key_arn: str


@dataclass(frozen=True, slots=True)
class Plain:
    """``Encrypt`` without an encryption context, as in the two scripts of the lab.

    The ciphertext is not bound to its user: copied to another user's item, it still decrypts.

    Args:
        kms: The AWS KMS client.
        key_id: Key id, key ARN, alias or alias ARN; both Encrypt and Decrypt name it.
        table_name: The table that the encryption context names; without it, only the user.
    """

    kms: KMSClient
    key_id: str
    table_name: str = ""

    name: ClassVar[str] = "plain"
    max_plaintext_bytes: ClassVar[int] = MAX_PLAINTEXT_BYTES

    def encrypt(self, password: str, appuser: str) -> bytes:
        """Return the ciphertext blob of a password.

        Args:
            password: 1 to ``max_plaintext_bytes`` bytes in UTF-8.
            appuser: The user number.

        Raises:
            PasswordEmpty, PasswordTooLong, PasswordNotText: The password cannot be encrypted.
            KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable: The key cannot be used.
            AccessDenied: The caller has no permission to encrypt with this key.

        AWS: Encrypt, AWS KMS API Reference.
        """
        return self.ciphertext(password, appuser).blob

    def ciphertext(self, password: str, appuser: str) -> Ciphertext:
        """Encrypt a password as :meth:`encrypt` does, and return also the ARN of the key."""
        return self._encrypt_bytes(_plaintext(password, self.max_plaintext_bytes), appuser)

    def decrypt(self, ciphertext_blob: bytes, appuser: str) -> str:
        """Decrypt a ciphertext blob and return the password.

        Args:
            ciphertext_blob: As :meth:`encrypt` returned it.
            appuser: The user number of the item.

        Raises:
            CiphertextInvalid: The ciphertext is damaged, or belongs to another user or table.
            WrongKey: It was encrypted under another key than ``key_id``.
            KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable: The key cannot be used.
            AccessDenied: The caller has no permission to decrypt with this key.
            PasswordNotText: The decrypted bytes are not valid UTF-8.

        AWS: Decrypt, AWS KMS API Reference.
        """
        plaintext = self._decrypt_bytes(ciphertext_blob, appuser)
        try:
            return plaintext.decode()
        except UnicodeDecodeError:
            # The original error contains the plaintext, so it is not chained.
            raise errors.PasswordNotText from None

    def _encrypt_bytes(self, plaintext: bytes, appuser: str) -> Ciphertext:
        with translate_errors(key_id=self.key_id):
            answer = self.kms.encrypt(
                KeyId=self.key_id,
                Plaintext=plaintext,
                EncryptionContext=self._encryption_context(appuser),
            )
            return Ciphertext(answer["CiphertextBlob"], answer["KeyId"])

    def _decrypt_bytes(self, ciphertext_blob: bytes, appuser: str) -> bytes:
        if not 1 <= len(ciphertext_blob) <= MAX_CIPHERTEXT_BYTES:
            raise errors.CiphertextInvalid(self.key_id)
        with translate_errors(key_id=self.key_id):
            return self.kms.decrypt(
                KeyId=self.key_id,
                CiphertextBlob=ciphertext_blob,
                EncryptionContext=self._encryption_context(appuser),
            )["Plaintext"]

    def _encryption_context(self, appuser: str) -> dict[str, str]:
        return {}


@dataclass(frozen=True, slots=True)
class Direct(Plain):
    """``Encrypt`` with the encryption context ``{"appuser": number, "table": name}``.

    AWS KMS decrypts only with the same encryption context, so a ciphertext that is copied to
    another user's item or to another table does not decrypt.

    AWS: "Encryption context", AWS KMS Developer Guide.
    """

    name: ClassVar[str] = "direct"

    def _encryption_context(self, appuser: str) -> dict[str, str]:
        return {"appuser": appuser, **self._table_context()}

    def _table_context(self) -> dict[str, str]:
        return {"table": self.table_name} if self.table_name else {}


@dataclass(frozen=True, slots=True)
class Envelope(Direct):
    """Envelope encryption: this process encrypts, under a data key from ``GenerateDataKey``.

    AWS KMS never receives the password, only the encrypted data key. The encryption context is
    that of :class:`Direct`. Unless ``key_id`` is a key ARN, one more call, ``DescribeKey``, finds
    it.

    Raises:
        EnvelopeNotHere: The AWS Encryption SDK is not installed.

    AWS: "Envelope encryption", AWS KMS Developer Guide.
    """

    name: ClassVar[str] = "envelope"
    max_plaintext_bytes: ClassVar[int] = MAX_ENVELOPE_BYTES

    def _encrypt_bytes(self, plaintext: bytes, appuser: str) -> Ciphertext:
        context, key_arn = self._encryption_context(appuser), self._key_arn()
        message = _envelope().encrypt(self.kms, key_arn, plaintext, context)
        return Ciphertext(message, key_arn)

    def _decrypt_bytes(self, ciphertext_blob: bytes, appuser: str) -> bytes:
        context = self._encryption_context(appuser)
        plaintext: bytes = _envelope().decrypt(self.kms, self._key_arn(), ciphertext_blob, context)
        return plaintext

    def _key_arn(self) -> str:
        is_arn = self.key_id.startswith("arn:") and ":key/" in self.key_id
        return self.key_id if is_arn else keys.describe(self.kms, self.key_id).arn


@dataclass(frozen=True, slots=True)
class SharedEnvelope(Envelope):
    """Envelope encryption with data keys that many passwords share: few requests to AWS KMS.

    A data key encrypts at most 1,000 passwords within 5 minutes, then a new one is generated. The
    encryption context of a password is that of :class:`Direct`; AWS KMS receives only the table, so
    the audit trail cannot show whose password was decrypted.

    One object keeps the data keys in memory, and many threads can share it; a
    :class:`kmsdemo.vault.Vault` has one.

    AWS: "Data key caching", AWS Encryption SDK Developer Guide.
    """

    name: ClassVar[str] = "shared"
    _kept: list[tuple[float, SharedDataKeys]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def _encrypt_bytes(self, plaintext: bytes, appuser: str) -> Ciphertext:
        data_keys = self._data_keys()
        message = data_keys.encrypt(plaintext, self._encryption_context(appuser))
        return Ciphertext(message, data_keys.key_arn)

    def _decrypt_bytes(self, ciphertext_blob: bytes, appuser: str) -> bytes:
        return self._data_keys().decrypt(ciphertext_blob, self._encryption_context(appuser))

    def _data_keys(self) -> SharedDataKeys:
        """Return the data keys of the key; an alias may belong to another key after a while."""
        with self._lock:
            limits = _envelope().Limits()
            if not self._kept or time.monotonic() - self._kept[0][0] > limits.age_seconds:
                data_keys = _envelope().SharedDataKeys(
                    self.kms, self._key_arn(), self._table_context(), limits
                )
                self._kept[:] = [(time.monotonic(), data_keys)]
            return self._kept[0][1]


CIPHERS: dict[str, type[Plain]] = {
    cipher.name: cipher for cipher in (Plain, Direct, Envelope, SharedEnvelope)
}


def _plaintext(password: str, max_bytes: int) -> bytes:
    try:
        plaintext = password.encode()
    except UnicodeEncodeError:
        # The original error contains the password, so it is not chained.
        raise errors.PasswordNotText from None
    if not plaintext:
        raise errors.PasswordEmpty
    if len(plaintext) > max_bytes:
        raise errors.PasswordTooLong(len(plaintext), max_bytes)
    return plaintext


def _envelope() -> ModuleType:
    """Import the module that imports the AWS Encryption SDK, which most commands do not need."""
    try:
        from kmsdemo import envelope  # noqa: PLC0415
    except ImportError as error:
        raise errors.EnvelopeNotHere from error
    return envelope
