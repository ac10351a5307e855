"""How a password becomes ciphertext: sent to AWS KMS, with or without an encryption context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from kmsdemo import errors
from kmsdemo.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

MAX_PLAINTEXT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Plain:
    """The form of the lab's two scripts: ``kms.Encrypt`` without encryption context.

    A ciphertext decrypts wherever it is found: copied to another user's item, it reveals
    this user's password there.

    Args:
        kms: The client.
        key_id: Key id, key ARN, alias or alias ARN, named on encryption and on decryption.
    """

    kms: KMSClient
    key_id: str

    name: ClassVar[str] = "plain"

    def encrypt(self, password: str, appuser: str) -> bytes:
        """Return the ciphertext blob of a password.

        Args:
            password: 1 to 4,096 bytes of UTF-8.
            appuser: The user number.

        Raises:
            PasswordEmpty, PasswordTooLong, PasswordNotText: AWS KMS would not take it.
            KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable: The key does not serve.
            AccessDenied: The caller may not encrypt with this key.

        AWS: Encrypt, AWS KMS API Reference.
        """
        plaintext = _plaintext(password)
        with translated(key_id=self.key_id):
            return self.kms.encrypt(
                KeyId=self.key_id,
                Plaintext=plaintext,
                EncryptionContext=self._encryption_context(appuser),
            )["CiphertextBlob"]

    def decrypt(self, ciphertext_blob: bytes, appuser: str) -> str:
        """Return the password behind a ciphertext blob.

        Args:
            ciphertext_blob: As AWS KMS made it.
            appuser: The user number that it was stored under.

        Raises:
            CiphertextInvalid: It is damaged, or was moved from another user.
            WrongKey: It was encrypted under another key than ``key_id``.
            KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable: The key does not serve.
            AccessDenied: The caller may not decrypt with this key.
            PasswordNotText: What was encrypted is not text in UTF-8.

        AWS: Decrypt, AWS KMS API Reference.
        """
        with translated(key_id=self.key_id):
            plaintext = self.kms.decrypt(
                KeyId=self.key_id,
                CiphertextBlob=ciphertext_blob,
                EncryptionContext=self._encryption_context(appuser),
            )["Plaintext"]
        try:
            return plaintext.decode()
        except UnicodeDecodeError:
            # The original error carries the plaintext; it must not be chained.
            raise errors.PasswordNotText from None

    def _encryption_context(self, appuser: str) -> dict[str, str]:
        return {}


@dataclass(frozen=True, slots=True)
class Direct(Plain):
    """``kms.Encrypt`` with the encryption context ``{"appuser": number}``.

    AWS KMS decrypts only where the same context is given, so a ciphertext that was copied
    to another user's item is refused.

    AWS: "Encryption context", AWS KMS Developer Guide.
    """

    name: ClassVar[str] = "direct"

    def _encryption_context(self, appuser: str) -> dict[str, str]:
        return {"appuser": appuser}


CIPHERS: dict[str, type[Plain]] = {cipher.name: cipher for cipher in (Plain, Direct)}


def _plaintext(password: str) -> bytes:
    try:
        plaintext = password.encode()
    except UnicodeEncodeError:
        # The original error carries the password; it must not be chained.
        raise errors.PasswordNotText from None
    if not plaintext:
        raise errors.PasswordEmpty
    if len(plaintext) > MAX_PLAINTEXT_BYTES:
        raise errors.PasswordTooLong(len(plaintext))
    return plaintext
