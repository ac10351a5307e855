"""A pytest plugin: records the AWS calls of every botocore session, for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import botocore
import pytest

from kmsdemo.trace.recording import Trace

if TYPE_CHECKING:
    from botocore.session import Session

# The calls of the current or most recent step.
trace = Trace()


def pytest_configure() -> None:
    botocore.register_initializer(_watch)


def pytest_unconfigure() -> None:
    botocore.unregister_initializer(_watch)


def _watch(session: Session) -> None:
    trace.register_handlers(session.get_component("event_emitter"))


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_before_step() -> None:
    trace.calls.clear()
