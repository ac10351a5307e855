"""Plain tests that make the recorded AWS calls of the scenarios, without Gherkin."""

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

from kmsdemo.sandbox import MockKms, mock_kms

RECORDED = pickle.loads(Path(os.environ["RECORDED"]).read_bytes())  # noqa: S301, we wrote it
SESSION = boto3.Session()
CLIENTS: dict[tuple[str, ...], Any] = {}
SECRETS: dict[str, str] = {}
"""The secret access keys of this run, by access key id: the sandbox verifies signatures."""


@pytest.fixture(scope="session")
def sandbox() -> Iterator[MockKms]:
    """The sandbox of the whole run: the features do not start it for each scenario either."""
    with mock_kms() as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def account(sandbox: MockKms) -> None:
    """An empty account."""
    sandbox.empty()


def client(service: str, region: str, access_key_id: str) -> Any:
    key = service, region, access_key_id
    if key not in CLIENTS:
        CLIENTS[key] = SESSION.client(  # type: ignore[call-overload]
            service,
            region_name=region,
            aws_access_key_id=access_key_id,
            aws_secret_access_key=SECRETS.get(access_key_id, "secret"),
        )
    return CLIENTS[key]


@pytest.mark.parametrize("scenario", RECORDED)
def test_scenario(scenario: str) -> None:
    new_for_old: dict[Any, Any] = {}
    for call in RECORDED[scenario]:
        if "days" in call:
            mock_kms.advance(days=call["days"])
        else:
            repeat(call, new_for_old)


def repeat(call: Mapping[str, Any], new_for_old: dict[Any, Any]) -> None:
    if "access_key_id" not in call:
        return  # boto3 rejected it before it was sent
    caller = new_for_old.get(call["access_key_id"], call["access_key_id"])
    operation = getattr(
        client(call["service"], call["region"], caller), xform_name(call["operation"])
    )
    try:
        answer = operation(**replaced(call["parameters"], new_for_old))
    except ClientError:
        assert "Error" in call["answer"]
    else:
        if pair := answer.get("AccessKey"):
            SECRETS[pair["AccessKeyId"]] = pair["SecretAccessKey"]
        learn(call["answer"], answer, new_for_old)


def learn(old: Any, new: Any, new_for_old: dict[Any, Any]) -> None:
    """Map key ids, ARNs and ciphertexts of the recording to those of this run."""
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
    if isinstance(value, str) and value.startswith("{"):
        return document(value, new_for_old)
    return new_for_old.get(value, value) if isinstance(value, str | bytes) else value


def document(text: str, new_for_old: Mapping[Any, Any]) -> str:
    """Return a policy document with the ARNs of this run in it."""
    for old, new in new_for_old.items():
        if isinstance(old, str) and old.startswith("arn:"):
            text = text.replace(old, new)
    return text
