"""Why AWS cannot be reached, or does not do what it is asked to."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors.root import KmsdemoError


@dataclass(eq=False)
class AccessDenied(KmsdemoError):
    """The caller lacks a permission."""

    operation: str
    resource: str
    reason: str

    _what = "{operation} on {resource} is denied: {reason}"
    _next_step = (
        "Ask for the permission, or check whose credentials these are: aws sts get-caller-identity."
    )


@dataclass(eq=False)
class Throttled(KmsdemoError):
    """AWS asked to slow down, also after the retries."""

    operation: str

    _what = "AWS throttled {operation}, also after retries."
    _next_step = "Wait a minute and run it again; nothing is half done."


@dataclass(eq=False)
class NoCredentials(KmsdemoError):
    """There is nothing to sign a request with."""

    reason: str

    _what = "No usable AWS credentials: {reason}"
    _next_step = (
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; or run aws configure."
    )


class CredentialsExpired(KmsdemoError):
    """Temporary credentials have run out."""

    _what = "The AWS credentials have expired."
    _next_step = "Get new ones (aws sso login, or your lab's start page) and run it again."


@dataclass(eq=False)
class CredentialsRefused(KmsdemoError):
    """AWS does not know the access key, or the signature does not match it."""

    reason: str

    _what = "AWS does not accept these credentials: {reason}"
    _next_step = (
        "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and the clock."
    )


class NoRegion(KmsdemoError):
    """No Region is configured."""

    _what = "No AWS Region is set."
    _next_step = "Set AWS_DEFAULT_REGION, for example to us-east-1."


@dataclass(eq=False)
class InvalidConfiguration(KmsdemoError):
    """The AWS configuration (a profile, an endpoint) cannot be used as it is."""

    reason: str

    _what = "The AWS configuration cannot be used: {reason}"
    _next_step = "Check AWS_PROFILE, AWS_ENDPOINT_URL and the files under ~/.aws."


@dataclass(eq=False)
class EndpointUnreachable(KmsdemoError):
    """Nothing that speaks AWS's language answered."""

    reason: str

    _what = "No AWS service could be reached: {reason}"
    _next_step = "Check the network, AWS_ENDPOINT_URL and the Region."


@dataclass(eq=False)
class AwsFailed(KmsdemoError):
    """Any other answer of AWS; ``code`` is AWS's own."""

    operation: str
    code: str
    reason: str

    _what = "{operation} failed with {code}: {reason}"
    _next_step = "Look the code up in the API reference of the service, and run it again."
