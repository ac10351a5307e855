"""The lock and the SBOM say what pyproject.toml says; ``tox -e lock`` rewrites both."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SBOM = json.loads((ROOT / "kmsdemo.cdx.json").read_text(encoding="utf-8"))
REFRESH = "run tox -e lock"


def declared() -> dict[str, Requirement]:
    """Return what the project and its tests need, by name."""
    lines = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["test"]
    return {canonicalize_name(needed.name): needed for needed in map(Requirement, lines)}


def locked() -> list[Requirement]:
    """Return the pinned versions; a package has several where Pythons need different ones."""
    return [Requirement(pin) for pin in re.findall(r"^(\S+==.*?) \\$", LOCK, re.MULTILINE)]


def names_asked_for() -> set[str]:
    """Return the names that the lock marks as the project's own dependencies."""
    entries = re.split(r"\n(?=\S)", LOCK)
    return {entry.partition("==")[0] for entry in entries if "kmsdemo (pyproject.toml" in entry}


def components() -> dict[str, str]:
    """Return the versions of the SBOM, by name."""
    return {canonicalize_name(one["name"]): one["version"] for one in SBOM["components"]}


def test_the_lock_has_what_is_declared_and_nothing_else_for_it() -> None:
    assert names_asked_for() == set(declared()), REFRESH


@pytest.mark.parametrize("name", declared())
def test_each_locked_version_is_one_that_is_declared(name: str) -> None:
    versions = [str(pin.specifier)[2:] for pin in locked() if pin.name == name]
    assert versions, REFRESH
    assert [one for one in versions if not declared()[name].specifier.contains(one)] == [], REFRESH


def test_each_locked_version_has_its_hashes() -> None:
    entries = re.split(r"\n(?=\S)", LOCK)
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("file", ["requirements.lock", "kmsdemo.cdx.json"])
def test_no_file_names_a_host(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8").replace("http://cyclonedx.org/schema/", "")
    assert re.findall(r"\w+://\S+|--index\S*|\w+\.(?:org|io|com)\b", text) == []


def test_the_components_of_the_sbom_are_of_the_lock() -> None:
    pins = {f"{pin.name}{pin.specifier}" for pin in locked()}
    assert [one for one in components().items() if "==".join(one) not in pins] == [], REFRESH


def test_the_sbom_says_what_the_project_needs() -> None:
    root: Any = SBOM["metadata"]["component"]["bom-ref"]
    (needed,) = (one["dependsOn"] for one in SBOM["dependencies"] if one["ref"] == root)
    names = {canonicalize_name(ref.partition("==")[0]) for ref in needed}
    assert names == {
        canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]
    }, REFRESH


def test_the_sbom_is_of_this_version() -> None:
    assert SBOM["metadata"]["component"]["version"] == PROJECT["project"]["version"], REFRESH


def test_the_sbom_is_the_same_each_time_it_is_written() -> None:
    assert not {"serialNumber"} & set(SBOM)
    assert "timestamp" not in SBOM["metadata"]
