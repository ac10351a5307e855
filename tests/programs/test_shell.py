"""``kmsdemo shell``: a shell that is connected to a new sandbox."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.subprocesses import PYTHON, run_in_terminal, run_python


def shell(*command: str, **more: str) -> tuple[int, str, str]:
    finished = run_python("-m", "kmsdemo", "shell", "--", *command, variables=more)
    return finished.returncode, finished.stdout, finished.stderr


def test_a_command_has_an_aws_and_the_two_scripts() -> None:
    code, printed, errors = shell(
        "sh",
        "-ec",
        "kmsdemo setup >/dev/null\n"
        "key_id=$(aws kms list-keys --query 'Keys[0].KeyId' --output text)\n"
        "python3 encrypt-passwd.py 'my secret' $key_id | grep -o '[0-9]\\{5\\}' >number\n"
        "python3 decrypt-passwd.py $(cat number) $key_id\n"
        "rm number\n"
        f"{PYTHON} -c 'import os; from urllib.request import urlopen; "
        'print(urlopen(os.environ["AWS_ENDPOINT_URL"] + "/console").read().decode())\'\n'
        "pwd",
    )
    assert (code, errors) == (0, "")
    assert "Is this your decrypted password? -> my secret\n" in printed
    assert "<strong>Decrypt</strong>" in printed
    folder = Path(printed.splitlines()[-1])
    assert folder.name.startswith("kms-lab-")
    assert not folder.exists()


@pytest.fixture(scope="module")
def left() -> tuple[int, str]:
    """The exit code and the output of a shell whose command changes a script and fails."""
    command = "echo $AWS_ENDPOINT_URL; echo mine >>encrypt-passwd.py; exit 7"
    code, printed, _ = shell("sh", "-c", command)
    return code, printed


def test_its_exit_code_is_the_commands(left: tuple[int, str]) -> None:
    assert left[0] == 7


def test_a_signal_that_ends_the_command_is_in_the_exit_code() -> None:
    assert shell("sh", "-c", "kill -TERM $$")[0] == 128 + 15


def test_the_sandbox_stops_with_it(left: tuple[int, str]) -> None:
    url = left[1].splitlines()[0]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))


def test_the_users_own_configuration_stays_out(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[mine]\naws_access_key_id = mine\n")
    mine = {"AWS_PROFILE": "mine", "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials")}
    command = "aws configure set region eu-west-1 --profile theirs; aws kms list-keys; env"
    code, printed, _ = shell("sh", "-c", command, **mine)
    assert code == 0
    assert '"Keys": []' in printed
    assert "AWS_PROFILE" not in printed
    assert [path.name for path in tmp_path.iterdir()] == ["credentials"]


def test_files_that_are_new_are_kept(left: tuple[int, str]) -> None:
    kept = re.search(r"Your files are in (.*)\.\n", left[1])
    assert kept is not None
    folder = Path(kept[1])
    assert (folder / "encrypt-passwd.py").read_text().endswith("mine\n")
    shutil.rmtree(folder)


def test_a_missing_command_is_reported_in_two_lines() -> None:
    code, printed, errors = shell("no-such-command")
    assert (code, printed) == (1, "")
    assert errors == (
        "Error: no-such-command cannot be started: No such file or directory.\n"
        "Check the name and the PATH.\n"
    )


def typist(*lines: str) -> Callable[[str], str]:
    """Type each line when the last one is done; a prompt ends with a dollar or a hash."""
    left = iter(lines)

    def answer(printed: str) -> str:
        is_asked = printed.rstrip().endswith(("$", "#")) or "sleep 60" in printed[-25:]
        return next(left, "") if is_asked else ""

    return answer


@pytest.mark.parametrize("program", ["bash", "sh"])
def test_a_shell_greets_and_says_what_was_reached(program: str) -> None:
    path = shutil.which(program)
    assert path is not None
    lines = typist("kmsdemo setup\n", "sleep 60\n", "\x03", "echo $((6 * 7))\n", "exit\n")
    code, printed = run_in_terminal(
        "-m", "kmsdemo", "shell", answer=lines, variables={"SHELL": path}
    )
    assert code == 0
    greeting = printed.splitlines()[:2]
    assert re.fullmatch(
        r"Console of your sandbox: http://127.0.0.1:\d+/console \(leave with exit\)", greeting[0]
    )
    assert greeting[1].startswith("First task: create a symmetric KMS key")
    assert max(map(len, greeting)) <= 80
    assert "(kms lab) " in printed
    assert "42\n" in printed
    reached = printed[printed.index("Done: ") :]
    assert reached.startswith("Done: 2 of 8.\n  1. Create the key\n  2. Create the table\n")
    assert reached.endswith("The sandbox has stopped; its data is deleted.\n")


# It writes each line into the history at once, as many have it.
CONFIGURATION = """
HISTFILE=~/.my_history
export HISTFILE
HISTSIZE=100
HISTFILESIZE=100
set -o history
PROMPT_COMMAND="history -a"
"""


@pytest.mark.parametrize("program", ["bash", "sh", "zsh", "fish", "ksh"])
def test_what_is_typed_stays_out_of_the_users_history(program: str, tmp_path: Path) -> None:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    for name in (".bashrc", ".zshrc", ".profile", ".kshrc"):
        (tmp_path / name).write_text(CONFIGURATION)
    lines = typist("echo correct-horse\n", "exit\n")
    home = {"SHELL": path, "HOME": str(tmp_path), "HISTFILE": str(tmp_path / "history")}
    run_in_terminal("-m", "kmsdemo", "shell", answer=lines, variables=home)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in written if b"correct-horse" in path.read_bytes()] == []


def test_what_is_typed_is_in_the_history_of_the_session() -> None:
    bash = shutil.which("bash")
    assert bash is not None
    lines = typist("echo correct-horse\n", "clear; history\n", "exit\n")
    _, printed = run_in_terminal("-m", "kmsdemo", "shell", answer=lines, variables={"SHELL": bash})
    assert re.search(r"\d+ +echo correct-horse", printed)
