"""Changes the code in one place at a time, and lists the changes that no test notices.

    python -m tests.mutants "kmsdemo/sandbox/access/*.py"    # these files, to the end
    python -m tests.mutants "kmsdemo/cli/*" --sample 80      # 80 of them, always the same
    python -m tests.mutants --changed --seconds 60           # as ``tox -e mutants`` does

mutmut works in a copy of the clone; each file is tested by the tests of its folder, and by those
of ``--tests``.
"""

from __future__ import annotations

import fnmatch
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePath
from random import Random

import click

ROOT = Path(__file__).parents[1]
GOAL_PERCENT = 85
GRACE_SECONDS = 30
UNNOTICED = (0, 5, 33)
"""mutmut's exit codes of a mutant that survived, or for which there is no test."""
UNTRIED = (None, 2, 34)
"""Those of one that was not tried, interrupted or skipped."""
SETTINGS = """
[tool.mutmut]
source_paths = ["kmsdemo"]
only_mutate = {files}
also_copy = ["benchmarks", "conftest.py", "docs", "examples", "features", "pytest.ini", "steps"]
pytest_add_cli_args = [
    "-m", "not thorough and (not program or behaviour)", "--policies", "300",
    "-p", "no:cacheprovider",
    "-p", "no:unraisableexception", "-p", "no:threadexception",  # they collect garbage for long
]
pytest_add_cli_args_test_selection = {tests}
process_isolation = "forkserver"  # no mutant finds what an earlier run remembered
timeout_constant = 30.0  # what hangs is noticed; what is slow on this machine does not hang
"""


@dataclass(frozen=True, slots=True)
class Result:
    """The mutants of a file.

    Attributes:
        file: The path of the file in the clone.
        exit_codes: Those of mutmut, by the name of the mutant; ``None`` if it was not tried.
    """

    file: str
    exit_codes: dict[str, int | None]

    @property
    def tried(self) -> list[int | None]:
        """The exit codes of the mutants that were tried."""
        return [code for code in self.exit_codes.values() if code not in UNTRIED]

    @property
    def survivors(self) -> list[str]:
        """The names of the mutants that no test noticed."""
        return [name for name, code in self.exit_codes.items() if code in UNNOTICED]

    @property
    def percent_killed(self) -> int:
        """How many of the mutants that were tried a test noticed, rounded down."""
        return 100 * (len(self.tried) - len(self.survivors)) // max(1, len(self.tried))

    @property
    def misses_the_goal(self) -> bool:
        """Whether too many survive; never for want of time, when some were not tried."""
        is_whole = 0 < len(self.tried) == len(self.exit_codes)
        return is_whole and self.percent_killed < GOAL_PERCENT

    def __str__(self) -> str:
        if not self.tried:
            return f"{self.file}: {len(self.exit_codes)} mutants, none tried in this time"
        killed = len(self.tried) - len(self.survivors)
        left = len(self.exit_codes) - len(self.tried)
        untried = f", {left} not tried" if left else ""
        return f"{self.file}: {self.percent_killed} % ({killed} of {len(self.tried)}){untried}"


@click.command()
@click.argument("patterns", nargs=-1)
@click.option("--changed", is_flag=True, help="Take what changed since main or the last release.")
@click.option("--seconds", type=int, help="Stop after that time, with what was tried.")
@click.option("--sample", type=int, help="Try so many of each folder; always the same ones.")
@click.option("--tests", multiple=True, help="Try them with the tests of this path too.")
def main(
    patterns: Sequence[str],
    changed: bool,
    seconds: int | None,
    sample: int | None,
    tests: Sequence[str],
) -> None:
    """Try the mutants of the files of kmsdemo/ that match one of PATTERNS.

    Exits with 1 if all mutants of a file were tried and fewer than 85 % are killed.
    """
    names = changed_files() if changed else _git("ls-files", "kmsdemo").splitlines()
    files = [name for name in names if _is_code(name) and _matches(name, patterns or ["*"])]
    if not files:
        click.echo("No file of kmsdemo/ has changed since the last release, or none matches.")
        return
    groups = [list(group) for _, group in groupby(sorted(files, key=tests_of), key=tests_of)]
    each = seconds // len(groups) if seconds else None
    results = [
        result
        for group in groups
        for result in _try(group, [*tests_of(group[0]), *tests], each, sample)
    ]
    _print_sums(results)
    sys.exit(any(result.misses_the_goal for result in results))


def changed_files() -> list[str]:
    """Return what a branch changes, or on main all since the last release; nothing without one."""
    head = _git("rev-parse", "HEAD")
    tag = _git("describe", "--tags", "--abbrev=0", "HEAD")
    bases = (_git("merge-base", "HEAD", "origin/main"), _git("merge-base", "HEAD", "main"), tag)
    base = next((one for one in bases if one not in ("", head)), None)
    return _git("diff", "--name-only", "--diff-filter=d", base).splitlines() if base else []


def tests_of(file: str) -> list[str]:
    """Return the tests that mirror a file's folder, or the next one above it that has tests.

    Those of the library, and of its errors, are the files at the top of tests/.
    """
    folder = PurePath("tests", *PurePath(file).parts[1:-1])
    while not (ROOT / folder).is_dir():
        folder = folder.parent
    if folder == PurePath("tests"):
        return sorted(str(path.relative_to(ROOT)) for path in (ROOT / folder).glob("test_*.py"))
    return [str(folder)]


def sampled(results: Sequence[Result], number: int) -> list[str]:
    """Return the names of some of the mutants, by chance, and always the same."""
    names = sorted(name for result in results for name in result.exit_codes)
    return Random(number).sample(names, min(number, len(names)))  # noqa: S311, it decides nothing


def _is_code(name: str) -> bool:
    return name.startswith("kmsdemo/") and name.endswith(".py")


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def _git(*arguments: str) -> str:
    """Return what git says; nothing where it has no answer, or there is no git."""
    with suppress(FileNotFoundError):
        command = ["git", "-C", str(ROOT), *arguments]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        return finished.stdout.strip() if finished.returncode == 0 else ""
    return ""


def _try(
    files: list[str], tests: list[str], seconds: int | None, sample: int | None
) -> list[Result]:
    """Run mutmut in a copy, and print what it found."""
    with tempfile.TemporaryDirectory(
        prefix="kmsdemo-mutants-", ignore_cleanup_errors=True
    ) as folder:
        copy = Path(folder, "clone")
        ignored = shutil.ignore_patterns(".*", "__pycache__", "dist")
        shutil.copytree(ROOT, copy, ignore=ignored)
        with (copy / "pyproject.toml").open("a", encoding="utf-8") as settings:
            settings.write(SETTINGS.format(files=json.dumps(files), tests=json.dumps(tests)))
        if sample:
            _run_mutmut(copy, seconds, ["-"])  # the name of no mutant: it writes down their names
        chosen = sampled([_result(copy, file) for file in files], sample) if sample else []
        _run_mutmut(copy, seconds, chosen)
        results = [_result(copy, file) for file in files]
        for result in results:
            _print(copy, result)
    return results


def _run_mutmut(copy: Path, seconds: int | None, names: Sequence[str]) -> None:
    """Try all mutants or those named, to the end or for a time; what was tried is kept."""
    command = [sys.executable, "-m", "mutmut", "run", *names]
    with (
        (copy / "output").open("w") as output,
        subprocess.Popen(
            command, cwd=copy, stdout=output, stderr=output, start_new_session=True
        ) as mutmut,
    ):
        try:
            mutmut.wait(seconds)
        except subprocess.TimeoutExpired:
            mutmut.send_signal(signal.SIGINT)  # it writes down what it knows
            with suppress(subprocess.TimeoutExpired):
                mutmut.wait(GRACE_SECONDS)
        finally:
            with suppress(ProcessLookupError):  # its servers of forks outlive it
                os.killpg(mutmut.pid, signal.SIGKILL)
    if mutmut.returncode and not any((copy / "mutants").rglob("*.meta")):
        click.echo((copy / "output").read_text(encoding="utf-8").replace("\r", "\n"), err=True)
        raise SystemExit("mutmut could not begin; what it says is above.")


def _result(copy: Path, file: str) -> Result:
    meta = copy / "mutants" / f"{file}.meta"
    codes = json.loads(meta.read_text("utf-8"))["exit_code_by_key"] if meta.exists() else {}
    return Result(file, codes)


def _print_sums(results: Sequence[Result]) -> None:
    """Print one line for all files together."""
    everything = {name: code for one in results for name, code in one.exit_codes.items()}
    click.echo(str(Result("together", everything)))


def _print(copy: Path, result: Result) -> None:
    from mutmut.mutation.diff_apply import get_diff_for_mutant  # noqa: PLC0415, tox -e mutants has it
    from mutmut.utils.file_utils import change_cwd  # noqa: PLC0415

    click.echo(str(result))
    with change_cwd(copy):
        for name in result.survivors:
            lines = get_diff_for_mutant(name, path=Path(result.file)).splitlines()[3:]
            changes = [line for line in lines if line.startswith(("-", "+"))]
            click.echo(
                "\n".join([f"  {name.rpartition('.')[2]}", *(f"    {one}" for one in changes)])
            )


if __name__ == "__main__":
    main()
