"""The pace of the instructor: a pause after each step until a key is pressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

import click

from kmsdemo.lesson.bookmark import Bookmark

_NEXT = (" ", "\r", "\n", "n", "\x1b[C", "\x1b[B", "\x1b[6~")
_PREVIOUS = ("b", "p", "\x1b[D", "\x1b[A", "\x1b[5~")
_NEXT_CHAPTER, _PREVIOUS_CHAPTER = ("N",), ("P", "B")
_HELP, _QUIT = ("?", "h"), ("q", "Q", "\x04")
_KEYS = """\
  space, n, →     next                N   on to the next step of the lab
  b, p, ←         back                P   back to its beginning
  ?               these keys          q   quit, and save the place"""
_SHORT_KEYS = "space: next, b: back, ?: keys, q: quit"


class Quit(Exception):
    """The instructor quit."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a lesson is.

    Attributes:
        chapter: The number of the chapter, from 1.
        label: What the instructor sees of it: ``Step 4 of 8, 20 min left``.
        bookmark: Where a later lesson can resume.
    """

    chapter: int
    label: str
    bookmark: Bookmark


class RecordedOutput:
    """A text stream that keeps what is written to it, page by page.

    Args:
        stream: Where it is written.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._written: list[str] = []

    def write(self, text: str) -> int:
        """Write a text and keep it."""
        self._written.append(text)
        return self._stream.write(text)

    def take_page(self) -> str:
        """Return what was written since the last page."""
        page = "".join(self._written)
        self._written.clear()
        return page

    def show(self, page: str) -> None:
        """Write a page again."""
        self._stream.write(page)
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Pace:
    """Pauses a lesson, and shows earlier pages again.

    Args:
        output: Where the lesson is printed.
        resume: The place where the first pause is.
        read_key: Returns the next key.
    """

    def __init__(
        self,
        output: RecordedOutput,
        *,
        resume: Bookmark | None = None,
        read_key: Callable[[], str] = click.getchar,
    ) -> None:
        self._output = output
        self._resume = resume
        self._read_key = read_key
        self._pages: list[tuple[int, str]] = []
        self._shown = -1
        self._chapter_to_skip = 0

    def wait(self, position: Position) -> None:
        """Wait until the lesson should continue.

        Args:
            position: Where it is.

        Raises:
            Quit: The instructor quits.
            KeyboardInterrupt: Ctrl-C.
        """
        self._pages.append((position.chapter, self._output.take_page()))
        self._shown = len(self._pages) - 1
        if self._is_skipped(position):
            return
        while not self._goes_on(self._key(position)):
            pass

    def _is_skipped(self, position: Position) -> bool:
        there = self._resume
        if (
            there
            and there.name == position.bookmark.name
            and position.bookmark.pauses < there.pauses
        ):
            return True
        return position.chapter == self._chapter_to_skip

    def _key(self, position: Position) -> str:
        older = " (told before)" if self._shown < len(self._pages) - 1 else ""
        prompt = f"{position.label}{older} | {_SHORT_KEYS}"
        click.secho(prompt, reverse=True, err=True, nl=False)
        try:
            return self._read_key()
        except EOFError:
            return "q"
        finally:
            click.echo(f"\r{' ' * len(prompt)}\r", err=True, nl=False)

    def _goes_on(self, key: str) -> bool:
        """Handle a key, and return whether the lesson continues; other keys do nothing."""
        if key in _QUIT:
            raise Quit
        if key in _HELP:
            click.echo(_KEYS, err=True)
        if key in _PREVIOUS:
            self._show(self._shown - 1)
        if key in _PREVIOUS_CHAPTER:
            self._show(self._beginning_before(self._shown))
        if key in _NEXT:
            return self._show(self._shown + 1)
        return key in _NEXT_CHAPTER and self._go_to_next_chapter()

    def _show(self, index: int) -> bool:
        """Show a page again; return whether there is no such page yet."""
        if index >= len(self._pages):
            return True
        self._shown = max(0, index)
        self._output.show(self._pages[self._shown][1])
        return False

    def _beginning_before(self, index: int) -> int:
        """Return the first page of the chapter; where it is shown, of the chapter before."""
        chapters = [chapter for chapter, _ in self._pages]
        first = chapters.index(chapters[index])
        return first if first < index else chapters.index(chapters[max(0, index - 1)])

    def _go_to_next_chapter(self) -> bool:
        now = self._pages[self._shown][0]
        later = (index for index, (chapter, _) in enumerate(self._pages) if chapter > now)
        if (index := next(later, None)) is not None:
            return self._show(index)
        self._chapter_to_skip = now
        return True
