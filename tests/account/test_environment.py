"""The ``AWS_…`` variables of this process and of the programs that it starts."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import boto3
import pytest

from kmsdemo import errors
from kmsdemo.account import environment

KEY = {"AWS_ACCESS_KEY_ID": "mine", "AWS_SECRET_ACCESS_KEY": "my secret"}
FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        (KEY, ("mine", "my secret", None)),
        ({**KEY, "AWS_SESSION_TOKEN": "t"}, ("mine", "my secret", "t")),
        ({"AWS_ACCESS_KEY_ID": "mine"}, None),
        ({"AWS_SECRET_ACCESS_KEY": "my secret"}, None),
        ({**KEY, "AWS_SECRET_ACCESS_KEY": ""}, None),
        ({}, None),
    ],
)
def test_credentials_are_a_key_with_its_secret(
    variables: dict[str, str], found: tuple[str, str, str | None] | None
) -> None:
    with environment.isolated(variables):
        read = environment.credentials()
    assert (read and (read.access_key, read.secret_key, read.token)) == found


def test_nothing_of_the_users_configuration_is_left_but_what_is_kept() -> None:
    ours = {"AWS_PROFILE": "mine", "AWS_REGION": "eu-west-1", "LANG": "C"}
    with patch.dict(os.environ, ours, clear=True):
        with environment.isolated({"AWS_REGION": "us-east-1", **KEY}, keeping=["AWS_REGION", "X"]):
            assert dict(os.environ) == {
                **KEY,
                "LANG": "C",
                "AWS_REGION": "eu-west-1",
                "AWS_EC2_METADATA_DISABLED": "true",
                **dict.fromkeys(FILES, os.devnull),
            }
        assert dict(os.environ) == ours


def session(token: str | None = None) -> boto3.Session:
    return boto3.Session("mine", "my secret", token, region_name="eu-west-1")


def test_a_program_gets_the_callers_credentials_region_and_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/mine/config")
    monkeypatch.delenv("AWS_SHARED_CREDENTIALS_FILE", raising=False)
    variables = {
        **KEY,
        "AWS_CONFIG_FILE": "/mine/config",
        "AWS_SHARED_CREDENTIALS_FILE": str(Path.home() / ".aws" / "credentials"),
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-1",
    }
    assert environment.caller_variables(session()) == variables
    with_token = environment.caller_variables(session("t"))
    assert with_token == {**variables, "AWS_SESSION_TOKEN": "t"}


def test_without_credentials_there_are_no_variables() -> None:
    with environment.isolated({"AWS_DEFAULT_REGION": "eu-west-1"}):
        nobody = boto3.Session()
        with pytest.raises(errors.NoCredentials):
            environment.caller_variables(nobody)


def test_lines_to_paste_are_those_of_each_shell() -> None:
    assert environment.to_paste({"A": "1", "B": "2"}) == (
        "bash, zsh:\n  export A=1\n  export B=2\n\n"
        "fish:\n  set -x A 1\n  set -x B 2\n\n"
        'PowerShell:\n  $env:A = "1"\n  $env:B = "2"\n'
    )
