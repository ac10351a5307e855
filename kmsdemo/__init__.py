"""The AWS KMS lab, written once as Gherkin: test, lesson and the small library behind them.

The modules next to this one are the library that people copy: they take boto3 clients and import no
folder but ``errors``.
"""

from importlib import import_module
from types import ModuleType

# So that ``kmsdemo.trace.trace(session)`` works after ``import kmsdemo``, which stays quick.
_ON_DEMAND = (
    *(
        "cipher",
        "ciphertext",
        "dependents",
        "envelope",
        "errors",
        "key_policy",
        "keys",
        "lab_key",
        "table",
    ),
    *("rotation", "sandbox", "secrets_csv", "trace", "vault"),
)


def __getattr__(name: str) -> ModuleType:
    """Import a public module at its first use.

    Raises:
        AttributeError: There is no public module of this name.
    """
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
