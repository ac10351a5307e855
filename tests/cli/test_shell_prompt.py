"""How each shell is started: with the lab in its prompt, and its history in no file of the user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kmsdemo.cli import shell_prompt


@pytest.mark.parametrize(
    ("program", "prompt", "history"),
    [
        ("/bin/bash", 'PS1="(kms lab) $PS1"', "unset HISTFILE"),
        ("/bin/zsh", 'PROMPT="(kms lab) $PROMPT"', "unset HISTFILE"),
        ("/usr/bin/fish", "echo -n '(kms lab) '", "\n--private\n-C\n"),
        ("/usr/bin/pwsh", '"(kms lab) PS $PWD> "', "-HistorySaveStyle SaveNothing"),
        ("/usr/bin/pwsh", "\n-NoExit\n-Command\nfunction prompt", "SaveNothing } catch { }"),
        ("/bin/ksh", "PS1=(kms lab) $ ", "HISTFILE=/"),
    ],
)
def test_a_shell_has_the_lab_in_its_prompt_and_saves_no_history(
    program: str, prompt: str, history: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SHELL_SESSIONS_DISABLE", "PS1", "HISTFILE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("ZDOTDIR", "/nowhere")
    monkeypatch.setenv("SHELL", program)
    with shell_prompt.interactive_shell() as command:
        written = [Path(command[2])] if "--rcfile" in command else []
        written += Path(os.environ["ZDOTDIR"]).glob(".zshrc")
        variables = [f"{name}={os.environ[name]}" for name in ("PS1", "HISTFILE")]
        given = "\n".join([*command, *variables, *map(Path.read_text, written)])
    assert command[0] == program
    assert prompt in given
    assert history in given


@pytest.mark.parametrize(
    ("zdotdir", "own"), [("/own", "/own"), (None, str(Path.home()))], ids=["ZDOTDIR", "home"]
)
def test_zsh_reads_the_users_own_configuration_first(
    zdotdir: str | None, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL_SESSIONS_DISABLE", "")
    monkeypatch.setenv("ZDOTDIR", zdotdir or "")
    if zdotdir is None:
        monkeypatch.delenv("ZDOTDIR")
    monkeypatch.setenv("SHELL", "/bin/zsh")
    with shell_prompt.interactive_shell() as command:
        written = Path(os.environ["ZDOTDIR"], ".zshrc").read_text()
    assert command == ["/bin/zsh", "-i"]
    assert written.startswith(f'ZDOTDIR="{own}"; [ -r "$ZDOTDIR/.zshrc" ] && . "$ZDOTDIR/.zshrc"\n')


def test_bash_reads_the_users_own_configuration_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL_SESSIONS_DISABLE", "")
    monkeypatch.setenv("SHELL", "/bin/bash")
    with shell_prompt.interactive_shell() as command:
        program, option, file, interactive = command
        written = Path(file).read_text()
    assert (program, option, interactive) == ("/bin/bash", "--rcfile", "-i")
    assert os.environ["SHELL_SESSIONS_DISABLE"] == "1", "macOS saves its history otherwise"
    assert written.startswith("[ -r ~/.bashrc ] && . ~/.bashrc\n")


def test_without_a_shell_of_the_user_it_is_sh(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SHELL_SESSIONS_DISABLE", "PS1", "HISTFILE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("SHELL", "")
    monkeypatch.setenv("PATH", "")
    with shell_prompt.interactive_shell() as command:
        assert command == ["sh", "-i"]
