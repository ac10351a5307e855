"""Starts and stops emulators of AWS, each as a subprocess."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import boto3
import click
from botocore.config import Config

from kmsdemo.sandbox.http import client as sandbox_client
from tests.subprocesses import ROOT, free_port

READY_WITHIN_SECONDS = 300
STOPPED_WITHIN_SECONDS = 60
_SESSION = boto3.Session()
_ROOT_CREDENTIALS = ("123456789012", "secret")


class CannotBeTried(Exception):
    """The emulator cannot do what the behaviour needs."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator.

    Attributes:
        name: As the table shows it.
        url: Where it listens.
        moves_time: Whether days can be let pass in it.
    """

    name: str
    url: str
    moves_time: bool = False

    def client(self, service: str, *credentials: str, region: str = "us-east-1") -> Any:
        """Return a client, by default of the root user; equal calls return the same client."""
        return _client(self.url, service, region, *(credentials or _ROOT_CREDENTIALS))

    def new_client(
        self,
        service: str,
        *credentials: str,
        region: str = "us-east-1",
        config: Config | None = None,
    ) -> Any:
        """Return a client with its own connections, by default of the root user."""
        given = credentials or _ROOT_CREDENTIALS
        return _new_client(self.url, service, region, *given, config=config)

    def advance(self, days: int) -> None:
        """Move the clock forward."""
        if not self.moves_time:
            raise CannotBeTried
        sandbox_client.advance(self.url, days=days)


def _new_client(
    url: str, service: str, region: str, *credentials: str, config: Config | None = None
) -> Any:
    basic = Config(retries={"total_max_attempts": 1}, read_timeout=READY_WITHIN_SECONDS)
    access_key_id, secret, *token = credentials
    return _SESSION.client(  # type: ignore[call-overload]
        service,
        region_name=region,
        endpoint_url=url or None,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret,
        aws_session_token=next(iter(token), None),
        config=basic.merge(config) if config else basic,
    )


_client = cache(_new_client)


@contextmanager
def _served(
    command: Sequence[str], folder: str, environment: Mapping[str, str], ready: str
) -> Iterator[None]:
    """Run a program in a temporary folder until the context is left."""
    log = Path(folder, "log")
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as program,
    ):
        try:
            _wait_until_ready(program, ready, log)
            yield
        finally:
            program.terminate()
            with suppress(subprocess.TimeoutExpired):
                program.wait(STOPPED_WITHIN_SECONDS)
            program.kill()


def _wait_until_ready(program: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while program.poll() is None and time.monotonic() < deadline:
        if _answers(url):
            return
        time.sleep(0.2)
    last_lines = log.read_text(errors="replace").splitlines()[-10:]
    sys.exit("\n".join([f"{url} does not answer. The last lines of its log:", *last_lines]))


def _answers(url: str) -> bool:
    try:
        urlopen(url, timeout=READY_WITHIN_SECONDS).close()
    except HTTPError as error:
        error.close()  # it answers, that is enough
    except (URLError, OSError):
        return False
    return True


@contextmanager
def _emulator(
    name: str,
    command: Sequence[str],
    port: int,
    environment: Mapping[str, str] = MappingProxyType({}),
    *,
    health: str = "/",
    moves_time: bool = False,
) -> Iterator[Emulator]:
    url = f"http://127.0.0.1:{port}"
    with (
        tempfile.TemporaryDirectory() as folder,
        _served(command, folder, environment, url + health),
    ):
        yield Emulator(name, url, moves_time)


@contextmanager
def moto() -> Iterator[Emulator]:
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--port", str(port)]
    with _emulator(f"moto {version('moto')}", command, port) as emulator:
        yield emulator


@contextmanager
def sandbox() -> Iterator[Emulator]:
    port = free_port()
    command = [sys.executable, "-m", "kmsdemo", "sandbox", "--port", str(port)]
    environment = {"PYTHONPATH": str(ROOT)}
    with _emulator(
        "sandbox", command, port, environment, health="/health", moves_time=True
    ) as emulator:
        yield emulator


@contextmanager
def classroom(names: Path) -> Iterator[Emulator]:
    """Start the sandbox of a class, whose credentials are then beside its list."""
    port = free_port()
    command = [sys.executable, "-m", "kmsdemo", "sandbox", "--port", str(port)]
    environment = {"PYTHONPATH": str(ROOT)}
    with _emulator(
        "sandbox", [*command, "--class", str(names)], port, environment, health="/health"
    ) as emulator:
        yield emulator


@contextmanager
def ministack(program: str | None) -> Iterator[Emulator | None]:
    if program is None:
        click.echo("MiniStack is left out: it is not installed (pip install ministack).", err=True)
        yield None
        return
    port = free_port()
    environment = {"GATEWAY_PORT": str(port), "EDGE_PORT": str(port)}
    with _emulator(_ministack_name(program), [program], port, environment) as emulator:
        yield emulator


def _ministack_name(program: str) -> str:
    """Return MiniStack's name and version."""
    ask = "from importlib.metadata import version; print(version('ministack'))"
    python = Path(program).with_name("python")
    answer = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
    return f"MiniStack {answer.stdout.strip()}"


@contextmanager
def localstack(python: str | None) -> Iterator[Emulator | None]:
    if python is None:
        click.echo("LocalStack is left out: name its Python with --localstack.", err=True)
        yield None
        return
    port = free_port()
    with tempfile.TemporaryDirectory() as volume:
        environment = {
            "SERVICES": "kms,sts,iam",
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "LOCALSTACK_VOLUME_DIR": volume,
            "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        }
        command = [python, "-m", "localstack.runtime.main"]
        with _emulator(
            "LocalStack 4.14.0", command, port, environment, health="/_localstack/health"
        ) as emulator:
            yield emulator


@contextmanager
def localemu(python: str | None) -> Iterator[Emulator | None]:
    if python is None:
        click.echo("LocalEmu is left out: name its Python with --localemu.", err=True)
        yield None
        return
    port = free_port()
    with tempfile.TemporaryDirectory() as volume:
        environment = {
            "SERVICES": "kms,sts,iam,dynamodb",
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "LOCALSTACK_VOLUME_DIR": volume,
            "LOCALEMU_VOLUME_DIR": volume,
            "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        }
        command = [python, "-m", "localemu.runtime.main"]
        with _emulator("LocalEmu", command, port, environment) as emulator:
            yield emulator
