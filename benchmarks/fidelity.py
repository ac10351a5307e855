"""Who answers as AWS KMS does: the same documented behaviours, against each emulator.

Writes docs/fidelity.md: behaviours down, emulators across, what AWS documents beside them.
Exits with 1 if the sandbox does not hold every row.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import click

from benchmarks.behaviours import Behaviour, CannotBeTried, Emulator, all_behaviours

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "fidelity.md"
READY_WITHIN_SECONDS = 60
CANNOT = "cannot be tried"

Answers = dict[str, list[str]]


@click.command()
@click.option(
    "--ministack",
    metavar="PROGRAM",
    default=lambda: shutil.which("ministack"),
    help="MiniStack's program; by default the one on PATH, if there is one.",
)
@click.option(
    "--localstack",
    metavar="PYTHON",
    help="The Python of an environment with localstack-core 4.14.0; left out without it.",
)
def main(ministack: str | None, localstack: str | None) -> None:
    """Compare the emulators and write docs/fidelity.md."""
    behaviours = all_behaviours()
    with ExitStack() as running:
        emulators = [
            running.enter_context(start)
            for start in (_moto(), _sandbox(), _ministack(ministack), _localstack(localstack))
        ]
        present = [emulator for emulator in emulators if emulator is not None]
        answers = {emulator.name: _ask(emulator, behaviours) for emulator in present}
    TABLE.write_text(_table(behaviours, answers), encoding="utf-8")
    click.echo(_summary(behaviours, answers))
    sys.exit(any(_wrong(behaviours, answers["sandbox"])))


def _ask(emulator: Emulator, behaviours: Sequence[Behaviour]) -> list[str]:
    answers = []
    for place, behaviour in enumerate(behaviours, 1):
        click.echo(f"\r{emulator.name}: {place} of {len(behaviours)} ", nl=False, err=True)
        answers.append(_answer(emulator, behaviour))
    click.echo(err=True)
    return answers


def _answer(emulator: Emulator, behaviour: Behaviour) -> str:
    try:
        return behaviour.answer(emulator)
    except CannotBeTried:
        return CANNOT
    except Exception as error:
        response = getattr(error, "response", {})
        return f"before it: {response.get('Error', {}).get('Code', type(error).__name__)}"


# --------------------------------------------------------------------------------- emulators


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def _served(command: Sequence[str], folder: str, environment: Mapping[str, str]) -> Iterator[None]:
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as program:
        try:
            yield
        finally:
            program.terminate()
            with suppress(subprocess.TimeoutExpired):
                program.wait(20)
            program.kill()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        with suppress(URLError, ConnectionError, TimeoutError):
            try:
                urlopen(url, timeout=5).close()  # noqa: S310, on this machine
            except HTTPError as error:
                error.close()  # it answers, that is enough
            return
        time.sleep(0.2)
    sys.exit(f"{url} does not answer.")


@contextmanager
def _emulator(
    name: str,
    command: Sequence[str],
    port: int,
    environment: Mapping[str, str] = MappingProxyType({}),
    *,
    moves_time: bool = False,
) -> Iterator[Emulator]:
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, _served(command, folder, environment):
        _wait_for(url)
        yield Emulator(name, url, moves_time)


@contextmanager
def _moto() -> Iterator[Emulator]:
    port = _free_port()
    command = [sys.executable, "-m", "moto.server", "--port", str(port)]
    with _emulator(f"moto {version('moto')}", command, port) as emulator:
        yield emulator


@contextmanager
def _sandbox() -> Iterator[Emulator]:
    port = _free_port()
    command = [sys.executable, "-m", "kmsdemo", "sandbox", "--port", str(port)]
    environment = {"PYTHONPATH": str(ROOT)}
    with _emulator("sandbox", command, port, environment, moves_time=True) as emulator:
        yield emulator


@contextmanager
def _ministack(program: str | None) -> Iterator[Emulator | None]:
    if program is None:
        click.echo("MiniStack is left out: it is not installed (pip install ministack).", err=True)
        yield None
        return
    port = _free_port()
    environment = {"GATEWAY_PORT": str(port), "EDGE_PORT": str(port)}
    with _emulator("MiniStack", [program], port, environment) as emulator:
        yield emulator


@contextmanager
def _localstack(python: str | None) -> Iterator[Emulator | None]:
    if python is None:
        click.echo("LocalStack is left out: name its Python with --localstack.", err=True)
        yield None
        return
    port = _free_port()
    with tempfile.TemporaryDirectory() as volume:
        environment = {
            "SERVICES": "kms,sts,iam",
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "LOCALSTACK_VOLUME_DIR": volume,
            "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        }
        command = [python, "-m", "localstack.runtime.main"]
        with _emulator("LocalStack 4.14.0", command, port, environment) as emulator:
            yield emulator


# ------------------------------------------------------------------------------------- table


def _wrong(behaviours: Sequence[Behaviour], answers: Sequence[str]) -> list[str]:
    pairs = zip(behaviours, answers, strict=True)
    return [behaviour.name for behaviour, answer in pairs if answer != behaviour.documented]


def _summary(behaviours: Sequence[Behaviour], answers: Answers) -> str:
    lines = []
    for name, given in answers.items():
        right = len(behaviours) - len(_wrong(behaviours, given))
        lines.append(f"{name:20} {right:4} of {len(behaviours)}")
    return "\n".join(lines)


def _table(behaviours: Sequence[Behaviour], answers: Answers) -> str:
    names = list(answers)
    lines = [
        "# Who answers as AWS KMS does",
        "",
        "Written by `python -m benchmarks.fidelity`; do not edit. ✔ is what AWS documents, in the",
        "AWS KMS Developer Guide (key states, key policies) and the API Reference (errors).",
        "",
        _row(["", *names]),
        _row(["---"] * (1 + len(names))),
        _row(["answered as documented", *(_share(behaviours, answers[name]) for name in names)]),
    ]
    groups = Counter(behaviour.group for behaviour in behaviours)
    for group in groups:
        lines += ["", f"## {group}", "", _row(["behaviour", "AWS documents", *names])]
        lines.append(_row(["---"] * (2 + len(names))))
        for place, behaviour in enumerate(behaviours):
            if behaviour.group == group:
                cells = [_cell(behaviour, answers[name][place]) for name in names]
                lines.append(_row([behaviour.name, behaviour.documented, *cells]))
    return "\n".join(lines) + "\n"


def _share(behaviours: Sequence[Behaviour], given: Sequence[str]) -> str:
    return f"{len(behaviours) - len(_wrong(behaviours, given))} of {len(behaviours)}"


def _cell(behaviour: Behaviour, answer: str) -> str:
    return "✔" if answer == behaviour.documented else answer


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
