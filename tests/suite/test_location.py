"""Where the suite is: at the root of a clone, or in the installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

import kmsdemo
from kmsdemo.suite import location


@pytest.mark.parametrize(
    ("features", "root"),
    [("features", ""), ("kmsdemo/suite/features", "kmsdemo/suite")],
    ids=["a clone", "a wheel"],
)
def test_it_is_where_the_features_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, features: str, root: str
) -> None:
    (tmp_path / "kmsdemo" / "suite").mkdir(parents=True)
    (tmp_path / features).mkdir()
    monkeypatch.setattr(kmsdemo, "__file__", str(tmp_path / "kmsdemo" / "__init__.py"))
    assert location.root() == tmp_path / root
