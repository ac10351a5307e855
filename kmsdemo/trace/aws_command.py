"""The ``aws`` command that makes the same call, derived from botocore's service model.

The command is for bash and zsh: binary values need their process substitution, ``<(…)``.
"""

from __future__ import annotations

import json
import re
import shlex
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, zip_longest
from typing import Any, Final

from botocore import xform_name
from botocore.model import OperationModel, Shape

from kmsdemo.trace.redaction import redacted

_FILE_MARK: Final = "\0"
_PLAIN: Final = re.compile(r"[\w./:+@][\w./:+@-]*")
_NAME: Final = re.compile(r"[A-Za-z0-9_.:#/-]+")  # in shorthand syntax; it can quote no name


def command_line(model: OperationModel, parameters: Mapping[str, Any]) -> list[str]:
    """Return the ``aws`` command for one call: program and operation, then the options.

    A sensitive parameter, such as a plaintext, becomes a shell variable: ``"$PLAINTEXT"``; so does
    a structure with a sensitive member.

    The AWS CLI reads bytes from files, and so does the command, in versions 1 and 2. Bytes in a map
    with a name that shorthand syntax cannot say, such as ``a=b``, are in JSON and Base64 instead,
    with ``--cli-binary-format base64``: version 2 reads them, and version 1 refuses the option.

    Args:
        model: botocore's model of the operation.
        parameters: The parameters of boto3; binary ones are bytes.

    Returns:
        The parts of the command, quoted for a shell; joined by spaces they are the command line.

    AWS: "Specifying parameter values in the AWS CLI" and "Breaking changes – Binary parameters",
    AWS Command Line Interface User Guide.
    """
    members = model.input_shape.members if model.input_shape else {}
    # boto3 rejects parameters that the model does not have; the AWS CLI has no options for them.
    known = {name: value for name, value in parameters.items() if name in members}
    options = [_option(members[name], name, value) for name, value in known.items()]
    in_base64 = any(map(_needs_base64, known.values()))
    binary_format = ["--cli-binary-format base64"] if in_base64 else []
    operation = f"{model.service_model.service_name} {xform_name(model.name, '-')}"
    return ["aws", operation, *options, *binary_format]


def _option(shape: Shape, name: str, value: Any) -> str:
    option = xform_name(name, "-")
    if shape.type_name == "boolean":
        return f"--{option}" if value else f"--no-{option}"
    words = _words(shape, xform_name(name).upper(), value)
    may_begin_with_a_dash = words.startswith(("-", "'-", '"$'))
    return f"--{option}={words}" if may_begin_with_a_dash else f"--{option} {words}"


def _words(shape: Shape, variable: str, value: Any) -> str:
    kept_secret = f'"${variable}"' if redacted(shape, value) != value else ""
    if shape.type_name == "blob":
        return f"fileb://<(printf %s {kept_secret})" if kept_secret else f"fileb://{_file(value)}"
    if kept_secret:
        return kept_secret
    if _has_bytes(value) and not _needs_base64(value):
        return _with_files(value)
    return _short(value) or shlex.quote(_json(value))


def _file(value: bytes | bytearray) -> str:
    """Return the process substitution for a file with these bytes."""
    return f"<(echo {b64encode(value).decode()} | base64 --decode)"


def _has_bytes(value: Any) -> bool:
    return isinstance(value, bytes | bytearray) or any(map(_has_bytes, _members(value)))


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


def _needs_base64(value: Any) -> bool:
    """Return whether a value has bytes, and a name that shorthand syntax cannot express."""
    return _has_bytes(value) and not all(map(_NAME.fullmatch, _names(value)))


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from value
    for member in _members(value):
        yield from _names(member)


def _with_files(value: Any) -> str:
    """Return a structure in shorthand syntax, which, unlike JSON, can read bytes from a file."""
    items = value if isinstance(value, list) else [value]
    return " ".join(map(_word_with_files, items))


def _word_with_files(item: Any) -> str:
    files: list[str] = []
    text = _shorthand(item, files)
    text = text[1:-1] if isinstance(item, Mapping) else text
    around = [shlex.quote(part) for part in text.split(_FILE_MARK)]
    return "".join(chain(*zip_longest(around, files, fillvalue="")))


def _shorthand(value: Any, files: list[str]) -> str:
    """Return a value in shorthand syntax with a mark for each file, and append the files."""
    if isinstance(value, bytes | bytearray):
        files.append(_file(value))
        return f"fileb://{_FILE_MARK}"
    if isinstance(value, list):
        return f"[{','.join(_shorthand(item, files) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{{','.join(_member(*member, files) for member in value.items())}}}"
    return str(value) if _is_plain(value) else _quoted(str(value))


def _quoted(text: str) -> str:
    """Return text in double quotes; shorthand syntax has only two escapes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _member(name: str, value: Any, files: list[str]) -> str:
    reads_files = _has_bytes(value) and not isinstance(value, Mapping)
    sign = "@=" if reads_files else "="
    return f"{name}{sign}{_shorthand(value, files)}"


def _short(value: Any) -> str:
    """Return the short form of a value; empty if it would be ambiguous."""
    if not isinstance(value, list | Mapping):
        return shlex.quote(value.isoformat() if isinstance(value, datetime) else str(value))
    words = [_plain(item) for item in (value if isinstance(value, list) else [value])]
    return " ".join(words) if all(words) else ""


def _plain(item: Any) -> str:
    """Return a word or ``name=word,name=word``; empty for anything else."""
    if not isinstance(item, Mapping):
        return str(item) if _is_plain(item) else ""
    if not all(_is_plain(word) for pair in item.items() for word in pair):
        return ""
    return ",".join(f"{name}={word}" for name, word in item.items())


def _is_plain(word: Any) -> bool:
    return isinstance(word, str | int) and bool(_PLAIN.fullmatch(str(word)))


def _json(value: Any) -> str:
    return json.dumps(value, default=_text, ensure_ascii=False)


def _text(value: datetime | bytes | bytearray) -> str:
    """Return values that JSON has no type for."""
    return value.isoformat() if isinstance(value, datetime) else b64encode(value).decode()
