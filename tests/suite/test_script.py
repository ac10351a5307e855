"""Scripts that run in this process as they do in one of their own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import boto3
import pytest

from kmsdemo.suite import script
from kmsdemo.suite.script import CompletedCommand


def run(folder: Path, text: str, *arguments: str) -> CompletedCommand:
    path = folder / "a.py"
    path.write_text(text, encoding="utf-8")
    session = boto3.Session(region_name="eu-west-1")
    return script.run(path, *arguments, session=session, environment={"LAB": "here"})


@pytest.mark.parametrize(
    ("text", "stdout"),
    [
        ("import sys; print(sys.argv[1:])", "['one', 'two words']\n"),
        ("import os; print(os.environ['LAB'])", "here\n"),
        ("import boto3; print(boto3.client('kms').meta.region_name)", "eu-west-1\n"),
        ("if __name__ == '__main__': print('main')", "main\n"),
        ("import sys; print('half'); sys.exit()", "half\n"),
        ("import sys; print('half'); sys.exit(0)", "half\n"),
    ],
)
def test_a_script_prints(tmp_path: Path, text: str, stdout: str) -> None:
    shown = run(tmp_path, text, "one", "two words")
    assert (shown.stdout, shown.stderr, shown.exit_code) == (stdout, "", 0)


@pytest.mark.parametrize(
    ("text", "exit_code", "end_of_stderr"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('why')", 1, "why\n"),
        ("raise ValueError('why')", 1, "ValueError: why\n"),
        ("(", 1, "SyntaxError: '(' was never closed\n"),
    ],
)
def test_a_script_fails(tmp_path: Path, text: str, exit_code: int, end_of_stderr: str) -> None:
    shown = run(tmp_path, text)
    assert shown.exit_code == exit_code
    assert shown.stderr.endswith(end_of_stderr)


def test_ctrl_c_ends_more_than_the_script(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, "raise KeyboardInterrupt")


def test_nothing_of_the_process_stays_changed(tmp_path: Path) -> None:
    before = (sys.argv, sys.stdout, dict(os.environ), boto3.DEFAULT_SESSION)
    run(tmp_path, "import os, sys; os.environ['MORE'] = 'x'; sys.exit(1)")
    assert (sys.argv, sys.stdout, dict(os.environ), boto3.DEFAULT_SESSION) == before


def test_files_are_shown_as_cat_does(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(f"# é {name}\n", encoding="utf-8")
    shown = script.cat(tmp_path / "a.py", tmp_path / "b.py")
    assert shown == CompletedCommand(("cat", "a.py", "b.py"), "# é a.py\n\n# é b.py\n")


def test_what_was_shown_belongs_to_its_step(tmp_path: Path) -> None:
    script.pytest_bdd_before_step()
    first = run(tmp_path, "print('one')")
    script.record("aws", "kms")
    assert script.commands == [first, CompletedCommand(("aws", "kms"), "")]
    script.pytest_bdd_before_step()
    assert script.commands == []


def test_no_output_is_in_its_repr(tmp_path: Path) -> None:
    shown = run(tmp_path, "import sys; print('a secret'); sys.exit('a secret')")
    assert "a secret" not in repr(shown)
