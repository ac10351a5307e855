"""``mock_kms`` where nothing else has started moto: in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.subprocesses import run_python


@pytest.mark.program
def test_mock_kms_in_a_project_of_its_own() -> None:
    checks = Path(__file__).with_name("check_mock_kms.py")
    finished = run_python("-m", "pytest", "-q", "-pno:cacheprovider", checks, is_measured=True)
    assert finished.returncode == 0, finished.stdout
    assert "17 passed" in finished.stdout
