"""``lab``: the whole lab, run and explained."""

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


def _fit_for_a_lesson(_: click.Context, __: click.Parameter, password: str | None) -> str | None:
    if password and len(password.encode(errors="surrogateescape")) not in _PASSWORD_BYTES:
        raise click.UsageError("--password takes 6 to 4,096 bytes: fewer occur anywhere by chance.")
    return password


def _with_a_keyboard(_: click.Context, __: click.Parameter, is_paced: bool) -> bool:
    if is_paced and not sys.stdin.isatty():
        raise click.UsageError("--pace needs a keyboard: standard input is no terminal.")
    return is_paced


@click.command()
@click.option(
    "--step",
    "first",
    metavar="NAME",
    default="",
    help="Begin with this chapter, by its name or number, such as encrypt or 3; "
    "what it needs is done silently.",
)
@click.option(
    "--pace",
    "is_paced",
    is_flag=True,
    callback=_with_a_keyboard,
    help="Wait for a key after each step.",
)
@click.option(
    "--password",
    metavar="TEXT",
    callback=_fit_for_a_lesson,
    help="Encrypt this, of the audience's choice; it will be shown.",
)
@click.option(
    "--plain",
    is_flag=True,
    help="In words, without colours and frames; where the output is no terminal, by itself.",
)
@click.option(
    "--transcript",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Keep the lesson as Markdown in a new file.",
)
@click.option(
    "--backend",
    type=click.Choice(backends.NAMES),
    default=backends.DEFAULT,
    show_default=True,
    help="Where AWS is; moto runs in this process and needs nothing.",
)
@backend_options
def lab(
    first: str,
    is_paced: bool,
    password: str | None,
    plain: bool,
    transcript: str | None,
    backend: str,
    **told: Any,
) -> None:
    """Run the whole lab, without any account, and explain it.

    Each feature is a chapter. Under each of its steps stand the calls to AWS that it made, and
    the aws command that makes the same call in a shell like bash. What is secret is a variable
    there, such as PLAINTEXT.

    With --pace: space for the next step, b back to the explanation, q to quit and clean up.
    """
    say("The KMS lab: encrypt a password before it travels to the database.")
    options = Options(**told)
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
    """Yield what the lesson is also told on; remove it where there was no such lesson."""
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
    """Open a file for the transcript; one that is there is not overwritten."""
    try:
        return Path(path).open("x", encoding="utf-8")
    except FileExistsError as error:
        raise click.UsageError(f"{path} is there already; name a new file.") from error
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}.") from error
