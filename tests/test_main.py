"""``python -m kmsdemo``, and the command: Ctrl-C ends it from the first moment."""

from __future__ import annotations

import builtins
import runpy
from typing import Any

import pytest


def test_ctrl_c_while_it_is_loaded_leaves_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    load = builtins.__import__

    def interrupted(name: str, *how: Any, **more: Any) -> Any:
        if name == "kmsdemo.cli":
            raise KeyboardInterrupt
        return load(name, *how, **more)

    monkeypatch.setattr(builtins, "__import__", interrupted)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("kmsdemo", run_name="__main__")
    assert (ended.value.code, capsys.readouterr().err) == (130, "\nInterrupted.\n")
