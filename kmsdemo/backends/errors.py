"""Why a backend cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors import EndpointUnreachable, KmsdemoError, WrongUsage


@dataclass(eq=False)
class OptionOfAnotherBackend(WrongUsage):
    """An option was given that the chosen backend does not know."""

    option: str
    backend: str
    chosen: str

    _what = "{option} belongs to the backend {backend}, and this run is on {chosen}."
    _next_step = "Add --backend {backend}, or leave {option} out."


class NoEndpointNamed(WrongUsage):
    """The backend ``endpoint`` was not told where it is."""

    _what = "The backend endpoint needs to know where it listens."
    _next_step = "Give its URL: --endpoint-url http://127.0.0.1:4566."


@dataclass(eq=False)
class UnknownEmulator(WrongUsage):
    """The table of divergences has no emulator of this name."""

    emulator: str
    known: str

    _what = "Nothing is known of how {emulator} differs from AWS."
    _next_step = "Leave out --emulator, or name one of: {known}."


@dataclass(eq=False)
class EmulatorUnreachable(EndpointUnreachable):
    """No emulator answers at the URL that was given."""

    url: str

    _what = "No AWS service could be reached at {url}: {reason}"
    _next_step = "Check that it runs and listens there, or give another --endpoint-url."


class LocalStackUnreachable(EndpointUnreachable):
    """LocalStack does not answer where it is looked for."""

    _next_step = "Start it (docker compose up --wait), or set LOCALSTACK_HOST to where it is."


class NoAccountNamed(WrongUsage):
    """A real account is worked in only when it is named."""

    _what = "A real AWS account is used only if you name it, so that it is not one by accident."
    _next_step = "Give its twelve digits with --aws-account; aws sts get-caller-identity has them."


@dataclass(eq=False)
class AnotherAccount(KmsdemoError):
    """The credentials are of another account than the one named."""

    named: str
    account: str
    arn: str

    _what = "These credentials are of account {account} ({arn}), not of {named}."
    _next_step = "Set AWS_PROFILE, or other credentials; or name that account with --aws-account."


@dataclass(eq=False)
class RootRefused(KmsdemoError):
    """The root user may do everything; nothing would stop a mistake."""

    account: str

    _what = "These are the root user's credentials of account {account}, who may do everything."
    _next_step = "Use an IAM user or role that may work with AWS KMS and DynamoDB."


class RefusedInCi(KmsdemoError):
    """CI works in a real account only when it is told."""

    _what = "This is CI (the variable CI is set), and a real account costs money."
    _next_step = "If you mean it, add --aws-in-ci."
