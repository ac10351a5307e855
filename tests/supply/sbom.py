"""Writes the SBOM of the wheel: what an environment has, in CycloneDX. Run by ``tox -e lock``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("python")
@click.argument("file", type=click.Path(path_type=Path))
def main(python: str, file: Path) -> None:
    """Describe the environment of PYTHON in FILE."""
    sbom = json.loads(_of_environment(python))
    _leave_out_addresses(sbom)
    file.write_text(json.dumps(sbom, indent=1) + "\n", encoding="utf-8")


def _of_environment(python: str) -> bytes:
    options = ["--pyproject=pyproject.toml", "--output-reproducible", "--short-PURLs"]
    command = [sys.executable, "-m", "cyclonedx_py", "environment", *options, python]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def _leave_out_addresses(sbom: dict[str, Any]) -> None:
    """Keep names, versions, licences and what needs what: addresses change without a release."""
    del sbom["metadata"]["tools"]
    for component in [sbom["metadata"]["component"], *sbom["components"]]:
        component.pop("externalReferences", None)


if __name__ == "__main__":
    main()
