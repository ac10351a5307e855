"""The AWS calls that boto3 makes in this process, traced, with everything secret left out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.hooks import BaseEventHooks
from botocore.model import OperationModel, Shape

from kmsdemo.trace.aws_command import command_line
from kmsdemo.trace.shortened import shortened

REDACTED = "•••"


@dataclass(slots=True)
class Call:
    """One call to AWS.

    Attributes:
        service: As boto3 names it: ``kms``.
        operation: As AWS names it: ``ScheduleKeyDeletion``.
        parameters: What was sent, as boto3 took it; secrets are dots.
        command: The command of the AWS CLI that makes the same call, in parts.
        caller: The IAM user who makes it, where the trace has seen the access key created.
        answer: What came back, as boto3 returns it; secrets are dots. Empty where nothing did.
        error: AWS's code and message, or why there was no answer; empty where the call succeeded.
        seconds: How long it took from when it first travelled, retries included.
        sent: The body of the request as it travelled, secrets and all.
        received: The body of the answer, likewise.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    command: list[str]
    caller: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)
    error: str = "no answer"
    seconds: float = 0.0
    sent: bytes = field(default=b"", repr=False)
    received: bytes = field(default=b"", repr=False)
    _began: float = field(default_factory=time.perf_counter, repr=False)

    def __str__(self) -> str:
        parameters = ", ".join(
            f"{name}={shortened(value)}" for name, value in self.parameters.items()
        )
        outcome = f" → {self.error}" if self.error else ""
        return f"{self.service}.{self.operation}({parameters}){outcome}"

    @property
    def command_line(self) -> str:
        """The command of the AWS CLI that makes the same call."""
        return " ".join(self.command)

    def begin(self) -> None:
        """Note when it begins to travel: what it waits for before is not its own time."""
        self._began = time.perf_counter()

    def end(self, *, error: str = "", answer: Mapping[str, Any] | None = None) -> None:
        """Note how it ended, and when."""
        self.seconds = time.perf_counter() - self._began
        self.error, self.answer = error, answer or {}


@dataclass(slots=True)
class Trace:
    """Records the calls of every session that it watches, in the order in which they begin."""

    calls: list[Call] = field(default_factory=list)
    is_recording: bool = True
    _users: dict[str, str] = field(default_factory=dict)

    def watch(self, events: BaseEventHooks) -> None:
        """Record what clients send and get that are made from this session from now on.

        Args:
            events: The session's: ``session.events`` of boto3's, the component
                ``event_emitter`` of botocore's.
        """
        events.register("before-parameter-build", self._begin)
        events.register_last("request-created", self._signed)
        events.register("after-call", self._answered)
        events.register("after-call-error", self._unanswered)

    def _begin(self, **event: Any) -> None:
        if not self.is_recording:
            return
        model, parameters = event["model"], event["params"]
        call = Call(
            service=model.service_model.service_name,
            operation=model.name,
            parameters=_redacted(model.input_shape, parameters),
            command=command_line(model, parameters),
        )
        event["context"][self._context_key] = call
        self.calls.append(call)

    def _signed(self, **event: Any) -> None:
        if call := event["request"].context.get(self._context_key):
            if not call.sent:
                call.begin()
            call.sent = event["request"].data or b""
            signature = str(event["request"].headers.get("Authorization", ""))
            access_key_id = signature.partition("Credential=")[2].partition("/")[0]
            if (user_name := self._users.get(access_key_id, "")) and not call.caller:
                call.caller = user_name
                call.command.insert(1, f"--profile {user_name}")

    def _answered(self, **event: Any) -> None:
        if call := event["context"].get(self._context_key):
            if call.sent:  # else it did not travel, and what answered is a stub
                call.received = event["http_response"].content
            error = event["parsed"].get("Error", {})
            said = " ".join(filter(None, (error.get("Code"), error.get("Message"))))
            call.end(error=said, answer={} if error else _answer(event["model"], event["parsed"]))
            if access_key := event["parsed"].get("AccessKey"):
                self._users[access_key["AccessKeyId"]] = access_key["UserName"]

    def _unanswered(self, **event: Any) -> None:
        if call := event["context"].get(self._context_key):
            call.end(error=str(event["exception"]))

    @property
    def _context_key(self) -> str:
        """Where a call's context keeps our record of it; another trace may watch it too."""
        return f"kmsdemo_call_{id(self)}"


@contextmanager
def trace(session: boto3.Session) -> Iterator[list[Call]]:
    """Record the calls of the clients that are made from a session inside of the context.

    ::

        from kmsdemo.trace import trace

        with trace(session) as calls:
            session.client("kms").list_keys()
        print(calls[0].command_line)

    Args:
        session: Any session of boto3.

    AWS: "Extensibility guide", boto3 documentation.
    """
    recording = Trace()
    recording.watch(session.events)
    try:
        yield recording.calls
    finally:
        recording.is_recording = False


def _answer(model: OperationModel, parsed: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
    return dict(_redacted(model.output_shape, fields))


def _redacted(shape: Shape | None, value: Any) -> Any:
    """Return a value without what its shape, from botocore's own model, calls sensitive."""
    if shape is not None and shape.metadata.get("sensitive"):
        return REDACTED
    if isinstance(value, Mapping):
        return {name: _redacted(_member(shape, name), member) for name, member in value.items()}
    if isinstance(value, list):
        return [_redacted(getattr(shape, "member", None), member) for member in value]
    return value


def _member(shape: Shape | None, name: str) -> Shape | None:
    members = getattr(shape, "members", {})
    return members.get(name) or getattr(shape, "value", None)
