"""Starts an emulator, runs pytest on it and stops it, also on Ctrl-C and SIGTERM."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import click

from tests import emulators

_pytest_arguments = click.argument("arguments", nargs=-1, type=click.UNPROCESSED)


@click.group()
def main() -> None:
    """Run the features on an emulator. ARGUMENTS are arguments of pytest."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--python", required=True, help="The Python of an environment with LocalStack.")
@_pytest_arguments
def localstack(python: str, arguments: Sequence[str]) -> None:
    """Use AWS KMS of LocalStack and DynamoDB of the sandbox."""
    with emulators.localstack(python) as kms, emulators.sandbox() as dynamodb:
        assert kms is not None
        where = urlsplit(kms.url)
        environment = {
            "LOCALSTACK_HOST": str(where.hostname),
            "EDGE_PORT": str(where.port),
            "AWS_ENDPOINT_URL_DYNAMODB": dynamodb.url,
        }
        code = _run(["--backend=localstack", *arguments], environment)
    sys.exit(code)


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--program", default="ministack", show_default=True, help="MiniStack's program.")
@_pytest_arguments
def ministack(program: str, arguments: Sequence[str]) -> None:
    """Use AWS KMS, DynamoDB and IAM of MiniStack."""
    with emulators.ministack(program) as emulator:
        assert emulator is not None
        where = ["--backend=endpoint", f"--endpoint-url={emulator.url}", "--emulator=ministack"]
        code = _run([*where, *arguments], {})
    sys.exit(code)


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run pytest; on Ctrl-C wait until it has cleaned up, then stop the emulator."""
    command = [sys.executable, "-m", "pytest", *arguments]
    with subprocess.Popen(command, env={**os.environ, **environment}) as pytest:
        try:
            return pytest.wait()
        except KeyboardInterrupt:
            pytest.send_signal(signal.SIGINT)
            pytest.wait()
            return 130


if __name__ == "__main__":
    main()
