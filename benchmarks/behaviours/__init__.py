"""The documented behaviours of AWS KMS, by topic."""

from __future__ import annotations

from benchmarks.behaviours import (
    alias_permissions,
    asymmetric_keys,
    ciphertexts,
    condition_keys,
    conditions,
    cross_account,
    grants,
    imported_again,
    imported_material,
    key_kinds,
    key_materials,
    key_states,
    keys,
    lab,
    lifecycles,
    names_and_pages,
    names_and_tags,
    new_policies,
    operation_answers,
    operation_errors,
    operations,
    parameters,
    permissions,
    policy_statements,
    related_keys,
    retired_grants,
    rotation_and_regions,
    session_tags,
    sessions,
    signatures,
    sizes,
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
        key_materials,
        grants,
        permissions,
        conditions,
        ciphertexts,
        signatures,
        lifecycles,
        names_and_tags,
        names_and_pages,
        operations,
        operation_answers,
        operation_errors,
        parameters,
        condition_keys,
        key_states,
        sizes,
        key_kinds,
        retired_grants,
        cross_account,
        sessions,
        session_tags,
        policy_statements,
        new_policies,
        alias_permissions,
        imported_again,
        related_keys,
    )
    return [behaviour for family in families for behaviour in family.behaviours()]
