"""The ``AWS_…`` variables: they say who asks and where, to this process and to those it starts."""

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

from kmsdemo.aws_errors import translated

if TYPE_CHECKING:
    import boto3

# Where the user's configuration is, in the home directory, unless these variables say otherwise.
_FILES = {
    "AWS_CONFIG_FILE": ".aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": ".aws/credentials",
}
# Without files and without the metadata service of a machine at AWS, nobody says who asks.
NOBODY: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(_FILES, os.devnull),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
)


def of_region(region: str) -> dict[str, str]:
    """Return the variables that name a Region: boto3's, and that of all other SDKs."""
    return {"AWS_DEFAULT_REGION": region, "AWS_REGION": region}


def of_caller(session: boto3.Session) -> dict[str, str]:
    """Return the variables with which a program is the same caller, whatever its home directory.

    They hold a secret. Profiles and all else of the user's AWS configuration stay in their files.

    Args:
        session: The caller's; its credentials are renewed where they can be and must be.

    Raises:
        NoCredentials, CredentialsExpired: There are none, or they cannot be renewed.

    AWS: "Credentials" and "Using environment variables", boto3 documentation.
    """
    with translated():
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
    return {**files, **given, **of_region(session.region_name)}


def credentials() -> Credentials | None:
    """Return the credentials that the variables name, if they do."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    access_key_id, secret, token = (os.environ.get(name) for name in names)
    return Credentials(access_key_id, secret, token) if access_key_id and secret else None


def to_paste(variables: Mapping[str, str]) -> str:
    """Return the lines that set variables in a terminal, for each of the shells."""
    return "\n".join(
        f"{shell}:\n" + "".join(f"  {line.format(*pair)}\n" for pair in variables.items())
        for shell, line in _IN_SHELL.items()
    )


_IN_SHELL = {
    "bash, zsh": "export {}={}",
    "fish": "set -x {} {}",
    "PowerShell": '$env:{} = "{}"',
}
"""How a variable is set; none of ours has characters that a shell minds."""


@contextmanager
def only(variables: Mapping[str, str], *, keeping: Iterable[str] = ()) -> Iterator[None]:
    """Shut this process off from the user's AWS configuration, and give it another one.

    Args:
        variables: What is set instead, beside :data:`NOBODY`.
        keeping: Names of variables of the user's that stay, and go before those given.
    """
    kept = {name: os.environ[name] for name in keeping if name in os.environ}
    others = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with patch.dict(os.environ, {**others, **NOBODY, **variables, **kept}, clear=True):
        yield
