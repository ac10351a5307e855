"""The ``aws`` command of a call, read by bash and by the AWS CLI, is the same call.

The requests are random; the thorough test makes some of each operation of the sandbox's services.
Of the AWS CLI everything runs but the sending.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import subprocess
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from unittest.mock import Mock

import pytest
from botocore import xform_name
from botocore.model import OperationModel
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kmsdemo.sandbox import service
from kmsdemo.trace.aws_command import command_line
from kmsdemo.trace.redaction import redacted
from tests.trace.random_parameters import parameters

Aws = Callable[[list[str]], Mapping[str, Any]]
PHASES: Final = [Phase.generate]
# The AWS CLI writes the answer of this one to files, and has further options for it.
OTHER_OPTIONS: Final = {"CreateVirtualMFADevice"}
PRINT_WORDS: Final = r"""
aws() {
    for word; do
        while [[ $word =~ ^(.*)(/dev/fd/[0-9]+)(.*)$ ]]; do
            copy=$(mktemp) && cat "${BASH_REMATCH[2]}" > "$copy"
            word=${BASH_REMATCH[1]}$copy${BASH_REMATCH[3]}
        done
        printf '%s\0' "$word"
    done
}
"""


Request = tuple[OperationModel, dict[str, Any]]


def operations(name: str) -> list[OperationModel]:
    """Return the operations of a service that the AWS CLI has no further options for."""
    found = service.find(name)
    return [
        found.model.operation_model(operation)
        for operation in sorted({*found.model.operation_names} - OTHER_OPTIONS)
    ]


@st.composite
def requests(draw: st.DrawFn, operations: Sequence[OperationModel]) -> Request:
    operation = draw(st.sampled_from(operations))
    return operation, draw(parameters(operation.input_shape))


def words(line: str, variables: Mapping[str, str], folder: Path) -> list[str]:
    """Return the words that bash gives to ``aws``, with files in the place of its substitutions."""
    finished = subprocess.run(
        ["bash", "-c", f"{PRINT_WORDS}\n{line}"],  # noqa: S607
        env={**os.environ, **variables, "TMPDIR": str(folder)},
        capture_output=True,
        check=True,
    )
    return finished.stdout.decode().split("\0")[:-1]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    """The AWS CLI, which gives the parameters that it reads."""
    monkeypatch.setenv("AWS_DATA_PATH", "")  # the first import changes it
    clidriver = importlib.import_module("awscli.clidriver")
    monkeypatch.setenv("AWS_DATA_PATH", str(Path(clidriver.__file__ or "").with_name("data")))
    logging.getLogger("awscli").setLevel(logging.WARNING)
    driver = clidriver.create_clidriver()
    invoke = Mock(return_value=0)
    monkeypatch.setattr(clidriver.CLIOperationCaller, "invoke", invoke)

    def read(arguments: list[str]) -> Mapping[str, Any]:
        *known, option, form = arguments
        in_base64 = (option, form) == ("--cli-binary-format", "base64")
        assert driver.main(known if in_base64 else arguments) == 0
        name, operation, found, _ = invoke.call_args.args
        # MaxItems of IAM is an option of the AWS CLI's own: it asks for pages until it has as many.
        pages = found.pop("PaginationConfig", {})
        shape = service.find(name).model.operation_model(operation).input_shape
        return {**(decoded(shape, found) if in_base64 else found), **pages}

    return read


def decoded(shape: Any, value: Any) -> Any:
    """Return a value as version 2 of the AWS CLI reads it, which is no package of Python."""
    if isinstance(value, Mapping):
        members = getattr(shape, "members", None)
        return {
            name: decoded(members[name] if members else shape.value, member)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [decoded(shape.member, member) for member in value]
    is_text_for_bytes = shape.type_name == "blob" and isinstance(value, str)
    return b64decode(value) if is_text_for_bytes else value


def secrets_in(model: OperationModel, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the shell variables that a learner sets."""
    members = model.input_shape.members if model.input_shape else {}
    return {
        xform_name(name).upper(): value.decode() if isinstance(value, bytes) else typed(value)
        for name, value in values.items()
        if redacted(members[name], value) != value
    }


def typed(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def body(model: OperationModel, values: Mapping[str, Any]) -> Any:
    """Return what botocore sends."""
    serializer = create_serializer(str(model.metadata["protocol"]))
    sent = serializer.serialize_to_request(values, model)["body"]
    return json.loads(sent) if isinstance(sent, bytes) else sent


def check(among: Sequence[OperationModel], examples: int, aws: Aws, folder: Path) -> None:
    """Check random requests of any of these operations."""

    @settings(
        max_examples=examples,
        deadline=None,
        phases=PHASES,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(among))
    def is_the_same(request: Request) -> None:
        model, values = request
        line = " ".join(command_line(model, values))
        arguments = words(line, secrets_in(model, values), folder)
        assert body(model, aws(arguments)) == body(model, values), line

    is_the_same()


@pytest.mark.program
@pytest.mark.parametrize("name", service.NAMES)
def test_it_is_the_same_request(name: str, aws: Aws, tmp_path: Path) -> None:
    check(operations(name), 50, aws, tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize("name", service.NAMES)
def test_each_operation_is_the_same_request(name: str, aws: Aws, tmp_path: Path) -> None:
    for operation in operations(name):
        check([operation], 6, aws, tmp_path)
