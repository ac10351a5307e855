"""Errors of the choice of a backend and its options."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors import EndpointUnreachable, KmsdemoError, WrongUsage


@dataclass(eq=False)
class OptionOfAnotherBackend(WrongUsage):
    """An option of another backend than the chosen one is set."""

    option: str
    backend: str
    chosen: str

    _what = "{option} is an option of the backend {backend}; this run uses {chosen}."
    _next_step = "Add --backend {backend}, or omit {option}."


class NoEndpointNamed(WrongUsage):
    """The backend ``endpoint`` has no URL."""

    _what = "The backend endpoint needs a URL."
    _next_step = "Set it, for example: --endpoint-url http://127.0.0.1:4566."


@dataclass(eq=False)
class UnknownEmulator(WrongUsage):
    """The table of divergences has no emulator of this name."""

    emulator: str
    known: str

    _what = "No differences from AWS are known for the emulator {emulator}."
    _next_step = "Omit --emulator, or choose one of: {known}."


@dataclass(eq=False)
class EmulatorUnreachable(EndpointUnreachable):
    """No emulator answers at the URL of the option."""

    url: str

    _what = "The emulator at {url} cannot be reached: {reason}"
    _next_step = "Check that it runs and listens at this URL, or choose another --endpoint-url."


class LocalStackUnreachable(EndpointUnreachable):
    """LocalStack does not answer at its configured host."""

    _what = "LocalStack cannot be reached: {reason}"
    _next_step = "Start it (docker compose up --wait), or set LOCALSTACK_HOST to its host and port."


@dataclass(eq=False)
class SettleTimeOutOfRange(WrongUsage):
    """The time that a change takes to propagate is not 0 to 600 seconds."""

    seconds: float

    _what = "{seconds} seconds is not a valid time for a change to propagate."
    _next_step = "Set --aws-settle to a number from 0 to 600, or omit it."


class NoAccountNamed(WrongUsage):
    """A run in a real account needs the account id as an option."""

    _what = "A run in a real AWS account needs its id, so that no account is used by accident."
    _next_step = "Set it with --aws-account; aws sts get-caller-identity prints it."


@dataclass(eq=False)
class AnotherAccount(KmsdemoError):
    """The credentials belong to another account than the one named."""

    named: str
    account: str
    arn: str

    _what = "These credentials belong to account {account} ({arn}), not to {named}."
    _next_step = "Set AWS_PROFILE or other credentials, or add --aws-account {account}."


@dataclass(eq=False)
class RootRefused(KmsdemoError):
    """The credentials are the root user's, which no policy restricts."""

    account: str

    _what = "These are the credentials of the root user of account {account}."
    _next_step = "Use an IAM user or role with permissions for AWS KMS and DynamoDB only."


class RefusedInCi(KmsdemoError):
    """A run in CI uses a real account only with an option that says so."""

    _what = "This run is in CI (the variable CI is set), and a real account costs money."
    _next_step = "To run in CI anyway, add --aws-in-ci."
