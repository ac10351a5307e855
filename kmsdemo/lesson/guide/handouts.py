"""The hand-outs of a class: a page for each learner, and an index for the instructor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from kmsdemo.lesson.guide import page
from kmsdemo.lesson.guide.document import Document, slug
from kmsdemo.lesson.guide.page import Page

INDEX: Final = "index.html"


def pages(document: Document, learners: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the pages, by file name; the index is the last.

    Args:
        document: The guide; its steps are handed out.
        learners: The environment variables of each learner, by name.
    """
    files = {
        name: f"{number:03}-{slug(name)}".rstrip("-") + ".html"
        for number, name in enumerate(learners, 1)
    }
    steps_only = replace(document, topics=[])
    written = {
        files[name]: page.html(Page(steps_only, learner=name, variables=variables))
        for name, variables in learners.items()
    }
    return {**written, INDEX: page.index(files)}
