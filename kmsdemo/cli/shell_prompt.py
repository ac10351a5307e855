"""Starts the user's shell with ``(kms lab)`` in its prompt and without a history file.

Learners type passwords in it, so the history of the session is not saved.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def interactive_shell() -> Iterator[list[str]]:
    """Yield the command that starts the user's shell."""
    program = os.environ.get("SHELL") or shutil.which("pwsh") or shutil.which("powershell") or "sh"
    with tempfile.TemporaryDirectory(prefix="kms-lab-prompt-") as folder:
        yield [program, *_options(Path(program).stem, Path(folder))]


def _options(name: str, folder: Path) -> list[str]:
    """Return the options that set prompt and history after the user's own configuration."""
    # On macOS, shells also save the history with the session.
    os.environ["SHELL_SESSIONS_DISABLE"] = "1"
    make = {"bash": _bash, "zsh": _zsh, "fish": _fish, "pwsh": _powershell}.get(name, _other)
    return make(folder)


def _bash(folder: Path) -> list[str]:
    configuration = folder / "bashrc"
    configuration.write_text(
        '[ -r ~/.bashrc ] && . ~/.bashrc\nPS1="(kms lab) $PS1"\nunset HISTFILE\n'
    )
    return ["--rcfile", str(configuration), "-i"]


def _zsh(folder: Path) -> list[str]:
    own = os.environ.get("ZDOTDIR", str(Path.home()))
    (folder / ".zshrc").write_text(
        f'ZDOTDIR="{own}"; [ -r "$ZDOTDIR/.zshrc" ] && . "$ZDOTDIR/.zshrc"\n'
        'PROMPT="(kms lab) $PROMPT"; unset HISTFILE\n'
    )
    os.environ["ZDOTDIR"] = str(folder)
    return ["-i"]


def _fish(_: Path) -> list[str]:
    prompt = "functions -c fish_prompt own_prompt; function fish_prompt; echo -n '(kms lab) '"
    return ["-i", "--private", "-C", f"{prompt}; own_prompt; end"]


def _powershell(_: Path) -> list[str]:
    prompt = 'function prompt { "(kms lab) PS $PWD> " }'
    history = "try { Set-PSReadLineOption -HistorySaveStyle SaveNothing } catch { }"
    return ["-NoExit", "-Command", f"{prompt}; {history}"]


def _other(folder: Path) -> list[str]:
    os.environ["PS1"] = "(kms lab) $ "
    os.environ["HISTFILE"] = str(folder / "history")
    return ["-i"]
