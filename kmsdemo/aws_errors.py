"""Translates the exceptions of boto3 into the errors of this library.

The codes are those of the AWS KMS API Reference and the Amazon DynamoDB API Reference
("Errors" of each operation) and of their "Common Errors".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from traceback import walk_tb
from typing import Any

from botocore import exceptions as boto
from botocore import parsers

from kmsdemo import errors


@dataclass(frozen=True, slots=True)
class _ErrorResponse:
    """One error response of AWS, with the key and the table of the call."""

    code: str
    message: str
    operation: str
    key_id: str
    table_name: str

    @property
    def resource(self) -> str:
        return self.key_id or self.table_name or "this account"


@contextmanager
def translate_errors(*, key_id: str = "", table_name: str = "") -> Iterator[None]:
    """Translate botocore's exceptions inside the context into errors of this library.

    Args:
        key_id: The key that the calls are about, as the caller named it.
        table_name: The table that the calls are about.

    Raises:
        KmsdemoError: The most specific error; ``AwsFailed`` for every other code.
    """
    try:
        yield
    except boto.ClientError as error:
        answer = dict(error.response["Error"])
        raise _from_response(
            _error_response(answer, error.operation_name, key_id, table_name)
        ) from error
    except boto.WaiterError as error:
        raise _from_waiter(error, table_name) from error
    except boto.BotoCoreError as error:
        raise _from_client(error) from error
    except Exception as error:
        if not (reason := _unreadable(error)):
            raise
        # The error can have the response in it, with a password or a secret access key.
        raise errors.AnswerLost(reason) from None


@contextmanager
def maybe_done(change: str, look: str) -> Iterator[None]:
    """Say what AWS may have done, if the answer to a call that changes something does not arrive.

    Also where AWS cannot be reached: an earlier attempt can have been performed.

    Args:
        change: What is so after the call, such as ``the KMS key KEY is enabled``.
        look: The command that shows whether it is so.

    Raises:
        MaybeDone: In place of ``EndpointUnreachable`` and ``AnswerLost``.

    AWS: "Retries", boto3 documentation.
    """
    try:
        yield
    except errors.EndpointUnreachable as error:
        raise errors.MaybeDone(error.reason, change, look) from error


def has_code(error: boto.ClientError, *codes: str) -> bool:
    """Return whether AWS answered with one of these error codes.

    ``client.exceptions`` has classes for them, but not for threads: botocore makes them at their
    first use, without a lock, so that an error can be of another class of the same name.

    Args:
        error: The error response, as boto3 raises it.
        codes: Such as ``ResourceInUseException``.

    AWS: "Error handling", boto3 documentation.
    """
    return error.response["Error"]["Code"] in codes


def is_unreadable_answer(error: Exception) -> bool:
    """Return whether boto3 raised an error because it cannot parse an answer.

    Its parsers check little: JSON of another form ends in an ``AttributeError``, what is no Base64
    in a ``ValueError``.
    """
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    return any(frame.f_globals.get("__name__") == parsers.__name__ for frame in frames)


def was_repeated(error: errors.KmsdemoError) -> bool:
    """Return whether boto3 made more than one attempt before this error response of AWS.

    Then an earlier attempt may have succeeded, with its answer lost.

    AWS: "Retries", boto3 documentation.
    """
    response = getattr(error.__cause__, "response", {})
    return bool(response.get("ResponseMetadata", {}).get("RetryAttempts"))


def _unreadable(error: Exception) -> str:
    """Return what is wrong with an answer, as a sentence; empty if the error is another one."""
    if is_unreadable_answer(error):
        return "the response is not from AWS; it cannot be parsed."
    if isinstance(error, KeyError):
        # Any web server can answer 200 and a page: botocore parses it into an empty response.
        return f"the response is not from AWS or is incomplete; it has no field {error}."
    return ""


def _error_response(
    answer: Mapping[str, Any], operation: str, key_id: str, table_name: str
) -> _ErrorResponse:
    return _ErrorResponse(
        code=str(answer.get("Code", "Unknown")).removesuffix("Exception"),
        message=_one_line(answer.get("Message") or "AWS gives no reason."),
        operation=operation,
        key_id=key_id,
        table_name=table_name,
    )


def _from_response(response: _ErrorResponse) -> errors.KmsdemoError:
    if response.code.isdigit():
        reason = (
            f"the response to {response.operation} is HTTP {response.code}, without an AWS error."
        )
        return errors.EndpointUnreachable(reason)
    by_service = _ABOUT_KEYS if response.key_id else _ABOUT_TABLES
    make = by_service.get(response.code) or _ABOUT_CALLERS.get(response.code) or _aws_failed
    return make(response)


def _from_waiter(error: boto.WaiterError, table_name: str) -> errors.KmsdemoError:
    """A waiter fails because AWS returns an error, or because the time is over."""
    answer = dict(error.last_response.get("Error", {}))
    if answer:
        return _from_response(_error_response(answer, "DescribeTable", "", table_name))
    return errors.TableNotReady(table_name)


def _invalid_state(response: _ErrorResponse) -> errors.KmsdemoError:
    if response.operation == "CancelKeyDeletion":
        return errors.KeyNotPendingDeletion(response.key_id)
    if "pending" in response.message and "deletion" in response.message:
        return errors.KeyPendingDeletion(response.key_id)
    return errors.KeyUnusable(response.key_id, response.message)


def _about_alias(make: Callable[[str], errors.KmsdemoError]) -> _Make:
    """Return a maker for a code that has a special meaning when an alias is created or updated."""

    def choose(response: _ErrorResponse) -> errors.KmsdemoError:
        if response.operation in ("CreateAlias", "UpdateAlias"):
            return make(response.key_id)
        return _aws_failed(response)

    return choose


_KEY_SCHEMA_MESSAGES = ("not match the schema", "missing the key", "type mismatch for key")


def _invalid_table_request(response: _ErrorResponse) -> errors.KmsdemoError:
    if any(text in response.message.lower() for text in _KEY_SCHEMA_MESSAGES):
        return errors.TableSchemaDiffers(response.table_name, response.message)
    return _aws_failed(response)


def _aws_failed(response: _ErrorResponse) -> errors.KmsdemoError:
    return errors.AwsFailed(response.operation, response.code, response.message)


def _throttled(response: _ErrorResponse) -> errors.KmsdemoError:
    return errors.Throttled(response.operation)


def _unavailable(response: _ErrorResponse) -> errors.KmsdemoError:
    return errors.AwsUnavailable(response.operation, response.code)


def _denied(response: _ErrorResponse) -> errors.KmsdemoError:
    return errors.AccessDenied(response.operation, response.resource, response.message)


def _expired(response: _ErrorResponse) -> errors.KmsdemoError:
    return errors.CredentialsExpired()


def _credentials_refused(response: _ErrorResponse) -> errors.KmsdemoError:
    return errors.CredentialsRefused(response.message)


_Make = Callable[[_ErrorResponse], errors.KmsdemoError]
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
    "DependencyTimeout": _unavailable,
    "KeyUnavailable": _unavailable,
    "KMSInternal": _unavailable,
    "InternalFailure": _unavailable,
    "InternalServerError": _unavailable,
    "ServiceUnavailable": _unavailable,
    "ReplicatedWriteConflict": _unavailable,
    "TransactionConflict": _unavailable,
    "ExpiredToken": _expired,
    "RequestExpired": _expired,
    "UnrecognizedClient": _credentials_refused,
    "InvalidClientTokenId": _credentials_refused,
    "InvalidSignature": _credentials_refused,
    "IncompleteSignature": _credentials_refused,
    "MissingAuthenticationToken": _credentials_refused,
    "SignatureDoesNotMatch": _credentials_refused,
}


def _from_client(error: boto.BotoCoreError) -> errors.KmsdemoError:
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
            boto.InvalidChecksumConfigError,
            boto.InvalidConfigError,
            boto.InvalidDefaultsMode,
            boto.InvalidIMDSEndpointError,
            boto.InvalidIMDSEndpointModeError,
            boto.InvalidProxiesConfigError,
            boto.InvalidSTSRegionalEndpointsConfigError,
        ),
        errors.InvalidConfiguration,
    ),
    ((boto.ParamValidationError,), errors.InvalidParameter),
    ((boto.ConnectionError,), errors.EndpointUnreachable),
    ((boto.HTTPClientError,), errors.AnswerLost),
)


def _one_line(text: str) -> str:
    return " ".join(text.split())
