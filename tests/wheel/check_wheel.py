"""What a user of the wheel gets, without a clone nearby. Run by ``tox -e wheel``."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution
from pathlib import Path

import pytest

import kmsdemo

CLONE = Path(os.environ["KMSDEMO_CLONE"])
DISABLED_KEY_ENCRYPTS = """
import boto3
from kmsdemo.sandbox import mock_kms
with mock_kms():
    kms = boto3.client("kms", region_name="us-east-1")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key_id)
    try:
        kms.encrypt(KeyId=key_id, Plaintext=b"secret")
    except kms.exceptions.ClientError as error:
        print(error.response["Error"]["Code"])
"""
SUITE = [
    "conftest.py",
    "pytest.ini",
    "docs/lab.md",
    "docs/lab.svg",
    "examples",
    "features",
    "steps",
]


def run(*command: str | Path, folder: Path) -> str:
    """Run a command to its end and return what it printed on standard output."""
    finished = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


def files_under(root: Path) -> dict[str, bytes]:
    paths = (path for name in SUITE for path in [root / name, *(root / name).rglob("*")])
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and path.suffix != ".pyc"
    }


# The longest comes first, so that the others run beside it.
def test_the_first_command_of_the_readme_runs_the_lab_in_a_fresh_clone(tmp_path: Path) -> None:
    if not (CLONE / ".git").exists():
        pytest.skip("this is no git clone")
    readme = (CLONE / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^python3 .*kmsdemo lab$", readme, re.MULTILINE)
    run("git", "clone", "--quiet", CLONE, "fresh", folder=tmp_path)
    told = run("sh", "-c", command, folder=tmp_path / "fresh")
    assert "8 steps in" in told


def test_it_is_the_wheel_that_is_tested() -> None:
    assert CLONE / "kmsdemo" not in Path(kmsdemo.__file__).parents
    assert "site-packages" in Path(kmsdemo.__file__).parts


def test_it_takes_one_name_in_site_packages() -> None:
    files = Distribution.from_name("kmsdemo").files or []
    tops = {file.parts[0] for file in files if ".." not in file.parts}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"kmsdemo"}


def test_it_carries_the_suite_as_it_is_in_the_clone() -> None:
    installed = files_under(Path(kmsdemo.__file__).parent / "suite")
    assert len(installed) > 20
    assert installed == files_under(CLONE)


def test_it_says_what_it_was_tested_with() -> None:
    """In the folder of PEP 770, where scanners of vulnerabilities look."""
    files = Distribution.from_name("kmsdemo").files or []
    (sbom,) = (file for file in files if "sboms" in file.parts)
    assert sbom.parts[0].endswith(".dist-info")
    assert sbom.read_text() == (CLONE / "kmsdemo.cdx.json").read_text(encoding="utf-8")


def test_it_is_typed() -> None:
    assert (Path(kmsdemo.__file__).parent / "py.typed").is_file()


def test_the_lab_runs_in_an_empty_directory_and_leaves_it_empty(tmp_path: Path) -> None:
    told = run(Path(sys.executable).with_name("kmsdemo"), "lab", folder=tmp_path)
    assert len(re.findall(r"^Step \d of 8: ", told, re.MULTILINE)) == 8
    assert list(tmp_path.iterdir()) == []


def build(source: Path, folder: Path) -> dict[str, bytes]:
    """Build the source distribution, and the wheel from it; return them by name."""
    options = ("--installer=uv", "--outdir", folder)
    run(sys.executable, "-m", "build", *options, source, folder=source.parent)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The wheel and the source distribution of the clone."""
    return build(CLONE, tmp_path_factory.mktemp("built"))


@pytest.mark.xdist_group("built")
def test_wheel_and_source_distribution_are_the_same_to_the_byte(
    built: dict[str, bytes], tmp_path: Path
) -> None:
    ignored = shutil.ignore_patterns(".git", ".tox", ".venv", "__pycache__", ".*_cache")
    copy = shutil.copytree(CLONE, tmp_path / "copy", copy_function=shutil.copy, ignore=ignored)
    assert build(copy, tmp_path / "again") == built
    assert {Path(name).suffix for name in built} == {".whl", ".gz"}


@pytest.mark.xdist_group("built")
def test_the_source_distribution_builds_the_same_wheel(built: dict[str, bytes]) -> None:
    (wheel,) = (content for name, content in built.items() if name.endswith(".whl"))
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        names = {name for name in archive.namelist() if name.startswith("kmsdemo/")}
    installed = {str(file) for file in Distribution.from_name("kmsdemo").files or []}
    assert names == {name for name in installed if name in names}
    assert {f"kmsdemo/suite/{name}" for name in files_under(CLONE)} <= names


def test_a_shell_checks_and_shows(tmp_path: Path) -> None:
    kmsdemo = Path(sys.executable).with_name("kmsdemo")
    script = "kmsdemo check; kmsdemo show encrypt | diff - encrypt-passwd.py"
    printed = run(kmsdemo, "shell", "--", "sh", "-c", script, folder=tmp_path)
    assert "Next, 1. Create the key: Create a symmetric key" in printed
    assert list(tmp_path.iterdir()) == []


def test_a_sandbox_has_its_console(tmp_path: Path) -> None:
    kmsdemo = Path(sys.executable).with_name("kmsdemo")
    fetch = (
        "import os; from urllib.request import urlopen\n"
        "for path in ('', '/static/console.js', '/static/console.css', '/static/key.svg'):\n"
        "    print(urlopen(os.environ['AWS_ENDPOINT_URL'] + '/console' + path).read().decode())"
    )
    printed = run(kmsdemo, "shell", "--", sys.executable, "-c", fetch, folder=tmp_path)
    assert "<h1>Account 123456789012</h1>" in printed
    assert "keepRefreshing();" in printed


def test_scripts_are_graded(tmp_path: Path) -> None:
    kmsdemo = Path(sys.executable).with_name("kmsdemo")
    options = ["--encrypt=true {password} {key_id}", "--decrypt=true {appuser} {key_id}"]
    script = '"$0" grade "$@" || test $? = 1'
    printed = run("sh", "-c", script, kmsdemo, *options, folder=tmp_path)
    assert printed.endswith("\nThe lab: 0 of 15. Beyond it: 0 of 6.\n")


def test_the_sandbox_needs_moto_and_nothing_else(tmp_path: Path) -> None:
    page = (CLONE / "docs" / "sandbox.md").read_text(encoding="utf-8")
    install = re.findall(r"^pip (install .*)$", page, re.MULTILINE)
    assert len(install) == 2
    uv = (sys.executable, "-m", "uv", "--quiet")  # unlike pip, it compiles nothing
    run(*uv, "venv", "--python", sys.executable, "empty", folder=tmp_path)
    python = tmp_path / "empty" / "bin" / "python"
    for arguments in install:
        run(*uv, "pip", *shlex.split(arguments), "--python", python, folder=CLONE)
    assert run(python, "-c", DISABLED_KEY_ENCRYPTS, folder=tmp_path) == "DisabledException\n"
