"""Changes the code in one place at a time, and lists the changes that no test notices.

    python -m tests.mutants "kmsdemo/sandbox/access/*"           # these files, to the end
    python -m tests.mutants "kmsdemo/cli/*" --sample 80          # 80 of them, always the same
    python -m tests.mutants --changed --seconds 60               # as ``tox -e mutants`` does
    python -m tests.mutants "kmsdemo/*.py" --keep build/mutants  # and go on where it was stopped

mutmut makes the mutants, in a copy of the clone; :mod:`tests.mutant_forks` tries them, with the
tests of the folders of the files and those of ``--tests``.
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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from random import Random

import click

ROOT = Path(__file__).parents[1]
GOAL_PERCENT = 85
UNNOTICED = (0, 5, 33)
"""mutmut's exit codes of a mutant that survived, or for which there is no test."""
UNTRIED = (None, 2, 34)
"""Those of one that was not tried, interrupted or skipped."""
SETTINGS = """
[tool.mutmut]
source_paths = ["kmsdemo"]
only_mutate = {files}
also_copy = ["benchmarks", "conftest.py", "docs", "examples", "features", "pytest.ini", "steps"]
"""
MAKE = """
from mutmut.__main__ import Path, copy_also_copy_files, copy_src_dir, create_mutants, os
Path("mutants").mkdir(exist_ok=True)
copy_src_dir()
copy_also_copy_files()
create_mutants(os.cpu_count())
"""
TRY = [
    *(sys.executable, "-m", "pytest", "-p", "tests.mutant_forks", "--quiet", "--tb=no"),
    *("-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider", "--timeout=60"),
    # They collect garbage for long.
    *("-p", "no:unraisableexception", "-p", "no:threadexception"),
    *("-m", "behaviour or not (program or thorough)", "--policies=300"),
]


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
    def unkilled(self) -> list[str]:
        """The names of the mutants that were not tried, then of those that survived."""
        untried = [name for name, code in self.exit_codes.items() if code in UNTRIED]
        return [*untried, *self.survivors]

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
@click.option("--each", type=float, default=60, help="CPU seconds of tests for each mutant.")
@click.option("--keep", is_flag=True, help="Keep what was tried in .mutants, and go on from there.")
@click.option("--tests", multiple=True, help="Try them with the tests of this path too.")
def main(
    patterns: Sequence[str],
    changed: bool,
    seconds: int | None,
    sample: int | None,
    each: float,
    keep: bool,
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
    chosen = sorted({*tests, *(test for file in files for test in tests_of(file))})
    with _copy_of_the_clone(files, keep) as copy:
        _make_mutants(copy, files)
        made = [_result(copy, file) for file in files]
        names = sampled(made, sample) if sample else [name for one in made for name in one.unkilled]
        _try(copy, names, chosen, seconds, each)
        results = [_result(copy, file) for file in files]
        for result in results:
            _print(copy, result)
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
    """Return the names of so many mutants of each folder, by chance, and always the same."""
    folders: dict[str, list[str]] = {}
    for result in results:
        folders.setdefault(str(PurePath(result.file).parent), []).extend(result.exit_codes)
    return [
        name
        for names in folders.values()
        for name in Random(number).sample(sorted(names), min(number, len(names)))  # noqa: S311
    ]


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


@contextmanager
def _copy_of_the_clone(files: Sequence[str], keep: bool) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kmsdemo-mutants-") as temporary:
        copy = ROOT / ".mutants" if keep else Path(temporary, "clone")
        ignored = shutil.ignore_patterns(".*", "__pycache__", "dist")
        shutil.copytree(ROOT, copy, ignore=ignored, dirs_exist_ok=True)
        with (copy / "pyproject.toml").open("a", encoding="utf-8") as settings:
            settings.write(SETTINGS.format(files=json.dumps(files)))
        yield copy


def _make_mutants(copy: Path, files: Sequence[str]) -> None:
    """Let mutmut write the mutants of each file; results of functions as they were are kept."""
    for file in files:
        if not _meta(copy, file).exists():
            (copy / "mutants" / file).unlink(missing_ok=True)  # mutmut would take it for made
    subprocess.run([sys.executable, "-c", MAKE], cwd=copy, check=True, stdout=subprocess.DEVNULL)


def _try(
    copy: Path, names: Sequence[str], tests: Sequence[str], seconds: int | None, each: float
) -> None:
    """Try mutants, to the end or for a time; what was tried is kept."""
    file = copy / "mutants.txt"
    file.write_text("\n".join(names), encoding="utf-8")
    with subprocess.Popen(
        [*TRY, f"--mutants={file}", f"--mutant-seconds={each}", *tests],
        cwd=copy / "mutants",
        env={**os.environ, "MUTANT_UNDER_TEST": "stats"},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as trying:
        try:
            trying.wait(seconds)
        except subprocess.TimeoutExpired:
            click.echo("The time is over.", err=True)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(trying.pid, signal.SIGKILL)
            _keep_exit_codes(copy, file.with_suffix(".codes"))


def _keep_exit_codes(copy: Path, file: Path) -> None:
    """Move the exit codes to where mutmut keeps them."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    codes = {name: int(code) for name, code in map(str.split, lines)}
    for path in (copy / "mutants").rglob("*.meta"):
        meta = json.loads(path.read_text("utf-8"))
        of_file = meta["exit_code_by_key"]
        of_file.update({name: codes[name] for name in of_file if name in codes})
        path.write_text(json.dumps(meta), encoding="utf-8")
    file.unlink(missing_ok=True)


def _meta(copy: Path, file: str) -> Path:
    return copy / "mutants" / f"{file}.meta"


def _result(copy: Path, file: str) -> Result:
    meta = _meta(copy, file)
    codes = json.loads(meta.read_text("utf-8"))["exit_code_by_key"] if meta.exists() else {}
    return Result(file, codes)


def _print_sums(results: Sequence[Result]) -> None:
    """Print a line for each folder, and one for all files together."""
    folders = {str(PurePath(result.file).parent) for result in results}
    for folder in sorted(folders):
        of_folder = [one for one in results if str(PurePath(one.file).parent) == folder]
        click.echo(str(_sum(folder, of_folder)))
    click.echo(str(_sum("together", results)))


def _sum(name: str, results: Sequence[Result]) -> Result:
    return Result(name, {key: code for one in results for key, code in one.exit_codes.items()})


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
