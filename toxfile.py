"""A plugin of tox: finds Pythons where people have them, and says at the end what was left out."""

from __future__ import annotations

import atexit
import os
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from python_discovery import get_interpreter
from tox.plugin import impl

if TYPE_CHECKING:
    from tox.config.sets import ConfigSet
    from tox.execute.api import Outcome
    from tox.session.state import State
    from tox.tox_env.api import ToxEnv

SUPPORTED = ("3.14", "3.13", "3.12", "3.11", "3.10")
STANDARD, FULL = "programs", "localstack"
"""An environment by which each tier is known."""
_LEFT_TO_THE_FULL_TIER = (
    "emulators, a browser, most pages of docs, the table of documented behaviours, more faults and "
    "submissions, each command of the lesson (run tox -m full)"
)

_states: list[State] = []
_ran: set[str] = set()
_folder = tempfile.TemporaryDirectory(prefix="kmsdemo-tox-")
_skips = Path(_folder.name, "skips")
_notes = Path(_folder.name, "notes")


def _find_pythons() -> None:
    """Let tox and uv find Pythons under pyenv too, behind all others; download none."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    under_pyenv = sorted(map(str, root.glob("versions/*/bin")))
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", ""), *under_pyenv])
    os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")
    # tests/conftest.py notes there what it skips.
    os.environ["KMSDEMO_SKIPS"] = str(_skips)
    # tests/supply/prereleases.py reports there what does not make tox fail.
    os.environ["KMSDEMO_NOTES"] = str(_notes)


def _name_newest_python() -> None:
    """Tell tox.ini which Python runs all tests, and which others run the quick ones."""
    newest = next((version for version in SUPPORTED if get_interpreter(version)), "3")
    others = [version for version in reversed(SUPPORTED) if version != newest]
    os.environ["KMSDEMO_NEWEST_PYTHON"] = f"python{newest}"
    os.environ["KMSDEMO_OTHERS"] = ",".join(f"py{version.replace('.', '')}" for version in others)


_find_pythons()
_name_newest_python()


@impl
def tox_add_core_config(core_conf: ConfigSet, state: State) -> None:
    """Keep what knows the environments that were asked for."""
    _states.append(state)


@impl
def tox_before_run_commands(tox_env: ToxEnv) -> None:
    """Arrange for the last line, below tox's own summary, when something runs in this process."""
    if not _ran and "TOX_PARALLEL_ENV" not in os.environ:
        atexit.register(_say_what_was_left_out)


@impl
def tox_after_run_commands(tox_env: ToxEnv, exit_code: int, outcomes: list[Outcome]) -> None:
    """Note which environments were not skipped."""
    _ran.add(tox_env.conf.name or "")


def _say_what_was_left_out() -> None:
    asked = set(_states[-1].envs.iter(only_active=True))
    if not asked & {STANDARD, FULL}:
        return
    left_out = [*_missing(asked - _ran), *_skipped()]
    if STANDARD in asked:
        left_out.append(_LEFT_TO_THE_FULL_TIER)
    print(_notes.read_text(encoding="utf-8") if _notes.exists() else "", end="")
    print(f"Left out: {'; '.join(left_out) or 'nothing'}.")


def _missing(environments: set[str]) -> list[str]:
    versions = [f"3.{name[3:]}" for name in sorted(environments) if name.startswith("py3")]
    others = sorted(name for name in environments if not name.startswith("py3"))
    pythons = f"Python {', '.join(versions)} (not found; install it with uv or pyenv)"
    return [pythons] * bool(versions) + [f"{name} (not started)" for name in others]


def _skipped() -> list[str]:
    """Return for which reasons tests were skipped, once for all environments that share them."""
    environments: defaultdict[str, dict[str, None]] = defaultdict(dict)
    lines = _skips.read_text(encoding="utf-8").splitlines() if _skips.exists() else []
    for line in lines:
        environment, _, reason = line.partition(": ")
        environments[reason][environment] = None
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for reason, names in environments.items():
        reasons[", ".join(names)].append(reason)
    return [f"in {names}: {', '.join(sorted(found))}" for names, found in reasons.items()]
