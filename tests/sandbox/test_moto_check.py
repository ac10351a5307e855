"""A version of moto that lacks something is refused, with what it lacks."""

from __future__ import annotations

import sys
from importlib.metadata import version
from types import ModuleType

import pytest

from kmsdemo.sandbox import moto_check


def test_an_error_names_what_moto_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {
        "moto.kms.models": ("Key", "Key.door", "Door.key", "KmsBackend.describe_key"),
        "moto.gone": ("anything",),
    }
    monkeypatch.setattr(moto_check, "NEEDED", needed)
    with pytest.raises(moto_check.UnknownMoto) as raised:
        moto_check.check_moto()
    assert str(raised.value) == (
        "The KMS sandbox works with moto 5.2.4 to 5.2.x. The installed version is "
        f"{version('moto')}, without moto.kms.models.Key.door, moto.kms.models.Door.key, "
        "moto.gone.anything. Install a version that works: pip install 'moto>=5.2.4,<5.3'."
    )


def test_the_moto_that_is_installed_has_everything() -> None:
    moto_check.check_moto()


@pytest.mark.parametrize(("missing", "is_of_moto"), [("moto.kms.nothing", True), ("boto9", False)])
def test_a_package_that_moto_itself_misses_is_named_by_python(
    monkeypatch: pytest.MonkeyPatch, missing: str, is_of_moto: bool
) -> None:
    def fail(_: str) -> ModuleType:
        raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)

    monkeypatch.setattr(moto_check, "import_module", fail)
    expected = moto_check.UnknownMoto if is_of_moto else ModuleNotFoundError
    with pytest.raises(expected):
        moto_check.check_moto()


def test_a_module_of_moto_that_cannot_be_imported_lacks_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "moto.broken", None)
    monkeypatch.setattr(moto_check, "NEEDED", {"moto.broken": ("thing",)})
    with pytest.raises(moto_check.UnknownMoto, match=r"without moto\.broken\.thing\."):
        moto_check.check_moto()
