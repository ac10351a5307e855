"""Pairs of scripts that do what the lab asks, each in its own way."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.programs.broken_scripts import (
    BINARY,
    CONTEXT,
    D_ARGUMENTS,
    D_USER,
    E_ARGUMENTS,
    E_KEY,
    OVERWRITES,
    SCRIPTS,
    Broken,
)
from tests.subprocesses import PYTHON


def commands(encrypt: str, decrypt: str) -> list[str]:
    """Return the options of ``kmsdemo grade`` for the programs of two scripts."""
    return [
        f"--encrypt={encrypt} {{password}} {{key_id}}",
        f"--decrypt={decrypt} {{appuser}} {{key_id}}",
    ]


# Without its packages, Python starts three times faster.
IN_PYTHON = commands(f"{PYTHON} -S encrypt.py", f"{PYTHON} -S decrypt.py")
WITH_PACKAGES = commands(f"{PYTHON} encrypt.py", f"{PYTHON} decrypt.py")
MISTAKES = {E_ARGUMENTS, E_KEY, D_ARGUMENTS, D_USER}


@dataclass(frozen=True)
class Honest:
    """A pair of scripts.

    Attributes:
        write: Puts them into a folder and returns the options of ``kmsdemo grade``.
        lacks: The scenarios that they fail, none of the lab's part but for one.
    """

    write: Callable[[Path], list[str]]
    lacks: frozenset[str] = frozenset()


def _tiny(
    *, encrypt: tuple[tuple[str, str], ...] = (), decrypt: tuple[tuple[str, str], ...] = ()
) -> Callable[[Path], list[str]]:
    def write(folder: Path) -> list[str]:
        Broken({}, "", encrypt, decrypt).write(folder)
        return IN_PYTHON

    return write


def _slow(seconds: int) -> Callable[[Path], list[str]]:
    sleep = (("import sys\n", f"import sys\nimport time\n\ntime.sleep({seconds})\n"),)
    return _tiny(encrypt=sleep, decrypt=sleep)


def _in(name: str, *changes: tuple[str, str]) -> Callable[[Path], list[str]]:
    def write(folder: Path) -> list[str]:
        shutil.copytree(SCRIPTS / name, folder, dirs_exist_ok=True)
        for script in folder.glob("*.py"):
            text = script.read_text()
            for old, new in changes:
                text = text.replace(old, new)
            script.write_text(text)
        return WITH_PACKAGES

    return write


def _library(_: Path) -> list[str]:
    return [
        f"--encrypt={PYTHON} -m kmsdemo encrypt --key-id {{key_id}} -- {{password}}",
        f"--decrypt={PYTHON} -m kmsdemo decrypt --key-id {{key_id}} {{appuser}}",
    ]


def _bash(folder: Path) -> list[str]:
    shutil.copy(SCRIPTS / "encrypt.sh", folder)
    shutil.copy(SCRIPTS / "decrypt.sh", folder)
    return commands("./encrypt.sh", "./decrypt.sh")


def _node(folder: Path) -> list[str]:
    if not shutil.which("npm"):
        pytest.skip("Node.js with npm is not installed")
    packages = ["@aws-sdk/client-kms@3", "@aws-sdk/client-dynamodb@3"]
    subprocess.run(["npm", "install", "--silent", "--no-audit", *packages], cwd=folder, check=True)  # noqa: S607
    shutil.copy(SCRIPTS / "encrypt.mjs", folder)
    shutil.copy(SCRIPTS / "decrypt.mjs", folder)
    return commands("node encrypt.mjs", "node decrypt.mjs")


def _with_context(context: str) -> Callable[[Path], list[str]]:
    def added(operation: str) -> tuple[tuple[str, str], ...]:
        call = f'"{operation}", KeyId=key_id'
        return ((call, f"{call}, EncryptionContext={context}"),)

    return _tiny(encrypt=added("Encrypt"), decrypt=added("Decrypt"))


_LINE_3 = "Usage: SCRIPT WHO KEY_ID\\n  at the prompt, see the README, line 3"
HONEST: dict[str, Honest] = {
    "without packages": Honest(_tiny(), frozenset({CONTEXT})),
    "the library": Honest(_library),
    "the original lab's": Honest(_in("original"), frozenset({*MISTAKES, CONTEXT, OVERWRITES})),
    "an envelope": Honest(_in("envelope")),
    "a context of one's own": Honest(_with_context('{"purpose": "the lab"}')),
    "a profile": Honest(
        _in("envelope", ("boto3.client(", 'boto3.Session(profile_name="kms-lab").client('))
    ),
    "AWS_PROFILE": Honest(
        _in(
            "envelope",
            ("import boto3\n", 'import boto3\n\nos.environ["AWS_PROFILE"] = "lab"\n'),
            ("import sys\n", "import os\nimport sys\n"),
        ),
    ),
    "the profile of its caller": Honest(
        _in(
            "envelope",
            ("boto3.client(", 'boto3.Session(profile_name=os.environ["AWS_PROFILE"]).client('),
            ("import sys\n", "import os\nimport sys\n"),
        ),
    ),
    "a usage message with a line number": Honest(
        _tiny(
            encrypt=(("Usage: encrypt.py PASSWORD KEY_ID", _LINE_3),),
            decrypt=(("Usage: decrypt.py APPUSER KEY_ID", _LINE_3),),
        ),
        frozenset({CONTEXT}),
    ),
    "2 s a run": Honest(_slow(2), frozenset({CONTEXT})),
    "3 s a run": Honest(_slow(3), frozenset({CONTEXT})),
    "bash": Honest(_bash, frozenset({CONTEXT})),
    "Node.js": Honest(_node, frozenset({CONTEXT})),
    "Base64 stored as text": Honest(
        _tiny(
            encrypt=(
                (
                    '{"B": aws.encode(ciphertext)}',
                    '{"B": aws.encode(aws.encode(ciphertext).encode())}',
                ),
            ),
            decrypt=(
                (
                    'return aws.decode(answer["Item"]["userpasswd"]["B"])',
                    'return aws.decode(aws.decode(answer["Item"]["userpasswd"]["B"]))',
                ),
            ),
        ),
        frozenset({BINARY, CONTEXT}),
    ),
}
