"""A trace of the AWS calls that boto3 makes in this process, with everything secret left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import OperationModel, Shape
from botocore.session import Session

REDACTED = "•••"
_LONGEST_TEXT = 60
_CONTEXT_KEY = "kmsdemo_call"


@dataclass(slots=True)
class Call:
    """One call to AWS.

    Attributes:
        service: As boto3 names it: ``kms``.
        operation: As AWS names it: ``ScheduleKeyDeletion``.
        parameters: What was sent, fit to show: secrets are dots, bytes counted, long text cut.
        error: AWS's code and message, or why there was no answer; empty where the call succeeded.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    error: str = "no answer"

    def __str__(self) -> str:
        parameters = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        outcome = f" → {self.error}" if self.error else ""
        return f"{self.service}.{self.operation}({parameters}){outcome}"


@dataclass(slots=True)
class Trace:
    """Records the calls of every session that it watches, in the order in which they begin."""

    calls: list[Call] = field(default_factory=list)

    def watch(self, session: Session) -> None:
        """Record what clients made from this session, from now on, send and get.

        Fits ``botocore.register_initializer``, which calls it for every new session.
        """
        session.register("before-parameter-build", self._begin)
        session.register("after-call", self._answered)
        session.register("after-call-error", self._unanswered)

    def _begin(self, **event: Any) -> None:
        model: OperationModel = event["model"]
        call = Call(
            model.service_model.service_name, model.name, _shown(model.input_shape, event["params"])
        )
        event["context"][_CONTEXT_KEY] = call
        self.calls.append(call)

    def _answered(self, **event: Any) -> None:
        if call := event["context"].get(_CONTEXT_KEY):
            error = event["parsed"].get("Error", {})
            call.error = " ".join(filter(None, (error.get("Code"), error.get("Message"))))

    def _unanswered(self, **event: Any) -> None:
        if call := event["context"].get(_CONTEXT_KEY):
            call.error = str(event["exception"])


def _shown(shape: Shape | None, value: Any) -> Any:
    """Return a value fit to show; its shape, from botocore's own model, says what is sensitive."""
    if shape is not None and shape.metadata.get("sensitive"):
        return REDACTED
    if isinstance(value, Mapping):
        return {name: _shown(_member(shape, name), member) for name, member in value.items()}
    if isinstance(value, list):
        return [_shown(getattr(shape, "member", None), member) for member in value]
    if isinstance(value, bytes | bytearray):
        return f"<{len(value)} bytes>"
    text = str(value)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _member(shape: Shape | None, name: str) -> Shape | None:
    members = getattr(shape, "members", {})
    return members.get(name) or getattr(shape, "value", None)
