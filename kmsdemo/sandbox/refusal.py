"""The errors that AWS returns: a code, a message and an HTTP status."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(eq=False)
class Refusal(Exception):
    """An error that AWS returns.

    Attributes:
        code: AWS's error code.
        message: AWS's message; empty if AWS sends none.
        status: The HTTP status.
    """

    code: str
    message: str = ""
    status: int = 400

    @property
    def body(self) -> str:
        """The body of the response, in JSON."""
        message = {"message": self.message} if self.message else {}
        return json.dumps({"__type": self.code, **message})


def invalid(message: str) -> Refusal:
    """A request whose parameters are not valid."""
    return Refusal("ValidationException", message)


def constraint(value: str, parameter: str, rule: str) -> Refusal:
    """A parameter that breaks a constraint of the API's model.

    Args:
        value: The value; ``null`` if it is missing, empty if AWS does not repeat it.
        parameter: Such as ``plaintext``.
        rule: Such as ``Member must have length less than or equal to 4096``.
    """
    return invalid(f"1 validation error detected: {unmet(value, parameter, rule)}")


def unmet(value: str, parameter: str, rule: str) -> str:
    """Return the sentence of AWS about a constraint that is not satisfied; see ``constraint``."""
    shown = {"": "Value", "null": "Value null"}.get(value, f"Value '{value}'")
    return f"{shown} at '{parameter}' failed to satisfy constraint: {rule}"


def invalid_ciphertext() -> Refusal:
    """Damaged, foreign, or with another encryption context; AWS does not say which."""
    return Refusal("InvalidCiphertextException")
