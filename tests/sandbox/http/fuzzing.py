"""Makes requests that no SDK sends: every operation of AWS's models, with something wrong in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes

from botocore.model import ListShape, MapShape, Shape, StructureShape

from kmsdemo.sandbox import service
from kmsdemo.sandbox.service import Service

_DEEPEST = 4
_STRINGS = (
    "",
    "x",
    "demo-kms",
    "appuser",
    "alias/demo",
    "alias/aws/kms",
    "ben",
    "arn:aws:iam::123456789012:user/ben",
    "arn:aws:iam::123456789012:role/lab",
    "arn:aws:iam::123456789012:policy/lab",
    "arn:aws:kms:us-east-1:123456789012:key/nothing",
    "arn:aws:dynamodb:us-east-1:123456789012:table/demo-kms",
    "123456789012",
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}',
    '{"Statement": {"Effect": [], "Action": 1, "Condition": {"StringLike": {"a": {"b": 1}}}}}',
    "[" * 5000,
    "SET #a = :b, c = list_append(c, :d)",
    "appuser = :b AND begins_with(#a, :d)",
    "((((((((((a = :b))))))))))",
    "\x00",
    "\u202e\U0001f511",
    "../../etc/passwd",
    "%s%n{0}{{",
)
_NOT_UTF_8 = b"\xff\xfe\xc3\x28"
_SURROGATE = "\ud800"


@dataclass(frozen=True)
class Fuzzed:
    """A request: what it asks for, and how it is sent."""

    service: str
    operation: str
    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"
    query: str = ""


def requests(random: Random, names: list[str]) -> Iterator[Fuzzed]:
    """Yield requests without end: each operation in turn, of each service.

    Args:
        random: Where chance comes from.
        names: Of things that exist, such as key ids, so that requests get far.
    """
    operations = [
        (of, name) for of in map(service.find, service.NAMES) for name in of.model.operation_names
    ]
    while True:
        random.shuffle(operations)
        for of, name in operations:
            yield _Maker(random, of, names).request(name)


class _Maker:
    """Makes requests to a service."""

    def __init__(self, random: Random, of: Service, names: list[str]) -> None:
        self._random, self._of, self._names = random, of, names

    def request(self, operation: str) -> Fuzzed:
        shape = self._of.model.operation_model(operation).input_shape
        parameters = self._value(shape, 0) if shape else {}
        for _ in range(self._random.choice((0, 1, 1, 2))):
            parameters = self._spoilt(parameters)
        if self._of.is_query:
            return self._as_form(operation, parameters)
        return self._in_json(operation, parameters)

    # ------------------------------------------------------------------ nearly right values

    def _value(self, shape: Shape, depth: int) -> Any:
        if isinstance(shape, StructureShape):
            return self._structure(shape, depth)
        if isinstance(shape, ListShape):
            return [self._value(shape.member, depth + 1) for _ in range(self._some(depth))]
        if isinstance(shape, MapShape):
            keys = [self._string(shape.key) for _ in range(self._some(depth))]
            return {key: self._value(shape.value, depth + 1) for key in keys}
        return self._scalar(shape)

    def _structure(self, shape: StructureShape, depth: int) -> dict[str, Any]:
        likely = 0.9 if depth < 2 else 0.3
        wanted = [
            name
            for name in shape.members
            if (name in shape.required_members or self._random.random() < likely)
            and depth < _DEEPEST
        ]
        if getattr(shape, "is_tagged_union", False) or shape.name == "AttributeValue":
            wanted = [self._random.choice(list(shape.members))]
        return {name: self._value(shape.members[name], depth + 1) for name in wanted}

    def _some(self, depth: int) -> int:
        return 0 if depth >= _DEEPEST else self._random.choice((0, 1, 1, 2, 3))

    def _scalar(self, shape: Shape) -> Any:
        if shape.type_name in ("string", "blob"):
            return self._string(shape)
        if shape.type_name == "boolean":
            return self._random.random() < 0.5
        numbers = (0, 1, 7, 10, 30, 365, 900, 3600, -1, 2**31 - 1, 10**9)
        return self._random.choice(numbers)

    def _string(self, shape: Shape) -> str:
        if shape.type_name == "blob":
            return self._random.choice(("", "eA==", "c2VjcmV0" * 20, "AAAA" * 3000))
        if values := getattr(shape, "enum", None):
            return str(self._random.choice(values))
        return self._random.choice((*self._names, *self._names, *_STRINGS))

    # ---------------------------------------------------------------------- spoilt values

    def _spoilt(self, value: Any, depth: int = 0) -> Any:
        """Return a value with something in it replaced, left out, or added."""
        if isinstance(value, dict) and value and (depth == 0 or self._random.random() < 0.7):
            name = self._random.choice(list(value))
            if self._random.random() < 0.2:
                return {other: value[other] for other in value if other != name}
            return {**value, name: self._spoilt(value[name], depth + 1)}
        if isinstance(value, list) and value and self._random.random() < 0.7:
            place = self._random.randrange(len(value))
            return [*value[:place], self._spoilt(value[place], depth + 1), *value[place + 1 :]]
        return self._random.choice(_WRONG)()

    # --------------------------------------------------------------------------- as it is sent

    def _in_json(self, operation: str, parameters: Any) -> Fuzzed:
        body = json.dumps(parameters).encode()
        if self._random.random() < 0.05:
            body = self._random.choice(_NO_JSON)(body)
        prefix = self._of.model.metadata["targetPrefix"]
        headers = {
            "Content-Type": self._of.content_type,
            "X-Amz-Target": f"{prefix}.{operation}",
        }
        return Fuzzed(self._of.name, operation, body, headers)

    def _as_form(self, operation: str, parameters: Any) -> Fuzzed:
        version = self._of.model.metadata["apiVersion"]
        fields = [("Action", operation), ("Version", version), *_flat("", parameters)]
        body = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields).encode()
        if self._random.random() < 0.05:
            body = self._random.choice(_NO_FORM)(body)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._random.random() < 0.1:
            query = body.decode("latin-1").replace(" ", "+")
            return Fuzzed(self._of.name, operation, b"", {}, "GET", query)
        return Fuzzed(self._of.name, operation, body, headers)


def _deep(depth: int) -> Any:
    value: Any = []
    for place in range(depth):
        value = {"M": {"x": value}} if place % 2 else {"L": [value]}
    return value


_WRONG: tuple[Callable[[], Any], ...] = (
    lambda: None,
    lambda: True,
    lambda: 1,
    lambda: -(10**30),
    lambda: 0.5,
    lambda: float("nan"),
    lambda: float("inf"),
    lambda: "",
    lambda: "x" * 100_000,
    lambda: "*a" * 1000,
    lambda: "(" * 2000,
    lambda: " " * 20_000,
    lambda: _SURROGATE,
    lambda: "Infinity",
    list,
    dict,
    lambda: [None],
    lambda: {"S": "x", "N": "1"},
    lambda: {"N": "1e999"},
    lambda: {"N": "not a number"},
    lambda: {"B": "no base64!"},
    lambda: {"NS": []},
    lambda: {"": {"": {}}},
    lambda: _deep(31),
    lambda: _deep(400),
)

_NO_JSON: tuple[Callable[[bytes], bytes], ...] = (
    lambda body: body[: len(body) // 2],
    lambda body: _NOT_UTF_8 + body,
    lambda _: b"[" * 100_000,
    lambda _: b'{"a":' * 100_000,
    lambda _: b"null",
    lambda _: b"[]",
    lambda _: b'"text"',
    lambda _: b"1" * 10_000,
    lambda _: b"\x00",
    lambda body: body.replace(b"{", b'{"Limit": NaN, ', 1),
    lambda _: b"",
    lambda body: body.decode().encode("utf-16"),
    lambda _: b"a=b&Action=DeleteTable",
)

_NO_FORM: tuple[Callable[[bytes], bytes], ...] = (
    lambda body: body[: len(body) // 2],
    lambda body: body + b"&x=%ff%fe",
    lambda body: body + _NOT_UTF_8,
    lambda body: body + b"&a.b.c.1.2.3=" * 2000,
    lambda body: body + b"&" + b".member.1" * 5000 + b"=1",
    lambda body: body + b"&ContentType=JSON",
    lambda body: body.replace(b"Action=", b"action="),
    lambda body: body.replace(b"Version=", b"Version=1"),
    lambda _: b"",
    lambda _: b"&" * 100_000,
    lambda _: b"{}",
)


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield a value as the query protocol spells it."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else str(name), member)
    elif isinstance(value, list):
        for place, member in enumerate(value, start=1):
            yield from _flat(f"{prefix}.member.{place}", member)
    else:
        yield prefix, value


def _quoted(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"))
