"""Records the AWS calls of boto3 sessions in this process, without secrets."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.exceptions import BotoCoreError
from botocore.hooks import BaseEventHooks
from botocore.model import OperationModel

from kmsdemo.trace.aws_command import command_line
from kmsdemo.trace.redaction import redacted
from kmsdemo.trace.shortened import shortened

_PROFILE_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "HOME")


@dataclass(slots=True)
class Call:
    """One call to AWS.

    Attributes:
        service: The service as boto3 names it, such as ``kms``.
        operation: The operation as AWS names it, such as ``ScheduleKeyDeletion``.
        parameters: The parameters as boto3 received them; secrets are ``•••``.
        command: The parts of the ``aws`` command that makes the same call. It names the Region
            where the configuration of this process names another one, or none.
        region: The Region that the command names; empty where it need not.
        caller: The name of the IAM user; empty unless the trace has recorded CreateAccessKey.
        response: The response as boto3 returns it; secrets are ``•••``. Empty without one.
        error: AWS's error code and message, or why there is no response; empty on success.
        seconds: The duration from the first request to the response, including retries.
        request_body: The body of the request, with its secrets.
        response_body: The body of the response, with its secrets.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    command: list[str]
    region: str = ""
    caller: str = ""
    response: Mapping[str, Any] = field(default_factory=dict)
    error: str = "no response"
    seconds: float = 0.0
    request_body: bytes = field(default=b"", repr=False)
    response_body: bytes = field(default=b"", repr=False)
    _started_at: float = field(default_factory=time.perf_counter, repr=False)

    def __str__(self) -> str:
        parameters = ", ".join(
            f"{name}={shortened(value)}" for name, value in self.parameters.items()
        )
        outcome = f" → {self.error}" if self.error else ""
        return f"{self.service}.{self.operation}({parameters}){outcome}"

    @property
    def answer(self) -> Mapping[str, Any]:
        """The same as ``response``."""
        return self.response

    @property
    def command_line(self) -> str:
        """The ``aws`` command that makes the same call."""
        return " ".join(self.command)

    def start(self) -> None:
        """Start the clock, when the request is ready to be sent."""
        self._started_at = time.perf_counter()

    def end(self, *, error: str = "", response: Mapping[str, Any] | None = None) -> None:
        """Stop the clock and record the result.

        Args:
            error: AWS's error code and message, or why there is no response.
            response: The fields of the response.
        """
        self.seconds = time.perf_counter() - self._started_at
        self.error, self.response = error, response or {}


@dataclass(slots=True)
class Trace:
    """Records the calls of one or more sessions, in the order in which they start.

    Attributes:
        calls: The calls.
        is_recording: Whether new calls are recorded.
    """

    calls: list[Call] = field(default_factory=list)
    is_recording: bool = True
    _users: dict[str, str] = field(default_factory=dict)

    def register_handlers(self, events: BaseEventHooks) -> None:
        """Record the calls of the clients that are created from a session from now on.

        Args:
            events: ``session.events`` of boto3, the component ``event_emitter`` of botocore, or
                ``client.meta.events`` of a single client.
        """
        events.register("before-parameter-build", self._on_call)
        events.register_last("request-created", self._on_request)
        events.register("after-call", self._on_response)
        events.register("after-call-error", self._on_exception)

    def unregister_handlers(self, events: BaseEventHooks) -> None:
        """Record these calls no longer; clients that a session created before are still recorded.

        Args:
            events: What the handlers were registered for.
        """
        events.unregister("before-parameter-build", self._on_call)
        events.unregister("request-created", self._on_request)
        events.unregister("after-call", self._on_response)
        events.unregister("after-call-error", self._on_exception)

    def _on_call(self, **event: Any) -> None:
        if not self.is_recording:
            return
        model, parameters = event["model"], event["params"]
        call = Call(
            service=model.service_model.service_name,
            operation=model.name,
            parameters=redacted(model.input_shape, parameters),
            command=command_line(model, parameters),
        )
        if _must_be_named(region := event["context"]["client_region"]):
            call.region = region
            call.command.insert(1, f"--region {region}")
        event["context"][self._context_key] = call
        self.calls.append(call)

    def _on_request(self, **event: Any) -> None:
        if call := event["request"].context.get(self._context_key):
            if not call.request_body:
                call.start()
            call.request_body = event["request"].data or b""
            signature = str(event["request"].headers.get("Authorization", ""))
            access_key_id = signature.partition("Credential=")[2].partition("/")[0]
            if (user_name := self._users.get(access_key_id, "")) and not call.caller:
                call.caller = user_name
                call.command.insert(1, f"--profile {user_name}")

    def _on_response(self, **event: Any) -> None:
        if call := event["context"].get(self._context_key):
            if call.request_body:  # otherwise a stub answered, and no request was sent
                call.response_body = event["http_response"].content
            error = event["parsed"].get("Error", {})
            text = " ".join(filter(None, (error.get("Code"), error.get("Message"))))
            fields = {} if error else _response(event["model"], event["parsed"])
            call.end(error=text, response=fields)
            if access_key := event["parsed"].get("AccessKey"):
                self._users[access_key["AccessKeyId"]] = access_key["UserName"]

    def _on_exception(self, **event: Any) -> None:
        if call := event["context"].get(self._context_key):
            call.end(error=str(event["exception"]))

    @property
    def _context_key(self) -> str:
        """The key of this trace's call in botocore's context, which all traces share."""
        return f"kmsdemo_call_{id(self)}"


@contextmanager
def trace(session: boto3.Session) -> Iterator[list[Call]]:
    """Record the calls of the clients that are created from a session inside the context.

    ::

        from kmsdemo.trace import trace

        with trace(session) as calls:
            session.client("kms").list_keys()
        print(calls[0].command_line)

    Args:
        session: Any boto3 session.

    Returns:
        The list of calls, to which each new call is appended.

    AWS: "Extensibility guide", boto3 documentation.
    """
    recording = Trace()
    recording.register_handlers(session.events)
    try:
        yield recording.calls
    finally:
        recording.is_recording = False


def _must_be_named(region: str) -> bool:
    """Return whether the ``aws`` command does not find this Region by itself."""
    serves_all_regions = region.endswith("-global")  # as botocore calls that of IAM
    return not serves_all_regions and region != _configured_region()


def _configured_region() -> str | None:
    variable = os.environ.get("AWS_DEFAULT_REGION")
    return variable or _region_of_profile(*map(os.environ.get, _PROFILE_VARIABLES))


@cache
def _region_of_profile(*_: str | None) -> str | None:
    """Return the Region in the configuration files that these variables name."""
    with suppress(BotoCoreError):  # such as a profile that is not there, which no call needs
        region: str | None = botocore.session.Session().get_config_variable("region")
        return region
    return None


def _response(model: OperationModel, parsed: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
    return dict(redacted(model.output_shape, fields))
