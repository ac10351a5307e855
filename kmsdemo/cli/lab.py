"""``lab``: runs and explains the whole lab."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

import click
from rich.console import Console

from kmsdemo import backends
from kmsdemo.backends import Options
from kmsdemo.cli.options import backend_options
from kmsdemo.cli.output import say
from kmsdemo.lesson import bookmark
from kmsdemo.lesson.errors import ChapterNotFound, NoBookmark
from kmsdemo.suite import password as password_of_scenarios

if TYPE_CHECKING:
    from kmsdemo.lesson.bookmark import Bookmark
    from kmsdemo.lesson.renderer import Renderer


def _checked_password(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
    if given and (fault := password_of_scenarios.fault(given)):
        raise click.UsageError(f"--password {fault}")
    return given


def _checked_pace(_: click.Context, __: click.Parameter, is_paced: bool) -> bool:
    if is_paced and not sys.stdin.isatty():
        raise click.UsageError("--pace needs a keyboard: standard input is not a terminal.")
    return is_paced


def _complete_step(_: click.Context, __: click.Parameter, beginning: str) -> list[str]:
    from kmsdemo.suite import story  # noqa: PLC0415, pytest only starts where it runs

    return [step.name for step in story.read().steps if step.name.startswith(beginning)]


def _complete_topic(_: click.Context, __: click.Parameter, beginning: str) -> list[str]:
    from kmsdemo.suite import story  # noqa: PLC0415, pytest only starts where it runs

    topics = (topic for step in story.read().steps for topic in step.topics)
    return [topic for topic in topics if topic.startswith(beginning)]


@click.command()
@click.argument("step", default="", shell_complete=_complete_step)
@click.option(
    "--deeper",
    "topic",
    metavar="[TOPIC]",
    is_flag=False,
    flag_value="",
    shell_complete=_complete_topic,
    help="Present the topics that go deeper than the lab: all, or one by its name or number.",
)
@click.option(
    "--pace",
    "is_paced",
    is_flag=True,
    callback=_checked_pace,
    help="Wait for a key press after each sentence; ? shows the keys.",
)
@click.option("--resume", is_flag=True, help="With --pace: continue where you quit.")
@click.option("--notes", is_flag=True, help="Show the instructor's notes.")
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
@backend_options
def lab(
    step: str,
    topic: str | None,
    is_paced: bool,
    resume: bool,
    notes: bool,
    password: str | None,
    plain: bool,
    transcript: str | None,
    backend: str,
    **values: Any,
) -> None:
    """Run and explain the lab; it needs no AWS account.

    It has one key, one table and one password.

    With STEP, a number or a name (4 or encrypt), it begins there, and first creates what the step
    needs. Below each sentence are the commands that do the same in a shell such as bash, in one
    session: a variable or a file contains what an earlier command returned.

    With --pace: space for the next sentence, b back, ? for all keys, q to quit and clean up.
    """
    if topic is not None and (step or resume or notes):
        raise click.UsageError("--deeper cannot be combined with STEP, --resume or --notes.")
    if resume and not is_paced:
        raise click.UsageError("--resume needs --pace.")
    say("The KMS lab: encrypt a password before you send it to the database.")
    options = Options(**values)
    if announcement := backends.announcement(backend, options):
        say(announcement)
    # pytest only starts where it runs
    from kmsdemo.lesson import lesson  # noqa: PLC0415
    from kmsdemo.lesson.pace import Pace, RecordedOutput  # noqa: PLC0415
    from kmsdemo.lesson.terminal import TerminalRenderer  # noqa: PLC0415

    saved = _bookmark() if resume else None
    is_plain = plain or not sys.stdout.isatty()
    output = RecordedOutput(sys.stdout) if is_paced else None
    console = Console(
        file=cast("TextIO", output),
        highlight=False,
        color_system=None if is_plain else "auto",
    )
    lesson_options = lesson.LessonOptions(
        backend,
        options,
        password or lesson.DEMO_PASSWORD,
        notes,
        Pace(output, resume=saved) if output else None,
    )
    with _transcript(transcript) as kept:
        renderers = [TerminalRenderer(console, plain=is_plain), *kept]
        if topic is None:
            sys.exit(lesson.tell_story(lesson_options, renderers, saved.name if saved else step))
        sys.exit(lesson.tell_topics(lesson_options, renderers, topic))


def _bookmark() -> Bookmark:
    """Return where the instructor quit."""
    if saved := bookmark.load():
        return saved
    raise NoBookmark(str(bookmark.path()))


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
