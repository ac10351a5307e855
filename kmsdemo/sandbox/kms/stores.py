"""Where keys are: the store of each account in each Region, in moto's registry of AWS KMS."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from moto.kms.models import kms_backends

from kmsdemo.sandbox.key import Key, KeyStore


def of(account: str, region: str) -> KeyStore:
    """Return the store of an account in a Region."""
    store: KeyStore = kms_backends[account][region].store  # type: ignore[attr-defined]
    return store


def used() -> Iterator[KeyStore]:
    """Yield the stores that are in use."""
    for account in list(kms_backends.values()):
        for backend in list(account.values()):
            yield backend.store  # type: ignore[attr-defined]


def is_used(account: str) -> bool:
    """Return whether anybody has used an account."""
    return account in kms_backends


@cache
def regions() -> frozenset[str]:
    """Return the Regions of AWS KMS; not at import, since moto reads the user's profile here."""
    return frozenset(kms_backends["123456789012"].regions)


def store_of(key: Key) -> KeyStore:
    """Return the store that holds a key."""
    return of(key.account_id, key.region)


def alias_names(key: Key) -> list[str]:
    """Return the names of the aliases of a key."""
    return [alias.name for alias in store_of(key).aliases_of(key)]


def related(key: Key) -> list[Key]:
    """Return all related multi-Region keys: the primary key and its replicas."""
    stores = [store for store in used() if store.account_id == key.account_id]
    return [store.keys[key.id] for store in stores if key.id in store.keys]


def primary_of(key: Key) -> Key:
    """Return the primary key of a multi-Region key; a single-Region key itself."""
    return next((one for one in related(key) if one.is_primary), key) if _has_more(key) else key


def replicas_of(key: Key) -> list[Key]:
    """Return the replicas of a multi-Region primary key; an empty list for any other key."""
    if not key.is_primary:
        return []
    return [other for other in related(key) if other is not key]


def _has_more(key: Key) -> bool:
    return key.is_multi_region and not key.is_primary
