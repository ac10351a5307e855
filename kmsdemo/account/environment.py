"""The ``AWS_…`` environment variables of this process and of the programs that it starts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from unittest.mock import patch

from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError

from kmsdemo import errors
from kmsdemo.aws_errors import translate_errors

if TYPE_CHECKING:
    import boto3

# The variables that name the user's configuration files, and their defaults in the home directory.
_FILES = {
    "AWS_CONFIG_FILE": ".aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": ".aws/credentials",
}
# Without configuration files and the instance metadata service, boto3 finds no credentials.
NO_CREDENTIALS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(_FILES, os.devnull),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
)


def region_variables(region: str) -> dict[str, str]:
    """Return the variables that name a Region: one for boto3, one for all other AWS SDKs."""
    return {"AWS_DEFAULT_REGION": region, "AWS_REGION": region}


def caller_variables(session: boto3.Session) -> dict[str, str]:
    """Return the variables that give a program the caller's credentials, Region and configuration.

    They contain a secret. They do not depend on the program's home directory.

    Args:
        session: The caller's session; expired credentials are refreshed if possible.

    Raises:
        NoCredentials, CredentialsExpired: There are no credentials, or refreshing them fails.

    AWS: "Credentials" and "Using environment variables", boto3 documentation.
    """
    with translate_errors():
        credentials = session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        frozen = credentials.get_frozen_credentials()
    variables = {
        "AWS_ACCESS_KEY_ID": frozen.access_key,
        "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
        "AWS_SESSION_TOKEN": frozen.token,
    }
    files = {name: os.environ.get(name, str(Path.home() / file)) for name, file in _FILES.items()}
    given = {name: value for name, value in variables.items() if value}
    return {**files, **given, **region_variables(session.region_name)}


def check_printable() -> None:
    """Check that each ``AWS_…`` variable is text, which can be sent and signed.

    Raises:
        InvalidConfiguration: One is not; its value is not in the error, since it can be a secret.
    """
    for name, value in os.environ.items():
        if name.startswith("AWS_") and not value.isprintable():
            reason = f"{name} contains a character that is not printable."
            raise errors.InvalidConfiguration(reason)


def credentials() -> Credentials | None:
    """Return the credentials in the ``AWS_…`` variables, if any.

    Raises:
        InvalidConfiguration: As in :func:`check_printable`.
    """
    check_printable()
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    access_key_id, secret, token = (os.environ.get(name) for name in names)
    return Credentials(access_key_id, secret, token) if access_key_id and secret else None


def to_paste(variables: Mapping[str, str]) -> str:
    """Return the lines that set variables in bash, zsh, fish and PowerShell."""
    return "\n".join(
        f"{shell}:\n" + "".join(f"  {line.format(*pair)}\n" for pair in variables.items())
        for shell, line in _IN_SHELL.items()
    )


_IN_SHELL = {
    "bash, zsh": "export {}={}",
    "fish": "set -x {} {}",
    "PowerShell": '$env:{} = "{}"',
}
"""How a shell sets a variable; the values need no quotes."""


@contextmanager
def isolated(variables: Mapping[str, str], *, keeping: Iterable[str] = ()) -> Iterator[None]:
    """Isolate this process from the user's AWS configuration inside the context.

    Args:
        variables: The ``AWS_…`` variables to set, besides :data:`NO_CREDENTIALS`.
        keeping: Names of the user's variables to keep; they override ``variables``.
    """
    kept = {name: os.environ[name] for name in keeping if name in os.environ}
    others = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with patch.dict(os.environ, {**others, **NO_CREDENTIALS, **variables, **kept}, clear=True):
        yield
