"""How a password becomes ciphertext: sent to AWS KMS, plain or bound to its user, or kept here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from kmsdemo import envelope, errors, keys
from kmsdemo.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

MAX_PLAINTEXT_BYTES: Final = 4096
MAX_ENVELOPE_BYTES: Final = 256 * 1024  # an item of DynamoDB has at most 400 KB


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
    max_plaintext_bytes: ClassVar[int] = MAX_PLAINTEXT_BYTES

    def encrypt(self, password: str, appuser: str) -> bytes:
        """Return the ciphertext blob of a password.

        Args:
            password: 1 to ``max_plaintext_bytes`` bytes of UTF-8.
            appuser: The user number.

        Raises:
            PasswordEmpty, PasswordTooLong, PasswordNotText: The password does not serve.
            KeyNotFound, KeyDisabled, KeyPendingDeletion, KeyUnusable: The key does not serve.
            AccessDenied: The caller may not encrypt with this key.

        AWS: Encrypt, AWS KMS API Reference.
        """
        return self._seal(_plaintext(password, self.max_plaintext_bytes), appuser)

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
        plaintext = self._open(ciphertext_blob, appuser)
        try:
            return plaintext.decode()
        except UnicodeDecodeError:
            # The original error carries the plaintext; it must not be chained.
            raise errors.PasswordNotText from None

    def _seal(self, plaintext: bytes, appuser: str) -> bytes:
        with translated(key_id=self.key_id):
            return self.kms.encrypt(
                KeyId=self.key_id,
                Plaintext=plaintext,
                EncryptionContext=self._encryption_context(appuser),
            )["CiphertextBlob"]

    def _open(self, ciphertext_blob: bytes, appuser: str) -> bytes:
        with translated(key_id=self.key_id):
            return self.kms.decrypt(
                KeyId=self.key_id,
                CiphertextBlob=ciphertext_blob,
                EncryptionContext=self._encryption_context(appuser),
            )["Plaintext"]

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


@dataclass(frozen=True, slots=True)
class Envelope(Direct):
    """Encrypted here, under a data key from ``kms.GenerateDataKey``; the same context as Direct.

    AWS KMS never sees the password, only the data key, which it encrypts and decrypts. That
    needs one call more, which looks up the ARN of the key.

    AWS: "Envelope encryption", AWS KMS Developer Guide.
    """

    name: ClassVar[str] = "envelope"
    max_plaintext_bytes: ClassVar[int] = MAX_ENVELOPE_BYTES

    def _seal(self, plaintext: bytes, appuser: str) -> bytes:
        arn = keys.describe(self.kms, self.key_id).arn
        return envelope.encrypt(self.kms, arn, plaintext, self._encryption_context(appuser))

    def _open(self, ciphertext_blob: bytes, appuser: str) -> bytes:
        arn = keys.describe(self.kms, self.key_id).arn
        return envelope.decrypt(self.kms, arn, ciphertext_blob, self._encryption_context(appuser))


CIPHERS: dict[str, type[Plain]] = {cipher.name: cipher for cipher in (Plain, Direct, Envelope)}


def _plaintext(password: str, max_bytes: int) -> bytes:
    try:
        plaintext = password.encode()
    except UnicodeEncodeError:
        # The original error carries the password; it must not be chained.
        raise errors.PasswordNotText from None
    if not plaintext:
        raise errors.PasswordEmpty
    if len(plaintext) > max_bytes:
        raise errors.PasswordTooLong(len(plaintext), max_bytes)
    return plaintext
