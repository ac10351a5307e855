"""``kmsdemo lab``: runs the lab's features in order and shows each step as it happens."""

from __future__ import annotations

import os
import signal
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from rich.console import Console
from rich.text import Text

import kmsdemo

if TYPE_CHECKING:
    from pytest_bdd.parser import Feature, Rule, Scenario, Step

    from kmsdemo.backends import Options

INTERRUPTED = 130


def suite_root() -> Path:
    """Return the folder of the suite: inside the installed package, or at the top of a clone."""
    package = Path(kmsdemo.__file__).parent
    installed = package / "suite"
    return installed if installed.is_dir() else package.parent


def narrate(backend: str, options: Options, console: Console) -> int:
    """Run the lab's features in their order and show them.

    Args:
        backend: Where AWS is: one of ``kmsdemo.backends.NAMES``.
        options: What the backend is told.
        console: Where to show them.

    Returns:
        The exit code: 0, 1 where a step failed, 130 after Ctrl-C.
    """
    narrator = Narrator(console, backend)
    os.environ.pop("PYTEST_ADDOPTS", None)  # meant for the user's own tests
    with narrator.hearing_ctrl_c():
        code = pytest.main(_arguments(backend, options), plugins=[narrator])
    if narrator.interrupted:
        console.print("Interrupted. What the lab made is removed.")
        return INTERRUPTED
    narrator.summarize()
    return 0 if code == pytest.ExitCode.OK else 1


def _arguments(backend: str, options: Options) -> list[str]:
    root = suite_root()
    return [
        f"--config-file={root / 'pytest.ini'}",
        f"--rootdir={root}",
        str(root / "features"),
        "-m=lab",
        f"--backend={backend}",
        *options.as_arguments(),
        "--capture=no",
        "-Wignore",
        "-pno:cacheprovider",
        "--disable-plugin-autoload",
        "-ppytest_bdd.plugin",
    ]


class Narrator:
    """A pytest plugin that takes the place of pytest's own terminal report."""

    def __init__(self, console: Console, backend: str) -> None:
        self._console = console
        self._backend = backend
        self._marks = _marks(console)
        self.interrupted = False
        self._chapters = 0
        self._feature: Feature | None = None
        self._rule: Rule | None = None
        self._failed_step: Step | None = None
        self._passed = 0
        self._differing = 0
        self._impossible = 0
        self._failed = 0
        self._began = time.perf_counter()

    @contextmanager
    def hearing_ctrl_c(self) -> Iterator[None]:
        """Remember Ctrl-C, for a library that catches everything may swallow the exception."""
        before = signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _interrupt(self, *_: object) -> None:
        self.interrupted = True
        raise KeyboardInterrupt

    def summarize(self) -> None:
        """Say how many scenarios there were, and how they ended."""
        seconds = time.perf_counter() - self._began
        chapters = "1 chapter" if self._chapters == 1 else f"{self._chapters} chapters"
        parts = [f"{self._passed} scenarios as AWS documents them"]
        if self._differing:
            parts.append(f"{self._differing} known to differ on {self._backend}")
        if self._impossible:
            parts.append(f"{self._impossible} not possible on {self._backend}")
        if self._failed:
            parts.append(f"{self._failed} failed")
        self._console.print()
        self._line(0, f"{chapters} in {seconds:.1f} s: {', '.join(parts)}.", "bold")

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.unregister(name="terminalreporter")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._failed += 1
            self._line(0, report.longreprtext, "red")

    @pytest.hookimpl(tryfirst=True)
    def pytest_bdd_before_scenario(self, feature: Feature, scenario: Scenario) -> None:
        if feature is not self._feature:
            self._feature = feature
            self._open_chapter(feature)
        if scenario.rule is not None and scenario.rule is not self._rule:
            self._open_rule(scenario.rule)
        self._rule = scenario.rule
        self._failed_step = None
        self._console.print()
        self._line(2, scenario.name, "bold")

    def pytest_bdd_before_step(self) -> None:
        if self.interrupted:
            raise KeyboardInterrupt

    def pytest_bdd_after_step(self, step: Step) -> None:
        self._step("passed", step)

    def pytest_bdd_step_error(self, step: Step) -> None:
        self._failed_step = step

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed += 1
            self._end_step("failed")
            self._line(6, report.longreprtext, "red")
        elif reason := getattr(report, "wasxfail", ""):
            self._differing += 1
            self._end_step("differs")
            self._line(6, f"AWS would do this; {reason}.", "yellow")
        elif report.skipped:
            self._impossible += 1
            self._line(4, f"Not here: {_reason(report)}.", "yellow")
        elif report.when == "call":
            self._passed += 1

    def _open_chapter(self, feature: Feature) -> None:
        self._chapters += 1
        self._console.print()
        self._line(0, f"{self._chapters}. {feature.name}", "bold cyan")
        self._line(2, _reflowed(feature.description), "dim")

    def _open_rule(self, rule: Rule) -> None:
        self._console.print()
        self._line(2, rule.name, "cyan")
        self._line(2, _reflowed(rule.description), "dim")

    def _end_step(self, outcome: str) -> None:
        if self._failed_step is not None:
            self._step(outcome, self._failed_step)

    def _step(self, outcome: str, step: Step) -> None:
        mark, style = self._marks[outcome]
        self._line(4, f"{mark} {step.keyword} {step.name}", style, hanging=len(mark) + 1)

    def _line(self, indent: int, text: str, style: str, hanging: int = 0) -> None:
        """Print a text, wrapped at the width of the terminal, each of its lines by itself."""
        for line in text.splitlines():
            wrapped = textwrap.fill(
                line,
                self._console.width,
                initial_indent=" " * indent,
                subsequent_indent=" " * (indent + hanging),
                drop_whitespace=True,
            )
            self._console.print(Text(wrapped, style=style))


def _reason(report: pytest.TestReport) -> str:
    """Return why a scenario was skipped."""
    _, _, reason = cast("tuple[str, int, str]", report.longrepr)
    return reason.removeprefix("Skipped: ")


def _reflowed(description: str) -> str:
    """Return a description with one line for each of its paragraphs."""
    return "\n".join(" ".join(paragraph.split()) for paragraph in description.split("\n\n"))


def _marks(console: Console) -> dict[str, tuple[str, str]]:
    """Return each outcome's mark, a word where the terminal has no Unicode, and its style."""
    unicode = console.encoding.startswith("utf")
    return {
        "passed": ("✔" if unicode else "ok  ", "green"),
        "differs": ("≠" if unicode else "differs", "yellow"),
        "failed": ("✘" if unicode else "FAILED", "red"),
    }
