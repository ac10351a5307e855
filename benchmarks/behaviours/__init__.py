"""The documented behaviours of AWS KMS, by what a reader looks for."""

from __future__ import annotations

from benchmarks.behaviours import (
    asymmetric_keys,
    grants,
    imported_material,
    keys,
    lab,
    names_and_pages,
    operations,
    parameters,
    rotation_and_regions,
    symmetric_keys,
)
from benchmarks.behaviours.behaviour import SUCCESS, Behaviour, answered

__all__ = ["SUCCESS", "Behaviour", "all_behaviours", "answered"]


def all_behaviours() -> list[Behaviour]:
    """Return all behaviours that are compared."""
    families = (
        lab,
        keys,
        symmetric_keys,
        asymmetric_keys,
        imported_material,
        rotation_and_regions,
        grants,
        names_and_pages,
        operations,
        parameters,
    )
    return [behaviour for family in families for behaviour in family.behaviours()]
