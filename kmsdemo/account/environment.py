"""The ``AWS_…`` variables: they say who asks and where, to this process and to those it starts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from unittest.mock import patch

# Without files and without the metadata service of a machine at AWS, nobody says who asks.
NOBODY: Mapping[str, str] = MappingProxyType(
    {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
)


def of_region(region: str) -> dict[str, str]:
    """Return the variables that name a Region: boto3's, and that of all other SDKs."""
    return {"AWS_DEFAULT_REGION": region, "AWS_REGION": region}


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
