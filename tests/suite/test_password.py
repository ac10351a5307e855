"""The password of the scenarios: which ones they can use."""

from __future__ import annotations

import pytest

from kmsdemo.suite import password


@pytest.mark.parametrize("usable", ["hunter", "é" * 3, "é" * 2048, " " * 6])
def test_6_to_4096_bytes_can_be_used(usable: str) -> None:
    assert password.fault(usable) == ""


@pytest.mark.parametrize("refused", ["", "hunte", "éé", "é" * 2048 + "a"])
def test_fewer_or_more_bytes_cannot(refused: str) -> None:
    assert password.fault(refused).startswith("takes 6 to 4,096 bytes;")


def test_what_is_not_utf_8_cannot() -> None:
    assert password.fault("hunter2\udcff") == "is not valid UTF-8 text."
