"""What boto3 raises, said again as one of our errors; nothing of botocore leaks out of the library.

The codes are those of the AWS KMS API Reference and the Amazon DynamoDB API Reference
("Errors" of each operation) and of their "Common Errors".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from kmsdemo import errors


@dataclass(frozen=True, slots=True)
class _Refusal:
    """One error answer of AWS, and what the call was about."""

    code: str
    message: str
    operation: str
    key_id: str
    table_name: str

    @property
    def resource(self) -> str:
        return self.key_id or self.table_name or "this account"


@contextmanager
def translated(*, key_id: str = "", table_name: str = "") -> Iterator[None]:
    """Raise our error where the body raises one of botocore's.

    Args:
        key_id: The key that the body is about, as the caller named it.
        table_name: The table that the body is about.

    Raises:
        KmsdemoError: The leaf of the tree that fits; ``AwsFailed`` where none does.
    """
    try:
        yield
    except boto.ClientError as error:
        answer = dict(error.response["Error"])
        raise _from_answer(_refusal(answer, error.operation_name, key_id, table_name)) from error
    except boto.WaiterError as error:
        raise _from_waiter(error, table_name) from error
    except (boto.BotoCoreError, ResponseParserError) as error:
        raise _from_client(error) from error
    except KeyError as error:
        # Any web server may answer 200 and a page; botocore takes it for an answer without fields.
        reason = f"what answered is not AWS, or broke off; its answer has no {error}."
        raise errors.EndpointUnreachable(reason) from error


def _refusal(answer: Mapping[str, Any], operation: str, key_id: str, table_name: str) -> _Refusal:
    return _Refusal(
        code=str(answer.get("Code", "Unknown")).removesuffix("Exception"),
        message=_one_line(answer.get("Message") or "AWS gave no reason."),
        operation=operation,
        key_id=key_id,
        table_name=table_name,
    )


def _from_answer(refusal: _Refusal) -> errors.KmsdemoError:
    if refusal.code.isdigit():
        reason = f"{refusal.operation} was answered with {refusal.code} and no error of AWS."
        return errors.EndpointUnreachable(reason)
    by_service = _ABOUT_KEYS if refusal.key_id else _ABOUT_TABLES
    make = by_service.get(refusal.code) or _ABOUT_CALLERS.get(refusal.code) or _other_answer
    return make(refusal)


def _from_waiter(error: boto.WaiterError, table_name: str) -> errors.KmsdemoError:
    """A waiter wraps AWS's refusal, or its own impatience."""
    answer = dict(error.last_response.get("Error", {}))
    if answer:
        return _from_answer(_refusal(answer, "DescribeTable", "", table_name))
    return errors.TableNotReady(table_name)


def _invalid_state(refusal: _Refusal) -> errors.KmsdemoError:
    if refusal.operation == "CancelKeyDeletion":
        return errors.KeyNotPendingDeletion(refusal.key_id)
    if "pending" in refusal.message and "deletion" in refusal.message:
        return errors.KeyPendingDeletion(refusal.key_id)
    return errors.KeyUnusable(refusal.key_id, refusal.message)


def _about_alias(make: Callable[[str], errors.KmsdemoError]) -> _Make:
    """Return what makes an error of a code that, of an alias, means something in particular."""

    def choose(refusal: _Refusal) -> errors.KmsdemoError:
        if refusal.operation in ("CreateAlias", "UpdateAlias"):
            return make(refusal.key_id)
        return _other_answer(refusal)

    return choose


_SIGNS_OF_ANOTHER_SCHEMA = ("not match the schema", "missing the key", "type mismatch for key")


def _invalid_table_request(refusal: _Refusal) -> errors.KmsdemoError:
    if any(sign in refusal.message.lower() for sign in _SIGNS_OF_ANOTHER_SCHEMA):
        return errors.TableSchemaDiffers(refusal.table_name)
    return _other_answer(refusal)


def _other_answer(refusal: _Refusal) -> errors.KmsdemoError:
    return errors.AwsFailed(refusal.operation, refusal.code, refusal.message)


def _throttled(refusal: _Refusal) -> errors.KmsdemoError:
    return errors.Throttled(refusal.operation)


def _denied(refusal: _Refusal) -> errors.KmsdemoError:
    return errors.AccessDenied(refusal.operation, refusal.resource, refusal.message)


def _expired(refusal: _Refusal) -> errors.KmsdemoError:
    return errors.CredentialsExpired()


def _credentials_refused(refusal: _Refusal) -> errors.KmsdemoError:
    return errors.CredentialsRefused(refusal.message)


_Make = Callable[[_Refusal], errors.KmsdemoError]
_Table = dict[str, _Make]

_ABOUT_KEYS: _Table = {
    "NotFound": lambda r: errors.KeyNotFound(r.key_id),
    "InvalidArn": lambda r: errors.KeyNotFound(r.key_id),
    "Disabled": lambda r: errors.KeyDisabled(r.key_id),
    "KMSInvalidState": _invalid_state,
    "IncorrectKey": lambda r: errors.WrongKey(r.key_id),
    "InvalidCiphertext": lambda r: errors.CiphertextInvalid(r.key_id),
    "InvalidKeyUsage": lambda r: errors.KeyUnusable(r.key_id, r.message),
    "UnsupportedOperation": lambda r: errors.KeyUnusable(r.key_id, r.message),
    "AlreadyExists": _about_alias(errors.AliasTaken),
    "InvalidAliasName": lambda r: errors.InvalidAlias(r.key_id),
    "NotAuthorized": lambda r: errors.InvalidAlias(r.key_id),
    "Validation": _about_alias(errors.InvalidAlias),
    "MalformedPolicyDocument": lambda r: errors.InvalidKeyPolicy(r.message),
}

_ABOUT_TABLES: _Table = {
    "LimitExceeded": _throttled,
    "ResourceNotFound": lambda r: errors.TableNotFound(r.table_name),
    "Validation": _invalid_table_request,
}

_ABOUT_CALLERS: _Table = {
    "AccessDenied": _denied,
    "NotAuthorized": _denied,
    "Throttling": _throttled,
    "ProvisionedThroughputExceeded": _throttled,
    "RequestLimitExceeded": _throttled,
    "TooManyRequests": _throttled,
    "ExpiredToken": _expired,
    "RequestExpired": _expired,
    "UnrecognizedClient": _credentials_refused,
    "InvalidClientTokenId": _credentials_refused,
    "InvalidSignature": _credentials_refused,
    "IncompleteSignature": _credentials_refused,
    "MissingAuthenticationToken": _credentials_refused,
    "SignatureDoesNotMatch": _credentials_refused,
}


def _from_client(error: boto.BotoCoreError | ResponseParserError) -> errors.KmsdemoError:
    reason = _one_line(str(error))
    for kinds, make in _BY_CLASS:
        if isinstance(error, kinds):
            return make(reason)
    return errors.AwsFailed("The call", type(error).__name__, reason)


_BY_CLASS: tuple[tuple[tuple[type[Exception], ...], Callable[[str], errors.KmsdemoError]], ...] = (
    ((boto.NoRegionError,), lambda reason: errors.NoRegion()),
    (
        (boto.UnauthorizedSSOTokenError, boto.SSOTokenLoadError, boto.TokenRetrievalError),
        lambda reason: errors.CredentialsExpired(),
    ),
    (
        (boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError),
        errors.NoCredentials,
    ),
    (
        (
            boto.ProfileNotFound,
            boto.ConfigNotFound,
            boto.ConfigParseError,
            boto.InvalidRegionError,
        ),
        errors.InvalidConfiguration,
    ),
    (
        (ResponseParserError,),
        lambda reason: errors.EndpointUnreachable(f"what answered is not AWS. {reason}"),
    ),
    ((boto.ConnectionError, boto.HTTPClientError), errors.EndpointUnreachable),
)


def _one_line(text: str) -> str:
    return " ".join(text.split())
