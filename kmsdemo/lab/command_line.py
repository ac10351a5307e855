"""The aws command that makes the same call, derived from botocore's own model of it.

Made for bash and zsh, whose ``<(…)`` hands over what is binary.
"""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from botocore import xform_name
from botocore.model import OperationModel, Shape

_PLAIN: Final = re.compile(r"[\w./:+@][\w./:+@-]*")


def command_line(model: OperationModel, parameters: Mapping[str, Any]) -> str:
    """Return the command of the AWS CLI for one call.

    What the model calls sensitive, such as a plaintext, is left to a variable of the shell:
    ``"$PLAINTEXT"``. Binary values inside of others are in Base64, as version 2 of the AWS CLI
    takes them.

    Args:
        model: The operation, as botocore describes it.
        parameters: As boto3 takes them; binary ones as bytes.

    AWS: "Specifying parameter values in the AWS CLI", AWS Command Line Interface User Guide.
    """
    members = model.input_shape.members if model.input_shape else {}
    # What the model does not know, boto3 refuses; the AWS CLI could not say it.
    known = {name: value for name, value in parameters.items() if name in members}
    options = [_option(members[name], name, value) for name, value in known.items()]
    command = ["aws", model.service_model.service_name, xform_name(model.name, "-")]
    return " ".join([*command, *options])


def _option(shape: Shape, name: str, value: Any) -> str:
    option = xform_name(name, "-")
    if shape.type_name == "boolean":
        return f"--{option}" if value else f"--no-{option}"
    words = _words(shape, xform_name(name).upper(), value)
    return f"--{option}={words}" if words.startswith("-") else f"--{option} {words}"


def _words(shape: Shape, variable: str, value: Any) -> str:
    kept_secret = f'"${variable}"' if shape.metadata.get("sensitive") else ""
    if shape.type_name == "blob":
        from_base64 = f"echo {_base64(value)} | base64 --decode"
        return f"fileb://<({f'printf %s {kept_secret}' if kept_secret else from_base64})"
    return kept_secret or _short(value) or shlex.quote(_json(value))


def _short(value: Any) -> str:
    """Return the AWS CLI's short form of a value; empty where it could be misread."""
    if not isinstance(value, list | Mapping):
        return shlex.quote(value.isoformat() if isinstance(value, datetime) else str(value))
    words = [_plain(item) for item in (value if isinstance(value, list) else [value])]
    return " ".join(words) if all(words) else ""


def _plain(item: Any) -> str:
    """Return a word, or ``name=word,name=word``; empty where it is anything else."""
    if not isinstance(item, Mapping):
        return str(item) if _is_plain(item) else ""
    if not all(_is_plain(word) for pair in item.items() for word in pair):
        return ""
    return ",".join(f"{name}={word}" for name, word in item.items())


def _is_plain(word: Any) -> bool:
    return isinstance(word, str | int) and bool(_PLAIN.fullmatch(str(word)))


def _json(value: Any) -> str:
    return json.dumps(value, default=_as_text, ensure_ascii=False)


def _as_text(value: datetime | bytes | bytearray) -> str:
    return value.isoformat() if isinstance(value, datetime) else _base64(value)


def _base64(value: bytes | bytearray) -> str:
    return base64.b64encode(value).decode()
