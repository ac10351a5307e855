"""``lab``: runs and explains the whole lab."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from rich.console import Console

from kmsdemo import backends
from kmsdemo.backends import Options
from kmsdemo.cli.options import backend_options
from kmsdemo.cli.output import say
from kmsdemo.lesson.errors import ChapterNotFound

if TYPE_CHECKING:
    from kmsdemo.lesson.renderer import Renderer

_PASSWORD_BYTES = range(6, 4097)


def _checked_password(_: click.Context, __: click.Parameter, password: str | None) -> str | None:
    if password and len(password.encode(errors="surrogateescape")) not in _PASSWORD_BYTES:
        raise click.UsageError(
            "--password takes 6 to 4,096 bytes; fewer bytes can occur elsewhere."
        )
    return password


def _checked_pace(_: click.Context, __: click.Parameter, is_paced: bool) -> bool:
    if is_paced and not sys.stdin.isatty():
        raise click.UsageError("--pace needs a keyboard: standard input is not a terminal.")
    return is_paced


@click.command()
@click.option(
    "--step",
    "first",
    metavar="NAME",
    default="",
    help="Begin with this chapter, by its name or number, such as encrypt or 3.",
)
@click.option(
    "--pace",
    "is_paced",
    is_flag=True,
    callback=_checked_pace,
    help="Wait for a key press after each step.",
)
@click.option(
    "--password",
    metavar="TEXT",
    callback=_checked_password,
    help="Encrypt this password, chosen by the audience; the lesson shows it.",
)
@click.option(
    "--plain",
    is_flag=True,
    help="Words instead of colours and frames; the default outside of a terminal.",
)
@click.option(
    "--transcript",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Also write the lesson to a new file, as Markdown.",
)
@click.option(
    "--backend",
    type=click.Choice(backends.NAMES),
    default=backends.DEFAULT,
    show_default=True,
    help="Where AWS is; moto runs in this process and needs no account.",
)
@backend_options
def lab(
    first: str,
    is_paced: bool,
    password: str | None,
    plain: bool,
    transcript: str | None,
    backend: str,
    **values: Any,
) -> None:
    """Run and explain the whole lab; it needs no AWS account.

    Each feature is a chapter. Each step shows its AWS calls, and the same calls as aws commands
    for a shell such as bash. Secrets are variables there, such as PLAINTEXT.

    With --pace: space for the next step, b back to the explanation, q to quit and clean up.
    """
    say("The KMS lab: encrypt a password before you send it to the database.")
    options = Options(**values)
    if announcement := backends.announcement(backend, options):
        say(announcement)
    # pytest only starts where it runs
    from kmsdemo.lesson.lesson import DEMO_PASSWORD, Lesson, give  # noqa: PLC0415
    from kmsdemo.lesson.terminal import TerminalRenderer  # noqa: PLC0415

    is_plain = plain or not sys.stdout.isatty()
    console = Console(highlight=False, color_system=None if is_plain else "auto")
    lesson = Lesson(backend, options, first, password or DEMO_PASSWORD, is_paced)
    with _transcript(transcript) as kept:
        code = give(lesson, [TerminalRenderer(console, plain=is_plain), *kept])
    sys.exit(code)


@contextmanager
def _transcript(path: str | None) -> Iterator[list[Renderer]]:
    """Yield the renderer of the transcript, if any; remove the file if the lesson cannot start."""
    if path is None:
        yield []
        return
    from kmsdemo.lesson.markdown import MarkdownRenderer  # noqa: PLC0415, pytest only starts where it runs

    with _new_file(path) as file:
        try:
            yield [MarkdownRenderer(file)]
        except ChapterNotFound:
            Path(path).unlink()
            raise


def _new_file(path: str) -> TextIO:
    """Create the file of the transcript; never overwrite one."""
    try:
        return Path(path).open("x", encoding="utf-8")
    except FileExistsError as error:
        raise click.UsageError(f"{path} already exists; choose another name.") from error
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}.") from error
