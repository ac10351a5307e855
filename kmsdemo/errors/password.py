"""What can be wrong with a password and its ciphertext."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors.key import KeyFault
from kmsdemo.errors.root import KmsdemoError


class PasswordEmpty(KmsdemoError):
    """AWS KMS encrypts 1 byte or more."""

    _what = "The password is empty: there is nothing to encrypt."
    _next_step = "Give a password of at least one character."


@dataclass(eq=False)
class PasswordTooLong(KmsdemoError):
    """AWS KMS encrypts at most 4,096 bytes in one call; an item holds more in an envelope."""

    length_bytes: int
    max_bytes: int

    _what = "The password has {length_bytes:,} bytes of UTF-8; at most {max_bytes:,} can be stored."
    _next_step = "Give a shorter password; kmsdemo encrypt --envelope takes longer ones."


class EnvelopeNotHere(KmsdemoError):
    """The keyrings of the AWS Encryption SDK need Python 3.11 or newer."""

    _what = "This Python has no AWS Cryptographic Material Providers, which envelopes need."
    _next_step = "Install kmsdemo on Python 3.11 or newer, or encrypt without --envelope."


class PasswordNotText(KmsdemoError):
    """The password is not, or did not decrypt to, text that UTF-8 can write."""

    _what = "The password is not text in UTF-8."
    _next_step = "Check the encoding of the terminal, or of the program that stored the password."


@dataclass(eq=False)
class CiphertextInvalid(KeyFault):
    """The ciphertext is damaged, or belongs to another encryption context."""

    _what = "The ciphertext under {key_id} does not decrypt: it is damaged or another user's."
    _next_step = "Store the password again; ask who changed the item."
