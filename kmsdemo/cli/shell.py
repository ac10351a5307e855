"""``shell``: a shell that is connected to a new sandbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from kmsdemo import signals
from kmsdemo.account import environment
from kmsdemo.cli import progress, shell_prompt
from kmsdemo.cli.errors import CommandNotFound
from kmsdemo.cli.output import say
from kmsdemo.learners.check import check_account
from kmsdemo.suite import interruption, location

_VARIABLES = {
    "AWS_ACCESS_KEY_ID": "123456789012",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    **environment.region_variables("us-east-1"),
    "NO_PROXY": "127.0.0.1",
}
_GREETING = """\
Console of your sandbox: {url} (leave with exit)
First task: create a symmetric KMS key, alias demo-kms-…; kmsdemo check helps."""


@click.command(
    short_help="Open a shell with a new sandbox and the two scripts.",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def shell(command: tuple[str, ...]) -> None:
    """Open a shell with a new sandbox and the two scripts.

    The aws command, boto3 and other AWS SDKs use the sandbox. The folder is kept if you change
    or add a file; the sandbox is deleted when the shell ends. With -- COMMAND, the command runs
    instead of a shell, and kmsdemo returns its exit code.
    """
    interruption.handle_signals()  # clean up even if the terminal is closed
    with ExitStack() as until_the_end:
        folder = until_the_end.enter_context(_folder())
        profiles = until_the_end.enter_context(_own_profiles())
        until_the_end.enter_context(environment.isolated({**_VARIABLES, **profiles}))
        url, console_url = until_the_end.enter_context(_sandbox())
        os.environ["AWS_ENDPOINT_URL"] = url
        search_path = os.environ.get("PATH", os.defpath)
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{search_path}"
        if command:
            sys.exit(_run(command, folder))
        say(_GREETING.format(url=console_url))
        _run(until_the_end.enter_context(shell_prompt.interactive_shell()), folder)
        _print_progress()
    say("The sandbox has stopped; its data is deleted.")


@contextmanager
def _own_profiles() -> Iterator[dict[str, str]]:
    """Yield variables that keep ``aws configure`` away from the user's own profiles."""
    with tempfile.TemporaryDirectory(prefix="kms-lab-profiles-") as folder:
        yield {
            "AWS_CONFIG_FILE": str(Path(folder, "config")),
            "AWS_SHARED_CREDENTIALS_FILE": str(Path(folder, "credentials")),
        }


@contextmanager
def _sandbox() -> Iterator[tuple[str, str]]:
    """Yield the URL of a sandbox, and that of its console."""
    from kmsdemo import console  # noqa: PLC0415, moto only starts where it runs
    from kmsdemo.sandbox.http.server import Server  # noqa: PLC0415

    server = Server()
    with console.served_by(server) as console_url, server.in_background() as url:
        yield url, console_url


@contextmanager
def _folder() -> Iterator[Path]:
    """Create a folder with the two scripts; keep it if its files have changed."""
    folder = Path(tempfile.mkdtemp(prefix="kms-lab-"))
    for script in (location.root() / "examples").glob("*.py"):
        shutil.copy(script, folder)
    before = _contents(folder)
    try:
        yield folder
    finally:
        if _contents(folder) == before:
            shutil.rmtree(folder)
        else:
            say(f"Your files are in {folder}.")


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: _content(path) for path in folder.rglob("*")}


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:  # so it has changed
        return b""


def _run(command: Sequence[str], folder: Path) -> int:
    """Run a program to its end; only that program handles Ctrl-C."""
    try:
        with signals.left_to_others():
            code = subprocess.run(command, cwd=folder, check=False).returncode  # noqa: S603, the user's
    except OSError as error:
        raise CommandNotFound(command[0], error.strerror or "") from error
    return code if code >= 0 else 128 - code


def _print_progress() -> None:
    found = check_account()
    say(f"\nDone: {progress.summary(found.findings)}.")
    for step in (step for step, verdict in found.verdicts.items() if verdict == "done"):
        say(f"  {step}")
