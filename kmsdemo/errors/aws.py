"""Errors of AWS itself: permissions, credentials, configuration, connection."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors.root import KmsdemoError, WrongUsage


@dataclass(eq=False)
class AccessDenied(KmsdemoError):
    """The caller lacks a permission."""

    operation: str
    resource: str
    reason: str

    _what = "{operation} on {resource} is denied: {reason}"
    _next_step = (
        "Ask for the permission, or check whose credentials you use: aws sts get-caller-identity."
    )


@dataclass(eq=False)
class Throttled(KmsdemoError):
    """AWS throttled the call, even after retries."""

    operation: str

    _what = "AWS throttled {operation}, even after retries."
    _next_step = "Wait a minute, then run it again."


@dataclass(eq=False)
class AwsUnavailable(KmsdemoError):
    """AWS cannot answer the call at the moment, even after retries; ``code`` is its error code."""

    operation: str
    code: str

    _what = "AWS cannot answer {operation} at the moment, even after retries: {code}."
    _next_step = "Wait a minute, then run it again."


@dataclass(eq=False)
class NoCredentials(KmsdemoError):
    """boto3 finds no credentials to sign a request with."""

    reason: str

    _what = "No usable AWS credentials: {reason}"
    _next_step = (
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; or run aws configure. "
        "Without an AWS account, begin with kmsdemo shell."
    )


class CredentialsExpired(KmsdemoError):
    """The temporary credentials have expired."""

    _what = "The AWS credentials have expired."
    _next_step = "Get new ones (aws sso login, or the start page of your lab), then run it again."


@dataclass(eq=False)
class CredentialsRefused(KmsdemoError):
    """AWS does not know the access key, or the signature does not match it."""

    reason: str

    _what = "AWS rejects these credentials: {reason}"
    _next_step = (
        "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and the system clock."
    )


class NoRegion(KmsdemoError):
    """No Region is configured."""

    _what = "No AWS Region is configured."
    _next_step = (
        "Set AWS_DEFAULT_REGION, for example to us-east-1; boto3 does not read AWS_REGION. "
        "Without an AWS account, begin with kmsdemo shell."
    )


@dataclass(eq=False)
class InvalidConfiguration(KmsdemoError):
    """A profile, an endpoint or a configuration file is invalid."""

    reason: str

    _what = "The AWS configuration is invalid: {reason}"
    _next_step = "Check AWS_PROFILE, AWS_ENDPOINT_URL and the files under ~/.aws."


@dataclass(eq=False)
class InvalidParameter(WrongUsage):
    """A parameter has a form that boto3 does not send, such as an empty name."""

    reason: str

    _what = "AWS was not called: {reason}"
    _next_step = "Check the names of key and table; a variable of the shell can be empty."


@dataclass(eq=False)
class EndpointUnreachable(KmsdemoError):
    """No service with an AWS API answers at the endpoint."""

    reason: str

    _what = "AWS cannot be reached: {reason}"
    _next_step = "Check the network and the Region. If AWS_ENDPOINT_URL names a sandbox, start it."


class AnswerLost(EndpointUnreachable):
    """The answer does not arrive or cannot be read; AWS may have performed the call."""


@dataclass(eq=False)
class MaybeDone(AnswerLost):
    """AWS may have made a change, but its answer does not arrive."""

    change: str
    look: str

    _what = "It is not known whether {change}: {reason}"
    _next_step = "To see whether it is, run {look}; if it is not, run this again."


@dataclass(eq=False)
class AwsFailed(KmsdemoError):
    """Any other error response; ``code`` is AWS's error code."""

    operation: str
    code: str
    reason: str

    _what = "{operation} failed with {code}: {reason}"
    _next_step = "Look up the code in the API reference of the service, then run it again."
