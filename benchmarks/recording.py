"""A pytest plugin: records the AWS calls of each scenario, with their responses."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.session import Session

from kmsdemo.sandbox import MockKms

RECORDED: dict[str, list[dict[str, Any]]] = {}
_current: list[dict[str, Any]] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", type=Path, required=True)


def pytest_configure() -> None:
    botocore.register_initializer(_watch)
    move = MockKms.advance

    def advance(*, days: float) -> None:
        _current.append({"days": days})
        move(days=days)

    MockKms.advance = staticmethod(advance)  # type: ignore[method-assign, assignment]


def pytest_bdd_before_scenario(request: pytest.FixtureRequest) -> None:
    _current.clear()
    RECORDED[request.node.name] = []


def pytest_bdd_after_scenario(request: pytest.FixtureRequest) -> None:
    RECORDED[request.node.name] = list(_current)


def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.getoption("--record").write_bytes(pickle.dumps(RECORDED))


def _watch(session: Session) -> None:
    session.register("before-parameter-build", _begin)
    session.register("before-send", _signed)
    session.register("after-call", _answered)


def _begin(**event: Any) -> None:
    call = {
        "service": event["model"].service_model.service_name,
        "operation": event["model"].name,
        "parameters": dict(event["params"]),
        "region": event["context"]["client_region"],
        "answer": None,
    }
    event["context"]["recorded"] = call
    _current.append(call)


def _signed(**event: Any) -> None:
    authorization = str(event["request"].headers.get("Authorization", ""))
    _current[-1]["access_key_id"] = authorization.partition("Credential=")[2].partition("/")[0]


def _answered(**event: Any) -> None:
    event["context"]["recorded"]["answer"] = event["parsed"]
