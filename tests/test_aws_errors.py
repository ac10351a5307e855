"""Every exception of boto3 becomes an error of the library."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import format_exception
from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import ServiceModel

from kmsdemo import errors
from kmsdemo.aws_errors import translate_errors, was_repeated
from tests import fake_endpoint

PENDING = "arn:aws:kms:us-east-1:123456789012:key/k is pending deletion."
NOT_PENDING = "arn:aws:kms:us-east-1:123456789012:key/k is not pending deletion."
REPLICA = "arn:aws:kms:us-east-1:123456789012:key/k is pending replica deletion."
IMPORTING = "arn:aws:kms:us-east-1:123456789012:key/k is pending import."

ABOUT_KEYS = [
    ("Encrypt", "NotFoundException", "", errors.KeyNotFound),
    ("Encrypt", "InvalidArnException", "", errors.KeyNotFound),
    ("Encrypt", "DisabledException", "", errors.KeyDisabled),
    ("Encrypt", "KMSInvalidStateException", PENDING, errors.KeyPendingDeletion),
    ("Encrypt", "KMSInvalidStateException", REPLICA, errors.KeyPendingDeletion),
    ("Encrypt", "KMSInvalidStateException", IMPORTING, errors.KeyUnusable),
    ("CancelKeyDeletion", "KMSInvalidStateException", NOT_PENDING, errors.KeyNotPendingDeletion),
    ("Decrypt", "IncorrectKeyException", "", errors.WrongKey),
    ("Decrypt", "InvalidCiphertextException", "", errors.CiphertextInvalid),
    ("Decrypt", "InvalidKeyUsageException", "", errors.KeyUnusable),
    ("ReplicateKey", "UnsupportedOperationException", "", errors.KeyUnusable),
    ("CreateAlias", "AlreadyExistsException", "", errors.AliasTaken),
    ("ReplicateKey", "AlreadyExistsException", "", errors.AwsFailed),
    ("UpdateAlias", "ValidationException", "", errors.InvalidAlias),
    ("CreateAlias", "InvalidAliasNameException", "", errors.InvalidAlias),
    ("CreateAlias", "NotAuthorizedException", "", errors.InvalidAlias),
    ("CreateAlias", "ValidationException", "", errors.InvalidAlias),
    ("PutKeyPolicy", "MalformedPolicyDocumentException", "", errors.InvalidKeyPolicy),
    ("CreateKey", "LimitExceededException", "", errors.AwsFailed),
    ("Encrypt", "ValidationException", "", errors.AwsFailed),
    ("Encrypt", "KMSInternalException", "", errors.AwsUnavailable),
]
ABOUT_TABLES = [
    ("GetItem", "ResourceNotFoundException", "", errors.TableNotFound),
    (
        "GetItem",
        "ValidationException",
        "The provided key element does not match the schema",
        errors.TableSchemaDiffers,
    ),
    (
        "PutItem",
        "ValidationException",
        "One or more parameter values were invalid: Missing the key id in the item",
        errors.TableSchemaDiffers,
    ),
    (
        "PutItem",
        "ValidationException",
        "One or more parameter values were invalid: Type mismatch for key appuser",
        errors.TableSchemaDiffers,
    ),
    ("PutItem", "ValidationException", "Item size has exceeded", errors.AwsFailed),
    ("PutItem", "ProvisionedThroughputExceededException", "", errors.Throttled),
    ("CreateTable", "LimitExceededException", "", errors.Throttled),
]
ABOUT_CALLERS = [
    ("Encrypt", "AccessDeniedException", "", errors.AccessDenied),
    ("Encrypt", "ThrottlingException", "", errors.Throttled),
    ("Encrypt", "Throttling", "", errors.Throttled),
    ("Encrypt", "RequestLimitExceeded", "", errors.Throttled),
    ("Encrypt", "TooManyRequestsException", "", errors.Throttled),
    ("Encrypt", "ExpiredTokenException", "", errors.CredentialsExpired),
    ("Encrypt", "ExpiredToken", "", errors.CredentialsExpired),
    ("Encrypt", "UnrecognizedClientException", "", errors.CredentialsRefused),
    ("Encrypt", "InvalidSignatureException", "", errors.CredentialsRefused),
    ("Encrypt", "IncompleteSignature", "", errors.CredentialsRefused),
    ("Encrypt", "SignatureDoesNotMatch", "", errors.CredentialsRefused),
    ("Encrypt", "UnknownCode", "", errors.AwsFailed),
]


def answer(operation: str, code: str, message: str) -> boto.ClientError:
    return boto.ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize(("operation", "code", "message", "expected"), ABOUT_KEYS + ABOUT_CALLERS)
def test_an_error_response_about_a_key(
    operation: str, code: str, message: str, expected: type[errors.KmsdemoError]
) -> None:
    with pytest.raises(expected) as raised, translate_errors(key_id="alias/mine"):
        raise answer(operation, code, message)
    assert type(raised.value) is expected
    if isinstance(raised.value, errors.KeyFault):
        assert raised.value.key_id == "alias/mine"
    assert getattr(raised.value, "alias", "alias/mine") == "alias/mine"


@pytest.mark.parametrize(("operation", "code", "message", "expected"), ABOUT_TABLES + ABOUT_CALLERS)
def test_an_error_response_about_a_table(
    operation: str, code: str, message: str, expected: type[errors.KmsdemoError]
) -> None:
    with pytest.raises(expected) as raised, translate_errors(table_name="mine"):
        raise answer(operation, code, message)
    assert type(raised.value) is expected
    if isinstance(raised.value, errors.TableFault):
        assert raised.value.table_name == "mine"


@pytest.mark.parametrize(
    ("about", "operation", "code", "message"),
    [
        *(({"key_id": "k"}, *row[:3]) for row in ABOUT_KEYS + ABOUT_CALLERS),
        *(({"table_name": "t"}, *row[:3]) for row in ABOUT_TABLES + ABOUT_CALLERS),
    ],
)
def test_an_error_says_what_aws_said(
    about: dict[str, str], operation: str, code: str, message: str
) -> None:
    with pytest.raises(errors.KmsdemoError) as raised, translate_errors(**about):
        raise answer(operation, code, f"{message}\nsaid AWS")
    said = {
        "operation": operation,
        "code": code.removesuffix("Exception"),
        "reason": f"{message} said AWS".strip(),
        "difference": f"{message} said AWS".strip(),
    }
    told = vars(raised.value)
    assert {name: told[name] for name in said if name in told}.items() <= said.items()


@pytest.mark.parametrize(
    ("about", "resource"),
    [({"key_id": "k"}, "k"), ({"table_name": "t"}, "t"), ({}, "this account")],
)
def test_access_denied_names_the_resource(about: dict[str, str], resource: str) -> None:
    with pytest.raises(errors.AccessDenied) as raised, translate_errors(**about):
        raise answer("Decrypt", "AccessDeniedException", "User: u\nis not authorized")
    assert raised.value.what == f"Decrypt on {resource} is denied: User: u is not authorized"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (boto.NoRegionError(), errors.NoRegion),
        (boto.NoCredentialsError(), errors.NoCredentials),
        (boto.PartialCredentialsError(provider="env", cred_var="x"), errors.NoCredentials),
        (
            boto.CredentialRetrievalError(provider="process", error_msg="x"),
            errors.NoCredentials,
        ),
        (boto.UnauthorizedSSOTokenError(), errors.CredentialsExpired),
        (boto.TokenRetrievalError(provider="sso", error_msg="x"), errors.CredentialsExpired),
        (boto.ProfileNotFound(profile="x"), errors.InvalidConfiguration),
        (boto.ConfigParseError(path="x"), errors.InvalidConfiguration),
        (boto.InvalidRegionError(region_name="x"), errors.InvalidConfiguration),
        (boto.InvalidDefaultsMode(mode="x", valid_modes=[]), errors.InvalidConfiguration),
        (boto.InvalidConfigError(error_msg="x"), errors.InvalidConfiguration),
        (
            boto.InvalidSTSRegionalEndpointsConfigError(sts_regional_endpoints_config="x"),
            errors.InvalidConfiguration,
        ),
        (
            boto.InvalidChecksumConfigError(config_key="x", config_value="y", valid_options=("z",)),
            errors.InvalidConfiguration,
        ),
        (
            boto.InvalidIMDSEndpointModeError(mode="x", valid_modes=[]),
            errors.InvalidConfiguration,
        ),
        (boto.InvalidIMDSEndpointError(endpoint="x"), errors.InvalidConfiguration),
        (boto.InvalidProxiesConfigError(), errors.InvalidConfiguration),
        (
            boto.EndpointConnectionError(endpoint_url="http://nowhere"),
            errors.EndpointUnreachable,
        ),
        (boto.ConnectTimeoutError(endpoint_url="http://nowhere"), errors.EndpointUnreachable),
        (boto.ReadTimeoutError(endpoint_url="http://nowhere"), errors.EndpointUnreachable),
        (boto.ConnectionClosedError(endpoint_url="http://nowhere"), errors.EndpointUnreachable),
        (boto.SSLError(endpoint_url="http://nowhere", error=OSError()), errors.EndpointUnreachable),
        (boto.ParamValidationError(report="x"), errors.InvalidParameter),
        (boto.UnknownSignatureVersionError(signature_version="x"), errors.AwsFailed),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_an_exception_without_a_response(
    error: Exception, expected: type[errors.KmsdemoError]
) -> None:
    with pytest.raises(expected) as raised, translate_errors(key_id="k"):
        raise error
    told = {"operation": "The call", "code": type(error).__name__, **vars(raised.value)}
    said = {"operation": "The call", "code": type(error).__name__}
    if "reason" in told:
        said["reason"] = " ".join(str(error).split())
    assert told == said


def test_a_waiter_raises_the_error_of_aws() -> None:
    refused: Any = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
    with pytest.raises(errors.AccessDenied) as raised, translate_errors(table_name="t"):
        raise boto.WaiterError(name="TableExists", reason="x", last_response=refused)
    assert raised.value.what == "DescribeTable on t is denied: no"


def test_a_waiter_raises_table_not_ready_after_its_last_attempt() -> None:
    with (
        pytest.raises(errors.TableNotReady, match="the table t in time"),
        translate_errors(table_name="t"),
    ):
        raise boto.WaiterError(name="TableExists", reason="x", last_response={})


def test_errors_of_the_library_are_not_translated() -> None:
    with pytest.raises(errors.PasswordEmpty), translate_errors(key_id="k"):
        raise errors.PasswordEmpty


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (fake_endpoint.web_page(200), errors.EndpointUnreachable),
        (fake_endpoint.half_an_answer, errors.EndpointUnreachable),
        (fake_endpoint.hang_up, errors.EndpointUnreachable),
        (fake_endpoint.json_answer(200, {}), errors.EndpointUnreachable),
        (fake_endpoint.web_page(503), errors.EndpointUnreachable),
        (fake_endpoint.error("ThrottlingException", "Rate exceeded"), errors.Throttled),
        (
            fake_endpoint.error("ExpiredTokenException", "The token expired"),
            errors.CredentialsExpired,
        ),
        (fake_endpoint.error("AccessDeniedException", "Not you"), errors.AccessDenied),
    ],
    ids=[
        *("web page", "half", "hang up", "empty", "503"),
        *("throttled", "expired", "denied"),
    ],
)
def test_a_response_over_http(
    behaviour: fake_endpoint.Answer, expected: type[errors.KmsdemoError]
) -> None:
    with (
        fake_endpoint.endpoint(behaviour) as (url, _),
        pytest.raises(expected),
        translate_errors(key_id="k"),
    ):
        fake_endpoint.kms_at(url).encrypt(KeyId="k", Plaintext=b"x")["CiphertextBlob"]


@pytest.mark.parametrize(
    "answered",
    [
        pytest.param(b'["secret"]', id="a list"),
        pytest.param(b'"secret"', id="a text"),
        pytest.param(b'{"Plaintext": "secret"}', id="no Base64"),
        pytest.param(b'{"Plaintext": ["secret"]}', id="no text"),
        pytest.param(b'{"Plaintext": "secret\x92"}', id="no UTF-8"),
    ],
)
def test_an_answer_of_another_form_is_a_lost_one_and_is_not_shown(answered: bytes) -> None:
    with (
        fake_endpoint.endpoint(fake_endpoint.whole(answered)) as (url, _),
        pytest.raises(errors.AnswerLost) as raised,
        translate_errors(key_id="k"),
    ):
        fake_endpoint.kms_at(url).decrypt(KeyId="k", CiphertextBlob=b"x")
    shown = "".join(format_exception(raised.value))
    assert raised.value.reason == "the response is not from AWS; it cannot be parsed."
    assert "secret" not in shown


def test_an_error_of_other_code_is_not_taken_for_an_answer() -> None:
    with pytest.raises(AttributeError), translate_errors(key_id="k"):
        raise AttributeError


def test_a_throttled_call_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake_endpoint.PAUSE, lambda *_: 0)
    slow_down = fake_endpoint.error("ThrottlingException")
    good = fake_endpoint.json_answer(200, {"CiphertextBlob": "eA==", "KeyId": "k"})
    with fake_endpoint.endpoint(slow_down, good) as (url, asked), translate_errors(key_id="k"):
        answered = fake_endpoint.kms_at(url, attempts=2).encrypt(KeyId="k", Plaintext=b"x")
    assert answered["CiphertextBlob"] == b"x"
    assert asked == ["Encrypt", "Encrypt"]


# A vault sends nothing that AWS would answer with these.
NEVER_ANSWERED = {
    "DryRunOperationException",
    "InvalidGrantTokenException",
    "ItemCollectionSizeLimitExceededException",
    "ConditionalCheckFailedException",  # the vault reads the item in it
}


def documented_errors() -> Iterator[tuple[str, str, str]]:
    """Yield service, operation and code of each error that AWS documents for a vault's calls."""
    loader = Loader()
    for service, operations in (
        ("kms", ("Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey")),
        ("dynamodb", ("GetItem", "PutItem", "UpdateItem", "Scan")),
    ):
        model = ServiceModel(loader.load_service_model(service, "service-2"))
        for operation in operations:
            for shape in model.operation_model(operation).error_shapes:
                if shape.name not in NEVER_ANSWERED:
                    code = shape.metadata.get("error", {}).get("code", shape.name)
                    yield service, operation, code


@pytest.mark.parametrize(("service", "operation", "code"), list(documented_errors()))
def test_each_error_that_aws_documents_for_a_vault_is_an_error_of_its_own(
    service: str, operation: str, code: str
) -> None:
    error = ClientError({"Error": {"Code": code, "Message": "m"}}, operation)
    about = {"key_id": "k"} if service == "kms" else {"table_name": "t"}
    with pytest.raises(errors.KmsdemoError) as raised, translate_errors(**about):
        raise error
    assert not isinstance(raised.value, errors.AwsFailed)


# --------------------------------------------------------------------- what AWS does not say


@pytest.mark.parametrize(
    ("said", "code", "message"),
    [
        ({}, "Unknown", "AWS gives no reason."),
        ({"Code": "NewException", "Message": ""}, "New", "AWS gives no reason."),
        ({"Code": "NewException", "Message": "why"}, "New", "why"),
    ],
    ids=["nothing", "no message", "all"],
)
def test_an_error_of_aws_says_what_is_known(said: Any, code: str, message: str) -> None:
    with pytest.raises(errors.AwsFailed) as raised, translate_errors(key_id="k"):
        raise boto.ClientError({"Error": said}, "Encrypt")
    found = raised.value
    assert (found.operation, found.code, found.reason) == ("Encrypt", code, message)


def test_an_answer_with_a_status_only_is_not_of_aws() -> None:
    with pytest.raises(errors.EndpointUnreachable) as raised, translate_errors(key_id="k"):
        raise answer("Encrypt", "502", "")
    reason = "the response to Encrypt is HTTP 502, without an AWS error."
    assert raised.value.reason == reason


@pytest.mark.parametrize(
    ("response", "repeated"),
    [
        ({"Error": {}, "ResponseMetadata": {"RetryAttempts": 1}}, True),
        ({"Error": {}, "ResponseMetadata": {"RetryAttempts": 0}}, False),
        ({"Error": {}, "ResponseMetadata": {}}, False),
        ({"Error": {}}, False),
    ],
    ids=["repeated", "first attempt", "attempts not counted", "no metadata"],
)
def test_an_error_tells_whether_the_call_was_repeated(response: Any, repeated: bool) -> None:
    with pytest.raises(errors.AwsFailed) as raised, translate_errors(key_id="k"):
        raise boto.ClientError(response, "Encrypt")
    assert was_repeated(raised.value) is repeated


def test_an_error_without_an_answer_was_not_repeated() -> None:
    assert was_repeated(errors.PasswordEmpty()) is False
