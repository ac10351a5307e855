"""Writes feedback on a learner's scripts, as Markdown or HTML."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import jinja2

from kmsdemo.learners.errors import ReportUnwritable
from kmsdemo.learners.finding import MARKS
from kmsdemo.learners.grade_class import Graded
from kmsdemo.printable import printable

_TITLES: Final = {"lab": "The lab", "beyond": "Beyond the lab"}
_MARKDOWN: Final = """\
# {{ name }}

{{ problem or marks }}
{% for part, title in titles.items() %}{% if findings %}
## {{ title }}

{% for finding in findings if finding.part == part %}\
- {{ signs[finding.verdict] }} {{ finding.requirement }}
{% for label, text in explained(finding) %}\
  - {{ label }}: {{ text }}
{% endfor %}{% endfor %}{% endif %}{% endfor %}"""
_HTML: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ name }}</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto }</style>
<h1>{{ name }}</h1>
<p>{{ problem or marks }}</p>
{% for part, title in titles.items() %}{% if findings %}
<h2>{{ title }}</h2>
<ul>
{% for finding in findings if finding.part == part %}
<li>{{ signs[finding.verdict] }} {{ finding.requirement }}
{% if explained(finding) %}<dl>
{% for label, text in explained(finding) %}<dt>{{ label }}</dt><dd>{{ text }}</dd>
{% endfor %}</dl>{% endif %}</li>
{% endfor %}
</ul>
{% endif %}{% endfor %}
</html>
"""
FORMATS: Final = {"md": (_MARKDOWN, False), "html": (_HTML, True)}
"""By the suffix of the files: the template, and whether text is escaped for HTML."""


def write(folder: Path, results: list[Graded], suffix: str) -> None:
    """Write a page for each learner.

    Args:
        folder: The folder to write to; it is created.
        results: What was found.
        suffix: ``md`` or ``html``.

    Raises:
        ReportUnwritable: A page cannot be written.
    """
    source, escapes = FORMATS[suffix]
    template = jinja2.Environment(autoescape=escapes).from_string(source)  # noqa: S701
    try:
        folder.mkdir(exist_ok=True)
        for result in results:
            page = folder / f"{result.name}.{suffix}"
            page.write_text(_rendered(template, result), encoding="utf-8")
    except OSError as error:
        raise ReportUnwritable(str(folder), str(error.strerror)) from error


def _rendered(template: jinja2.Template, result: Graded) -> str:
    return template.render(
        name=printable(result.name),
        problem=printable(result.problem, keep="\n"),
        marks=result.marks,
        findings=result.findings,
        titles=_TITLES,
        signs=MARKS,
        explained=lambda finding: [
            (label, printable(text, keep="\n").replace("\n", " · "))
            for label, text in finding.explanations.items()
        ],
    )
