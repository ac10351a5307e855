"""Errors of a password and its ciphertext."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors.key import KeyFault
from kmsdemo.errors.root import KmsdemoError


class PasswordEmpty(KmsdemoError):
    """The password has no characters; AWS KMS encrypts 1 byte or more."""

    _what = "The password is empty."
    _next_step = "Enter a password of at least one character."


@dataclass(eq=False)
class PasswordTooLong(KmsdemoError):
    """AWS KMS encrypts at most 4,096 bytes; envelope encryption encrypts more."""

    length_bytes: int
    max_bytes: int

    _what = "The password has {length_bytes:,} bytes in UTF-8; the maximum is {max_bytes:,}."
    _next_step = "Enter a shorter password; kmsdemo encrypt --envelope accepts longer ones."


class EnvelopeNotHere(KmsdemoError):
    """The AWS Encryption SDK cannot be imported."""

    _what = "Envelope encryption needs the AWS Encryption SDK, which is not installed."
    _next_step = "Install it with pip install aws-encryption-sdk, or encrypt without --envelope."


class PasswordNotText(KmsdemoError):
    """The password, or what was decrypted, is not valid UTF-8."""

    _what = "The password is not valid UTF-8 text."
    _next_step = "Check the encoding of the terminal, or of the program that stored the password."


@dataclass(eq=False)
class CiphertextInvalid(KeyFault):
    """The ciphertext is damaged, or was encrypted with another encryption context."""

    _what = (
        "The ciphertext cannot be decrypted under {key_id}: "
        "it is damaged, or belongs to another user or table."
    )
    _next_step = "Find out who changed the item, then store the password again."
