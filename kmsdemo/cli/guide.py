"""``guide``: the lab as a page to read and to print, from a run that passed just now."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kmsdemo import backends
from kmsdemo.backends import Options
from kmsdemo.cli.options import backend_options
from kmsdemo.cli.output import progress, say
from kmsdemo.learners import class_list, credentials
from kmsdemo.pluralize import pluralize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmsdemo.lesson.guide.document import Document
    from kmsdemo.lesson.guide.page import Page
    from kmsdemo.lesson.guide.verdict import Run
    from kmsdemo.lesson.lesson import LessonOptions


@click.command(short_help="Write the lab as a page to read and to print.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="The page: .html or .md; with --class, a folder.",
)
@click.option("--notes", is_flag=True, help="The instructor's edition, with the notes.")
@click.option(
    "--class",
    "names",
    metavar="LIST",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a hand-out for each learner of the class list, with the credentials that kmsdemo "
    "sandbox --class wrote next to the list.",
)
@click.option(
    "--run",
    "others",
    metavar="PAGE",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also show the verdict of this run: a page of pytest --guide or of this command. "
    "Repeatable.",
)
@click.option(
    "--reproducible",
    is_flag=True,
    help="The same ids and dates in each build, and no versions: for a page that is committed.",
)
@backend_options
def guide(
    output: Path,
    notes: bool,
    names: Path | None,
    others: Sequence[Path],
    reproducible: bool,
    backend: str,
    **values: Any,
) -> None:
    """Run the lab, and write it as one page: a specification to read, to print and to keep.

    For each sentence the page has the command for bash, PowerShell and boto3, and what it
    printed in this run; then how each scenario ended. It needs no network.

    A page is replaced only if kmsdemo guide wrote it.
    """
    if names and (notes or others or reproducible):
        raise click.UsageError("--class cannot be combined with --notes, --run or --reproducible.")
    options = Options(**values)
    if announcement := backends.announcement(backend, options):
        say(announcement, err=True)
    # pytest only starts where it runs
    from kmsdemo.lesson.lesson import LessonOptions  # noqa: PLC0415

    lesson_options = LessonOptions(backend, options, with_notes=notes)
    if names:
        _write_handouts(lesson_options, names, output)
    else:
        _write_guide(lesson_options, output, others, is_fixed=reproducible)


def _write_guide(
    lesson_options: LessonOptions, output: Path, others: Sequence[Path], *, is_fixed: bool
) -> None:
    from kmsdemo.lesson.guide import build, files, verdict  # noqa: PLC0415, as pytest
    from kmsdemo.lesson.guide.page import Page  # noqa: PLC0415

    files.check(output)
    compared = [verdict.read(page) for page in others]
    document, run = _built(lesson_options, is_fixed=is_fixed)
    topics = build.topic_titles(document)
    shown = Page(document, [run, *compared], topics, is_instructors=lesson_options.with_notes)
    files.write(output, _text(shown, output))
    say(f"{output}: {run.summary}.", err=True)


def _write_handouts(lesson_options: LessonOptions, names: Path, folder: Path) -> None:
    from kmsdemo.lesson.guide import files, handouts  # noqa: PLC0415, as pytest

    files.check_folder(folder)
    learners = credentials.read(
        credentials.file_of(names), [learner.name for learner in class_list.read(names)]
    )
    document, _ = _built(lesson_options, with_topics=False)
    files.write_folder(folder, handouts.pages(document, learners))
    count = pluralize(len(learners), "hand-out")
    say(f"{folder}: {count}; begin with {folder / handouts.INDEX}.", err=True)


def _built(lesson_options: LessonOptions, **options: bool) -> tuple[Document, Run]:
    from kmsdemo.lesson.guide import build  # noqa: PLC0415, as pytest

    try:
        with progress("Running the lab"):
            return build.build(lesson_options, **options)
    except build.Interrupted as interruption:
        say(f"{interruption} No guide is written.", err=True)
        sys.exit(130)


def _text(shown: Page, output: Path) -> str:
    from kmsdemo.lesson.guide import page  # noqa: PLC0415, as pytest

    return page.html(shown) if output.suffix == ".html" else page.markdown(shown)
