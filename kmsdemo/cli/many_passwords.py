"""``import``, ``export``, ``rotate-to``: many passwords at once."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, TypeVar

import click
from rich.console import Console
from rich.progress import Progress

from kmsdemo import errors, keys, lab_key, rotation, secrets_csv
from kmsdemo.account.clients import ADAPTIVE
from kmsdemo.cipher import CIPHERS, SharedEnvelope
from kmsdemo.cli.options import json_option, key_option, table_option
from kmsdemo.cli.output import ask, print_json, say
from kmsdemo.cli.slow_calls import connect
from kmsdemo.parallel import THREADS
from kmsdemo.pluralize import pluralize
from kmsdemo.vault import Vault

_Result = TypeVar("_Result")
ATTEMPTS = 10
"""How often a request is tried: more often than usual, because of throttling."""

threads_option = click.option(
    "--threads",
    type=click.IntRange(1, 50),
    default=THREADS,
    show_default=True,
    help="How many requests are sent at once.",
)


@click.command("import")
@click.argument("file", type=click.File(encoding="utf-8-sig", errors="surrogateescape"))
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write a CSV file with the line, status and reason of every line.",
)
@threads_option
@key_option
@table_option
@json_option
def import_(
    file: TextIO,
    report: Path | None,
    threads: int,
    key_id: str | None,
    table_name: str,
    as_json: bool,
) -> None:
    """Store the passwords of a CSV file.

    The first line of FILE is appuser,password; - reads standard input. Passwords are encrypted
    in this process, under shared data keys.

    No item is replaced. After an interruption, run it again: what is stored already is skipped.
    """
    if hasattr(file, "reconfigure"):
        file.reconfigure(newline="")
    _check_is_another(file, report)
    passwords = _vault(key_id, table_name)
    counts: Counter[str] = Counter({secrets_csv.STORED: 0, secrets_csv.SKIPPED: 0})
    counts[secrets_csv.REFUSED] = 0
    with _written(report) as write, _resumable(counts, "Later ones may be stored too."):
        lines = secrets_csv.read(file)
        outcomes = secrets_csv.import_lines(passwords, lines, threads=threads)
        for outcome in _with_progress(outcomes, "line"):
            counts[outcome.status] += 1
            write(outcome)
            if outcome.status == secrets_csv.REFUSED:
                say(f"Line {outcome.number} is refused: {outcome.reason}", err=True)
    _report(counts, as_json)
    _fail_if(counts[secrets_csv.REFUSED])


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@threads_option
@key_option
@table_option
@json_option
def export(
    file: Path, yes: bool, threads: int, key_id: str | None, table_name: str, as_json: bool
) -> None:
    """Write all passwords to a CSV file, in plaintext.

    FILE must not exist; only you can read it (mode 0600). It is deleted if the export fails.
    """
    if str(file) == "-":
        raise click.BadParameter("name a new file; standard output may be seen by others.")
    passwords = _vault(key_id, table_name)
    if not yes and not ask(f"Write the passwords of {table_name} to {file}, unencrypted?"):
        say("Nothing was written.", err=True)
        click.get_current_context().exit(1)
    counts: Counter[str] = Counter({"exported": 0, "refused": 0})
    with _new_file(file) as stream:
        writer = csv.writer(stream)
        writer.writerow(secrets_csv.COLUMNS)
        items = secrets_csv.export_items(passwords, threads=threads)
        for item in _with_progress(items, "item"):
            counts["refused" if item.password is None else "exported"] += 1
            if item.password is None:
                say(f"User {item.appuser} is refused: {item.reason}", err=True)
            else:
                writer.writerow((item.appuser, item.password))
    _report(counts, as_json)
    _fail_if(counts["refused"])


@click.command("rotate-to")
@click.argument("new_key", metavar="KEY")
@threads_option
@key_option
@table_option
@json_option
def rotate_to(
    new_key: str, threads: int, key_id: str | None, table_name: str, as_json: bool
) -> None:
    """Re-encrypt all passwords under another key, KEY.

    With --key-id, name the key that they are under now. A password stays unchanged until its new
    ciphertext has been read back and decrypted, so you can interrupt this and run it again. It
    succeeds only if no item depends on the old key any more.
    """
    clients = connect(max_attempts=ATTEMPTS, retry_mode=ADAPTIVE)
    old = lab_key.named(clients.kms, key_id)
    new = keys.describe(clients.kms, new_key)
    if old.key_id == new.key_id:
        raise click.UsageError("Both keys are the same: name the old key with --key-id.")
    counts: Counter[str] = Counter({rotation.MOVED: 0, rotation.THERE: 0, rotation.REFUSED: 0})
    moves = rotation.rotate(
        clients.kms, clients.dynamodb, old, new, table_name=table_name, threads=threads
    )
    with _resumable(counts, "What is moved stays under the new key."):
        for move in _with_progress(moves, "item"):
            counts[move.status] += 1
            if move.status == rotation.REFUSED:
                say(f"User {move.appuser} is refused: {move.reason}", err=True)
    _report(counts, as_json)
    if counts[rotation.REFUSED]:
        say(f"Items still depend on {old.key_id}, or may depend on it: keep it.", err=True)
    _fail_if(counts[rotation.REFUSED])


def _check_is_another(file: TextIO, report: Path | None) -> None:
    """Keep the report from replacing the passwords."""
    if report and report.exists() and Path(file.name).exists() and report.samefile(file.name):
        raise click.UsageError("--report names the file to import: name another one.")


def _vault(key_id: str | None, table_name: str) -> Vault:
    clients = connect(max_attempts=ATTEMPTS, retry_mode=ADAPTIVE)
    arn = lab_key.named(clients.kms, key_id).arn
    accepts = CIPHERS.values()
    return Vault(
        clients.kms, clients.dynamodb, arn, table_name, cipher=SharedEnvelope, accepts=accepts
    )


def _with_progress(results: Iterable[_Result], what: str) -> Iterator[_Result]:
    """Yield the results; show how many there were on standard error, if that is a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(pluralize(0, what), total=None)
        for number, result in enumerate(results, 1):
            progress.update(task, completed=number, description=pluralize(number, what))
            yield result


@contextmanager
def _resumable(counts: Counter[str], what_of_others: str) -> Iterator[None]:
    """Say how far an interrupted command got, and that it can be run again."""
    try:
        yield
    except (errors.KmsdemoError, KeyboardInterrupt):
        say(f"Stopped after {counts.total():,}. {what_of_others} You can run this again.", err=True)
        raise


@contextmanager
def _written(report: Path | None) -> Iterator[Callable[[secrets_csv.Outcome], object]]:
    """Yield a function that writes a line of the report at once, so that no line is lost."""
    if report is None:
        yield lambda _: None
        return

    file = report.open("w", buffering=1, encoding="utf-8", newline="")

    def write(*values: object) -> None:
        with _named(report):
            csv.writer(file).writerow(values)

    try:
        write("line", "status", "reason")
        yield lambda outcome: write(outcome.number, outcome.status, outcome.reason)
    finally:
        with _named(report):
            file.close()


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Add the file name to an error of writing; Python has it only in an error of opening."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """Create a file that only its owner can read; delete it if writing fails."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with _named(path), os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _report(counts: Counter[str], as_json: bool) -> None:
    if as_json:
        print_json(counts)
        return
    say(", ".join(f"{name}: {number:,}" for name, number in counts.items()) + ".")


def _fail_if(refused: int) -> None:
    if refused:
        click.get_current_context().exit(1)
