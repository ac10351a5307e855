"""Grades the submissions of a class: one folder each, two at a time, resumable."""

from __future__ import annotations

import hashlib
import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from kmsdemo.learners import score
from kmsdemo.learners.errors import ClassUnusable
from kmsdemo.learners.finding import Finding
from kmsdemo.learners.score import Marks
from kmsdemo.learners.submission import PLACEHOLDERS

AT_ONCE: Final = 2
RESULTS: Final = ".kmsdemo-grades.json"
"""The file in the folder of the class that a later run resumes from."""
_INTERPRETERS: Final[Mapping[str, Sequence[str]]] = {
    ".py": (sys.executable,),
    ".js": ("node",),
    ".mjs": ("node",),
    ".cjs": ("node",),
    ".sh": ("bash",),
    ".rb": ("ruby",),
    ".php": ("php",),
    ".pl": ("perl",),
    ".go": ("go", "run"),
}


@dataclass(frozen=True, slots=True)
class Graded:
    """The result of one learner.

    Attributes:
        name: The learner: the name of the folder.
        digest: Tells whether the folder or the way of grading has changed since.
        findings: What was found; empty where the scripts could not be graded.
        problem: Why they could not.
    """

    name: str
    digest: str
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    problem: str = ""

    @property
    def marks(self) -> Marks:
        """The scores of both parts."""
        return score.marks(self.findings)

    def is_passed(self, *, strict: bool) -> bool:
        """Return whether the lab has full marks; with ``strict``, whether both parts have."""
        return bool(self.findings) and self.marks.is_passed(strict=strict)


def submissions(folder: Path) -> list[Path]:
    """Return the folders of the learners, by name.

    Raises:
        ClassUnusable: There are none.
    """
    found = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    if not found:
        raise ClassUnusable(str(folder), "it has no learner's folder")
    return sorted(found)


def grade_class(
    folder: Path,
    encrypt: str | None,
    decrypt: str | None,
    options: Sequence[str],
    when_graded: Callable[[Graded], None] = lambda _: None,
) -> list[Graded]:
    """Grade each submission that has changed since the last run.

    Args:
        folder: The folder of the class; each folder in it is a learner's.
        encrypt: The command line of the encrypt script in each of them; by default, the script
            ``encrypt-passwd.*`` or ``encrypt.*`` is found.
        decrypt: Likewise.
        options: Further options of ``kmsdemo grade``.
        when_graded: Called with each result.

    Returns:
        The results, by name.

    Raises:
        ClassUnusable: There are no submissions, or the results cannot be written.
        KeyboardInterrupt: Ctrl-C. What is graded by then is kept.
    """
    known = _read(folder)
    results: dict[str, Graded] = {}

    def graded(path: Path) -> Graded:
        digest = _digest(path, encrypt, decrypt, *options)
        earlier = known.get(path.name)
        if earlier and earlier.digest == digest:
            return earlier
        return _grade(path, digest, {"encrypt": encrypt, "decrypt": decrypt}, options)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = [pool.submit(graded, path) for path in submissions(folder)]
        try:
            for each in begun:
                result = each.result()
                results[result.name] = result
                _write(folder, {**known, **results})
                when_graded(result)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return list(results.values())


def _grade(
    path: Path, digest: str, commands: Mapping[str, str | None], options: Sequence[str]
) -> Graded:
    given = {name: command or _found(path, name) for name, command in commands.items()}
    for name, command in given.items():
        if not command:
            return Graded(path.name, digest, problem=f"There is no script {name}-passwd.*.")
    words = [f"--{name}={command}" for name, command in given.items()]
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "kmsdemo", "grade", "--json", *words, *options],
        cwd=path,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if finished.returncode > 1 or not finished.stdout:
        error = finished.stderr.strip().removeprefix("Error: ") or "The grader ended early."
        # What is not graded is graded again.
        return Graded(path.name, digest if finished.returncode == _USAGE else "", problem=error)
    findings = json.loads(finished.stdout)["findings"]
    return Graded(path.name, digest, tuple(Finding(**finding) for finding in findings))


_USAGE: Final = 2


def _found(path: Path, name: str) -> str:
    """Return the command line of a script that is named as the lab's; empty without one."""
    for pattern in (f"{name}-passwd.*", f"{name}_passwd.*", f"{name}.*"):
        for script in sorted(path.glob(pattern)):
            if script.suffix in _INTERPRETERS:
                words = shlex.join([*_INTERPRETERS[script.suffix], script.name])
                placeholders = " ".join(f"{{{each}}}" for each in PLACEHOLDERS[name])
                return f"{words} {placeholders}"
    return ""


def _digest(path: Path, *settings: str | None) -> str:
    told = hashlib.sha256(repr(settings).encode())
    for file in sorted(_files(path)):
        told.update(f"{file.relative_to(path)} {file.stat().st_size}".encode())
        told.update(str(file.stat().st_mtime_ns).encode())
    return told.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    installed = ("node_modules", "venv", ".venv", ".git", "__pycache__")
    for file in path.rglob("*"):
        if file.is_file() and not any(part in installed for part in file.relative_to(path).parts):
            yield file


def _read(folder: Path) -> dict[str, Graded]:
    try:
        stored: list[dict[str, Any]] = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
        return {
            one["name"]: Graded(
                one["name"],
                one["digest"],
                tuple(Finding(**finding) for finding in one["findings"]),
                one["problem"],
            )
            for one in stored
        }
    except (OSError, ValueError, TypeError, KeyError):  # none, or of another version
        return {}


def _write(folder: Path, results: Mapping[str, Graded]) -> None:
    text = json.dumps([asdict(result) for result in results.values()])
    new = folder / f"{RESULTS}.new"
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(folder / RESULTS)
    except OSError as error:
        raise ClassUnusable(str(folder), str(error.strerror)) from error
