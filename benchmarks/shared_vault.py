"""Fifty threads on one vault: each gets its own password, and the error of its own call.

Usage: python -m benchmarks.shared_vault [SECONDS]

Each thread stores a password, reveals it, and asks for what must be refused: a damaged ciphertext,
and one that is copied to another user. All ciphers take turns.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import click

from kmsdemo import errors, keys, table
from kmsdemo.account.clients import CONFIG
from kmsdemo.cipher import CIPHERS, Plain
from kmsdemo.vault import Item, Vault
from tests import emulators

THREADS = 50


def rounds(source: Vault, vaults: Iterable[Vault], goes_on: Callable[[int], bool]) -> Counter[str]:
    """Work in fifty threads on the same vaults, and count the rounds and what was mixed up.

    Args:
        source: Reads the items.
        vaults: One for each cipher; all threads share them.
        goes_on: Whether a thread goes on, given the rounds that it has done.
    """
    with ThreadPoolExecutor(THREADS) as threads:
        worked = [threads.submit(_work, source, list(vaults), goes_on) for _ in range(THREADS)]
        return sum((one.result() for one in worked), Counter())


def _work(source: Vault, vaults: list[Vault], goes_on: Callable[[int], bool]) -> Counter[str]:
    counts: Counter[str] = Counter()
    while goes_on(counts["rounds"]):
        for vault in vaults:
            counts.update(_mixed_up(source, vault))
        counts["rounds"] += 1
    return counts


def _mixed_up(source: Vault, vault: Vault) -> Iterable[str]:
    """Yield what went wrong in one round with one cipher."""
    password, appuser = secrets.token_hex(8), secrets.token_hex(16)
    if not vault.store_for(appuser, password):
        yield "stored twice"
    item = source.item(appuser)
    if vault.decrypt(item) != password:
        yield "password of another"
    first, *others = item.ciphertext_blob or b""
    damaged = replace(item, ciphertext_blob=bytes([first ^ 1, *others]))
    error = _error(vault, damaged)
    if error not in (errors.CiphertextInvalid, errors.WrongKey):
        yield f"{vault.cipher.name}, damaged: {error}"
    error = _error(vault, replace(item, appuser="other"))
    if error is not (None if vault.cipher is Plain else errors.CiphertextInvalid):
        yield f"{vault.cipher.name}, of another user: {error}"


def _error(vault: Vault, item: Item) -> type[Exception] | None:
    try:
        vault.decrypt(item)
    except errors.KmsdemoError as error:
        return type(error)
    return None


def vaults_of(vault: Vault) -> list[Vault]:
    """Return a vault for each cipher, on the same clients."""
    return [replace(vault, cipher=cipher) for cipher in CIPHERS.values()]


@click.command()
@click.argument("seconds", type=click.IntRange(min=1), default=60)
def main(seconds: int) -> None:
    with emulators.sandbox() as sandbox:
        kms, dynamodb = map(partial(sandbox.new_client, config=CONFIG), ("kms", "dynamodb"))
        table.create(dynamodb)
        vault = Vault(kms, dynamodb, keys.create(kms).arn)
        deadline = time.monotonic() + seconds
        counts = rounds(vault, vaults_of(vault), lambda _: time.monotonic() < deadline)
    done = counts.pop("rounds")
    print(f"{THREADS} threads, {seconds} s: {done:,} rounds of {len(CIPHERS)} ciphers")
    print(f"mixed up: {dict(counts) or 'nothing'}")
    sys.exit(bool(counts))


if __name__ == "__main__":
    main()
