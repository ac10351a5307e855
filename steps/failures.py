"""Why an operation fails: the reasons that features name, and the errors that they stand for."""

from __future__ import annotations

from pytest_bdd import parsers

from kmsdemo import errors

REASONS: dict[str, type[errors.KmsdemoError]] = {
    "the key does not exist": errors.KeyNotFound,
    "the key is disabled": errors.KeyDisabled,
    "the key is pending deletion": errors.KeyPendingDeletion,
    "the key is not pending deletion": errors.KeyNotPendingDeletion,
    "it is the wrong key": errors.WrongKey,
    "passwords depend on it": errors.KeyInUse,
    "the waiting period is not valid": errors.InvalidWaitingPeriod,
    "the alias is in use": errors.AliasTaken,
    "the alias is not valid": errors.InvalidAlias,
    "the key policy is not valid": errors.InvalidKeyPolicy,
    "the ciphertext is not valid": errors.CiphertextInvalid,
    "the cipher is not accepted": errors.CipherNotAccepted,
    "the password is empty": errors.PasswordEmpty,
    "the password is too long": errors.PasswordTooLong,
    "the user does not exist": errors.UserNotFound,
    "the item has no password": errors.PasswordMissing,
    "no user number is free": errors.NoFreeUserNumber,
    "the table does not exist": errors.TableNotFound,
    "the table has another key schema": errors.TableSchemaDiffers,
    "there are no credentials": errors.NoCredentials,
    "there is no Region": errors.NoRegion,
    "the endpoint cannot be reached": errors.EndpointUnreachable,
}

ERROR_CODES: dict[type[errors.KmsdemoError], str] = {
    errors.CiphertextInvalid: "InvalidCiphertextException",
    errors.KeyNotFound: "NotFoundException",
    errors.KeyPendingDeletion: "KMSInvalidStateException",
}
"""The error codes of AWS KMS, which other programs print."""


def fails(operation: str) -> parsers.cfparse:
    """Return the parser of "OPERATION fails because REASON"; the step gets the ``error`` class.

    Args:
        operation: What fails, with fields in braces where it varies.
    """
    return parsers.cfparse(
        f"{operation} fails because {{error:Reason}}", extra_types={"Reason": _error}
    )


def _error(reason: str) -> type[errors.KmsdemoError]:
    if reason not in REASONS:
        raise ValueError(f"No error is known for the reason: {reason}")
    return REASONS[reason]
