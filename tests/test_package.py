"""What ``import kmsdemo`` alone offers: its public modules, each imported when it is asked for."""

from __future__ import annotations

import importlib

import pytest

import kmsdemo


@pytest.mark.parametrize("name", ["errors", "keys", "sandbox", "table", "trace", "vault"])
def test_a_public_module_is_an_attribute_of_the_package(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module(f"kmsdemo.{name}")
    monkeypatch.delattr(kmsdemo, name)
    assert getattr(kmsdemo, name) is module


@pytest.mark.parametrize("name", ["tarce", "__main__"])
def test_another_name_is_no_attribute(name: str) -> None:
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
        getattr(kmsdemo, name)
