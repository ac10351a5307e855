"""A plain pytest file: makes the AWS calls that the scenarios were seen to make, and no more."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from moto import mock_aws

RECORDED = pickle.loads(Path(os.environ["RECORDED"]).read_bytes())  # noqa: S301, we wrote it
CLIENTS: dict[tuple[str, str], Any] = {}


@pytest.fixture(autouse=True)
def account() -> Iterator[None]:
    """An account with nothing in it."""
    with mock_aws():
        yield


def client(service: str, region: str) -> Any:
    if (service, region) not in CLIENTS:
        CLIENTS[service, region] = boto3.client(service, region_name=region)  # type: ignore[call-overload]
    return CLIENTS[service, region]


@pytest.mark.parametrize("scenario", RECORDED)
def test_scenario(scenario: str) -> None:
    new_for_old: dict[Any, Any] = {}
    for call in RECORDED[scenario]:
        operation = getattr(client(call["service"], call["region"]), xform_name(call["operation"]))
        try:
            answer = operation(**replaced(call["parameters"], new_for_old))
        except ClientError:
            assert call["answer"] is None or "Error" in call["answer"]
        else:
            learn(call["answer"], answer, new_for_old)


def learn(old: Any, new: Any, new_for_old: dict[Any, Any]) -> None:
    """Note which key id, ARN or ciphertext of this run stands for which one of the recording."""
    if isinstance(old, Mapping):
        for name in old.keys() & new.keys() - {"ResponseMetadata"}:
            learn(old[name], new[name], new_for_old)
    elif isinstance(old, list):
        for old_member, new_member in zip(old, new, strict=False):
            learn(old_member, new_member, new_for_old)
    elif isinstance(old, str | bytes):
        new_for_old[old] = new


def replaced(value: Any, new_for_old: Mapping[Any, Any]) -> Any:
    if isinstance(value, Mapping):
        return {name: replaced(member, new_for_old) for name, member in value.items()}
    if isinstance(value, list):
        return [replaced(member, new_for_old) for member in value]
    return new_for_old.get(value, value) if isinstance(value, str | bytes) else value
