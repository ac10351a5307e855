"""The aws commands that the lesson prints, run in bash with the real AWS CLI: they do the same."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import awscli
import awscli.clidriver
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from kmsdemo.backends import Backend
from tests.subprocesses import run_python

# What AWS makes up, so that it is another the second time.
FRESH = (
    "KeyId",
    "CiphertextBlob",
    "Plaintext",
    "PublicKey",
    "Signature",
    "GrantId",
    "GrantToken",
    "AccessKeyId",
    "UserId",
)
# In lower case: secret, counted by the AWS CLI in its own way, or of one event only.
LEFT_OUT = {
    "secretaccesskey",
    "currentkeymaterialid",
    "keymaterialid",
    "tableid",
    "count",
    "scannedcount",
    "truncated",
    "istruncated",
    "eventid",
    "eventtime",
    "requestid",
    "useragent",
}
OAEP_SHA_256 = OAEP(MGF1(SHA256()), SHA256(), None)
# bash as a learner's: what ``aws`` gets is written down, with the files that bash makes up.
SHELL = """
aws() {
    local argument number=0
    for argument in "$@"; do
        while [[ $argument =~ /dev/fd/([0-9]+) ]]; do
            cat "/dev/fd/${BASH_REMATCH[1]}" >"$FOLDER/$number"
            argument=${argument/"${BASH_REMATCH[0]}"/"$FOLDER/$number"}
            number=$((number + 1))
        done
        printf '%s\\0' "$argument"
    done
}
"""

Call = dict[str, Any]


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> list[list[Call]]:
    """The calls of the whole lesson, scenario by scenario."""
    path = tmp_path_factory.mktemp("lesson") / "calls.json"
    finished = run_python("-m", "tests.programs.lesson_calls", path)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    scenarios: list[list[Call]] = json.loads(path.read_text(encoding="utf-8"))
    return scenarios


class Replay:
    """Runs a scenario's commands in an account of its own, where ids are others."""

    def __init__(self, backend: Backend, folder: Path) -> None:
        self._backend = backend
        self._folder = folder
        self._now: dict[str, str] = {}
        self._public_key = ""
        self._driver = cache(lambda _: awscli.clidriver.create_clidriver())

    def run(self, call: Call) -> None:
        if days := call.get("days"):
            self._backend.advance(days=days)
            return
        self._encrypt_anew(call)
        code, printed, error = self._aws(call)
        expected = call["answer"].get("Error")
        if expected:
            assert code != 0, call["line"]
            assert f"({expected['Code']})" in error, f"{call['line']}\n{error}"
            return
        assert code == 0, f"{call['line']}\n{error}"
        answer = json.loads(printed or "{}")
        self._compare(call["answer"], answer, call["line"])
        self._public_key = answer.get("PublicKey", self._public_key)
        if access_key := answer.get("AccessKey"):
            self._configure(access_key)

    def _encrypt_anew(self, call: Call) -> None:
        """Encrypt with today's public key what the lesson encrypted outside of AWS KMS."""
        made_outside = re.search(r"<\(echo (\S+) .*RSAES_OAEP_SHA_256", call["line"])
        if made_outside and (plaintext := call["answer"].get("Plaintext")):
            public_key = load_der_public_key(base64.b64decode(self._public_key))
            assert isinstance(public_key, RSAPublicKey)
            blob = public_key.encrypt(base64.b64decode(plaintext), OAEP_SHA_256)
            self._now[made_outside[1]] = base64.b64encode(blob).decode()

    def _aws(self, call: Call) -> tuple[int, str, str]:
        words = self._words(self._today(call["line"]), call["variables"])
        stdout, stderr = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            code = self._driver(call["profile"]).main(words)
        return code, stdout.getvalue(), stderr.getvalue()

    def _words(self, line: str, variables: Mapping[str, str]) -> list[str]:
        """Return what bash hands over to the program."""
        shell = {**variables, "FOLDER": str(self._folder), "PATH": os.environ["PATH"]}
        finished = subprocess.run(
            ["bash", "-c", SHELL + line],  # noqa: S607
            env=shell,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        return finished.stdout.decode().split("\0")[:-1]

    def _compare(self, then: Any, now: Any, line: str, name: str = "") -> None:
        if name == "CloudTrailEvent":
            self._compare(json.loads(then), json.loads(now), line)
        elif isinstance(then, dict | list):
            for key, one, other in pairs(then, now, name):
                self._compare(one, other, line, key)
        elif name in FRESH and then not in self._now:
            self._now[then] = now
        elif "Date" not in name:
            assert self._today(str(then)) == str(now), f"{line}\n{name}"

    def _today(self, text: str) -> str:
        """Put today's ids in the place of those of the lesson."""
        for then, now in self._now.items():
            text = text.replace(then, now)
        return text

    def _configure(self, access_key: dict[str, str]) -> None:
        """Do what ``aws configure --profile NAME`` does."""
        with Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).open("a") as profiles:
            profiles.write(
                f"[{access_key['UserName']}]\n"
                f"aws_access_key_id = {access_key['AccessKeyId']}\n"
                f"aws_secret_access_key = {access_key['SecretAccessKey']}\n"
            )


def pairs(then: Any, now: Any, name: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield what belongs together in two answers, each with the name of its field."""
    if isinstance(then, dict):
        both = {name for name in then.keys() & now.keys() if name.lower() not in LEFT_OUT}
        # Ids first: other fields contain them.
        for key in sorted(both, key=lambda key: key not in FRESH):
            yield key, then[key], now[key]
    else:
        yield from ((name, one, other) for one, other in zip(then, now, strict=True))


@pytest.fixture
def to_server(
    aws_environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Path:
    """A folder, and an environment that leads the AWS CLI to the sandbox's server."""
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_DATA_PATH", str(Path(awscli.__file__).parent / "data"))
    for name, value in aws_environment.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_each_command_of_the_lesson_does_the_same(
    lesson: list[list[Call]], backend: Backend, to_server: Path, request: pytest.FixtureRequest
) -> None:
    every = request.config.getoption("commands_of_every")
    assert len(lesson) > 90
    for scenario in lesson[::every]:
        (to_server / "credentials").write_text("")
        with backend.account():
            replay = Replay(backend, to_server)
            for call in scenario:
                replay.run(call)
