"""The pages of the documentation, as the shell of somebody who follows them.

A block of code does what it says: ``sh`` is typed, ``python`` is run. A comment above it says where
it does something else::

    <!-- not run: REASON -->        it cannot be run here
    <!-- in a second terminal -->   it starts a sandbox there
    <!-- file: PATH -->             it is the text of this file
    <!-- append: PATH -->           it comes to the end of this file
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.subprocesses import PYTHON, ROOT, environment, free_port

PAGES = {path.stem: path for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}
_BLOCK = re.compile(
    r"(?:^<!-- (?P<remark>[^\n]*) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
# Compiled modules come along, which spares each program a second; those being written do not.
_NO_PART_OF_A_CLONE = shutil.ignore_patterns(".*", "*.pyc.*", "build", "dist", "*.egg-info")
_DEFAULT_PORT = "4566"
_GRADE = "kmsdemo grade"
_GRADE_PATIENTLY = f"{_GRADE} --seconds-each 600 --seconds 3600"  # this machine may be busy
_SECOND_TERMINAL = """\
: >second-terminal.txt  # an earlier sandbox listened too
( {text} ) >second-terminal.txt 2>&1 &
{{
    until grep 'listens on' second-terminal.txt; do
        kill -0 $! || {{ cat second-terminal.txt; exit 1; }}
        sleep 0.1
    done
}} 2>/dev/null
"""
_BEGIN = """\
set -eu
exported() { env | grep -v '^\\(_\\|OLDPWD\\|PS1\\)=' | sort; }
pip() { echo "The tests find installed what pip $* would install."; }
exported >exported.txt
set -x
"""
_END = "set +x; exported | diff exported.txt - && echo 'The shell is as it was.' || true"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code on a page.

    Attributes:
        language: As Markdown names it.
        text: The code.
        remark: What the comment above it says.
    """

    language: str
    text: str
    remark: str

    @property
    def is_run(self) -> bool:
        """Whether it can be run here."""
        return not self.remark.startswith("not run:")

    def as_shell(self, port: int) -> str:
        """Return what somebody types who does what the block says.

        Args:
            port: Where the sandbox listens, in the place of the default.
        """
        text = self.text.replace(_DEFAULT_PORT, str(port)).replace(_GRADE, _GRADE_PATIENTLY)
        kind, _, path = self.remark.partition(": ")
        if kind in ("file", "append"):
            return f"cat {'>' if kind == 'file' else '>>'}{path} <<'END'\n{text}END"
        if kind == "in a second terminal":
            text = re.sub("^kmsdemo sandbox.*", rf"\g<0> --port {port}", text, flags=re.MULTILINE)
            return _SECOND_TERMINAL.format(text=text)
        if self.language == "python":
            return f"{PYTHON} - <<'END'\n{text}END"
        return text if self.language == "sh" and self.is_run else ""


def blocks(text: str) -> list[Block]:
    """Return the blocks of code on a page, in their order."""
    found = _BLOCK.finditer(text)
    return [Block(match["language"], match["text"], match["remark"] or "") for match in found]


def clone(folder: Path) -> Path:
    """Make what a clone is, with an environment in it, and return where."""
    copy = folder / "clone"
    shutil.copytree(ROOT, copy, ignore=_NO_PART_OF_A_CLONE)
    (copy / ".venv").symlink_to(sys.prefix)
    return copy


def follow(page: str, folder: Path, more: Mapping[str, str] | None = None) -> str:
    """Follow a page in a clone, and return all that is printed there.

    Args:
        page: Its name.
        folder: The clone.
        more: Further variables of the environment.
    """
    port = free_port()
    text = PAGES[page].read_text(encoding="utf-8")
    script = "\n".join(block.as_shell(port) for block in blocks(text))
    return shell(f"{_BEGIN}{script}\n{_END}", folder, more)


def shell(script: str, folder: Path, more: Mapping[str, str] | None = None) -> str:
    """Run a script with bash; stop whatever it left in the background.

    Args:
        script: The script.
        folder: Where it begins; ``kmsdemo`` is the one in there.
        more: Further variables of the environment.
    """
    printed = folder / "printed.txt"
    no_venv = {"VIRTUAL_ENV": None, "VIRTUAL_ENV_PROMPT": None, "PYTHONPATH": str(folder)}
    # Those of the account that the tests before this one share.
    no_aws = dict.fromkeys(name for name in os.environ if name.startswith("AWS_"))
    with (
        printed.open("w") as output,
        subprocess.Popen(
            ["bash", "-c", script],  # noqa: S607
            cwd=folder,
            env=environment(**{**no_venv, **no_aws, **(more or {})}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as bash,
    ):
        try:
            bash.wait()
        finally:
            with suppress(ProcessLookupError):  # nothing was left
                os.killpg(bash.pid, signal.SIGKILL)
    assert bash.returncode == 0, printed.read_text(encoding="utf-8")
    return printed.read_text(encoding="utf-8")
