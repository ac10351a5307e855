"""Writes a guide as one page without network: HTML or Markdown, from the templates beside it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from kmsdemo.lesson.guide import verdict
from kmsdemo.lesson.guide.document import CommandBlock, Document, OutputBlock, slug
from kmsdemo.lesson.guide.files import MARK
from kmsdemo.lesson.guide.run_values import pieces
from kmsdemo.lesson.guide.verdict import Run
from kmsdemo.pluralize import pluralize
from kmsdemo.printable import printable
from kmsdemo.suite import location

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|])")
_OUTCOME_MARKS: Final = {
    "passed": "✔",
    "failed": "✘",
    "differs": "≠",
    "not applicable": "–",
    "skipped": "–",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a page is about.

    Attributes:
        document: The guide; ``None`` in a report, which has the verdict only.
        runs: The runs whose verdicts are compared; the first is the one of the guide.
        topics: Where the topics are: name in links and title, by the name of the feature.
        learner: Whose hand-out it is; empty in a guide.
        variables: The environment variables of the learner.
        is_instructors: Whether it has the notes.
    """

    document: Document | None = None
    runs: Sequence[Run] = ()
    topics: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    learner: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_instructors: bool = False


def html(page: Page) -> str:
    """Return a page as HTML, which needs no other file."""
    return _render("guide.html", page, picture=_picture())


def markdown(page: Page) -> str:
    """Return a page as Markdown."""
    return _render("guide.md", page)


def index(names: Mapping[str, str]) -> str:
    """Return the instructor's index of the hand-outs.

    Args:
        names: The file of each learner, by name.
    """
    return _environment().get_template("index.html").render(mark=MARK, names=names)


def _render(template: str, page: Page, **more: Any) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            page=page,
            document=page.document,
            scenarios=verdict.scenarios(page.runs),
            mark=MARK,
            **more,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kmsdemo.lesson.guide"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    environment.filters.update(
        anchor=_anchor,
        pluralize=pluralize,
        for_bash=_for_bash,
        for_powershell=_for_powershell,
        md=_markdown_text,
        slug=slug,
        table_cell=_table_cell,
        yours=_yours,
    )
    environment.globals.update(marks=_OUTCOME_MARKS)
    environment.tests["command"] = _is_command
    return environment


def _shown(value: Any) -> Any:
    """Return a value without control characters, which others may have written."""
    return printable(value, keep="\n") if type(value) is str else value


def _picture() -> Markup:
    """Return the picture of the lab, which can be trusted, as part of a page."""
    return Markup((location.root() / "docs" / "lab.svg").read_text(encoding="utf-8"))  # noqa: S704


def _yours(text: str) -> Markup:
    """Return a text with each value of this run marked."""
    parts = (
        Markup('<var title="Yours will differ">{}</var>').format(part) if is_value else escape(part)
        for part, is_value in pieces(printable(text, keep="\n"))
    )
    return Markup("").join(parts)


def _markdown_text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _table_cell(text: str) -> str:
    return _markdown_text(text).replace("\n", "<br>")


def _is_command(part: CommandBlock | OutputBlock) -> bool:
    return isinstance(part, CommandBlock)


def _anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _for_bash(variables: Mapping[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


def _for_powershell(variables: Mapping[str, str]) -> str:
    quoted = {name: value.replace("'", "''") for name, value in variables.items()}
    return "\n".join(f"$env:{name} = '{value}'" for name, value in quoted.items())
