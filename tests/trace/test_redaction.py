"""What a service's model marks as sensitive is taken out, wherever it is in a value."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import ShapeResolver

from kmsdemo.trace.redaction import redacted

MODEL: Any = {
    "Secret": {"type": "string", "sensitive": True},
    "Name": {"type": "string"},
    "Pair": {"type": "structure", "members": {n: {"shape": n} for n in ("Name", "Secret")}},
    "Pairs": {"type": "list", "member": {"shape": "Pair"}},
    "Secrets": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Secret"}},
    "Whole": {"type": "structure", "sensitive": True, "members": {"Name": {"shape": "Name"}}},
}
SHAPES = ShapeResolver(MODEL)


@pytest.mark.parametrize(
    ("shape", "value", "expected"),
    [
        ("Secret", "s", "•••"),
        ("Name", "n", "n"),
        ("Pair", {"Name": "n", "Secret": "s"}, {"Name": "n", "Secret": "•••"}),
        ("Pairs", [{"Name": "n"}, {"Secret": "s"}], [{"Name": "n"}, {"Secret": "•••"}]),
        ("Secrets", {"a": "s"}, {"a": "•••"}),
        ("Whole", {"Name": "n"}, "•••"),
        ("Pair", {"Unknown": [{"x": 1}]}, {"Unknown": [{"x": 1}]}),
    ],
)
def test_what_is_sensitive_is_taken_out(shape: str, value: Any, expected: Any) -> None:
    assert redacted(SHAPES.get_shape_by_name(shape), value) == expected


def test_without_a_model_nothing_is_known_to_be_sensitive() -> None:
    assert redacted(None, {"a": "s"}) == {"a": "s"}
