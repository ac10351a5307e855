"""A read waits until the last change has propagated."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from botocore.hooks import HierarchicalEmitter

from kmsdemo.shared_account import eventual_consistency
from kmsdemo.shared_account.eventual_consistency import PropagationDelay
from kmsdemo.shared_account.read_only import is_read_only


class Clock:
    """A clock that moves only when a caller sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 100.0, list[float]()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(eventual_consistency, "time", clock)
    return clock


def call(events: HierarchicalEmitter, operation: str, service: str = "kms") -> None:
    for moment in ("before-call", "after-call"):
        events.emit(f"{moment}.{service}.{operation}", model=SimpleNamespace(name=operation))


def test_a_read_waits_for_what_is_left_after_the_last_change(clock: Clock) -> None:
    events = HierarchicalEmitter()
    PropagationDelay(3).register_handlers(events)  # type: ignore[arg-type]
    call(events, "DescribeKey")
    call(events, "DisableKey")
    clock.now += 1
    call(events, "EnableKey")
    call(events, "PutItem", "dynamodb")
    clock.now += 1
    call(events, "DescribeKey")
    call(events, "Decrypt")
    assert clock.slept == [0.0, 2.0, 0.0]


def test_other_programs_begin_after_it_and_may_change_something(clock: Clock) -> None:
    events, delay = HierarchicalEmitter(), PropagationDelay(3)
    delay.register_handlers(events)  # type: ignore[arg-type]
    call(events, "DisableKey")
    with delay.for_other_programs():
        assert clock.slept == [3.0]
    call(events, "DescribeKey")
    assert clock.slept == [3.0, 3.0]


@pytest.mark.parametrize(
    ("operation", "is_one"),
    [
        ("Decrypt", True),
        ("DescribeKey", True),
        ("Encrypt", True),
        ("GenerateDataKey", True),
        ("GetKeyPolicy", True),
        ("ListKeys", True),
        ("ReEncrypt", True),
        ("CreateKey", False),
        ("DisableKey", False),
        ("ReplicateKey", False),
        ("PutKeyPolicy", False),
    ],
)
def test_what_changes_nothing_is_read_only(operation: str, is_one: bool) -> None:
    assert is_read_only(operation) == is_one
