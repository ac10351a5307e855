"""Secrets a second, and requests to AWS KMS: the lab's script, each cipher, and a floor.

A secret is encrypted and stored in DynamoDB; the floor, AES-256-GCM of ``cryptography``, only
encrypts. All forms take turns in each round; the figures are medians. In process, the sandbox runs
in the same process; over HTTP, in another one on the same machine. The CPU time is that of this
process: it depends less than the rate on what else the machine does, so the ratios are made of it.
"""

from __future__ import annotations

import cProfile
import pstats
import secrets
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import boto3
import click
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks import progress
from kmsdemo import keys, table, vault
from kmsdemo.account.clients import CONFIG
from kmsdemo.cipher import CIPHERS, Direct, Envelope, SharedEnvelope
from kmsdemo.sandbox import mock_kms
from kmsdemo.vault import Vault
from tests import emulators

Clients = tuple[Any, Any]
Client = Callable[[str], Any]
Store = Callable[[str], Any]


class Rate(NamedTuple):
    """How fast secrets are stored.

    Attributes:
        a_second: Secrets a second.
        milliseconds: CPU time of this process for a secret.
    """

    a_second: float
    milliseconds: float


Rates = dict[tuple[str, str, int], list[Rate]]

SIZES = {"16 B": 16, "4 KiB": 4096, "256 KiB": 256 * 1024}
THREADS = (1, 10, 50)
MAX_DIRECT_BYTES = 4096
BASE = "direct"
COUNTED = 10_000
PARTS = {
    "PutItem": ("botocore/client.py", "_make_api_call"),
    "… of these, the sandbox and moto": ("moto/core/botocore_stubber.py", "__call__"),
    "the AWS Encryption SDK": ("aws_encryption_sdk/__init__.py", "encrypt"),
}


def script(client: Client, key_arn: str) -> Store:
    """Return what ``encrypt-passwd.py`` does for a password, with new clients each time."""

    def store(password: str) -> None:
        blob = client("kms").encrypt(KeyId=key_arn, Plaintext=password.encode())["CiphertextBlob"]
        client("dynamodb").put_item(
            TableName="demo-kms",
            Item={"appuser": {"S": _number()}, "userpasswd": {"B": blob}},
            ConditionExpression="attribute_not_exists(appuser)",
        )

    return store


def floor() -> Store:
    """Return AES-256-GCM alone."""
    cipher = AESGCM(AESGCM.generate_key(256))
    return lambda password: cipher.encrypt(secrets.token_bytes(12), password.encode(), b"context")


def forms(client: Client, key_arn: str) -> dict[str, Store]:
    """Return the forms that are compared, by name."""
    kms, dynamodb = client("kms"), client("dynamodb")

    def of(cipher: Any) -> Store:
        vault = Vault(kms, dynamodb, key_arn, cipher=cipher)
        return lambda password: vault.store_for(_number(), password)

    return {
        "lab's script": script(client, key_arn),
        "direct": of(Direct),
        "envelope": of(Envelope),
        "shared data keys": of(SharedEnvelope),
        "AES-256-GCM alone": floor(),
    }


def _number() -> str:
    return secrets.token_hex(8)


@contextmanager
def in_process() -> Iterator[Client]:
    with mock_kms():
        yield partial(boto3.client, region_name="us-east-1", config=CONFIG)


@contextmanager
def over_http() -> Iterator[Client]:
    with emulators.sandbox() as sandbox:
        yield partial(sandbox.new_client, config=CONFIG)


def rate(store: Store, password: str, threads: int, seconds: float) -> Rate:
    """Store secrets for some seconds, in threads."""
    store(password)
    began, processor = time.perf_counter(), time.process_time()

    def work() -> int:
        done = 0
        while time.perf_counter() - began < seconds:
            store(password)
            done += 1
        return done

    with ThreadPoolExecutor(threads) as executor:
        done = sum(one.result() for one in [executor.submit(work) for _ in range(threads)])
    milliseconds = (time.process_time() - processor) * 1000
    return Rate(done / (time.perf_counter() - began), milliseconds / done)


def measure(place: Callable[[], Any], rounds: int, seconds: float) -> Rates:
    """Return the rates of each round, by form, size and number of threads."""
    rates: Rates = defaultdict(list)
    for round_ in range(rounds):
        for size, length in SIZES.items():
            with place() as client:
                key_arn = keys.create(client("kms")).arn
                table.create(client("dynamodb"))
                for threads in THREADS:
                    for name, store in forms(client, key_arn).items():
                        if length > MAX_DIRECT_BYTES and name in ("lab's script", "direct"):
                            continue
                        progress.show(f"round {round_ + 1} of {rounds}: {size}, {threads}, {name}")
                        taken = rate(store, "x" * length, threads, seconds)
                        rates[name, size, threads].append(taken)
    progress.clear()
    return rates


def report(title: str, rates: Rates) -> None:
    for size in SIZES:
        print(f"\n| {title}, {size} | {' | '.join(f'{one} threads' for one in THREADS)} |")
        print(f"|---|{'---:|' * len(THREADS)}")
        for name in dict.fromkeys(name for name, of_size, _ in rates if of_size == size):
            cells = [_cell(rates, name, size, threads) for threads in THREADS]
            print(f"| {name} | {' | '.join(cells)} |")


def _cell(rates: Rates, name: str, size: str, threads: int) -> str:
    """Return the medians, and the CPU time as a multiple of that of direct encryption."""
    ours, base = rates[name, size, threads], rates.get((BASE, size, threads), [])
    text = f"{_median(one.a_second for one in ours):,.0f}/s"
    text += f", {_median(one.milliseconds for one in ours):.2f} ms"
    if not base or name == BASE:
        return text
    ratios = (a.milliseconds / b.milliseconds for a, b in zip(ours, base, strict=True))
    return f"{text}, {_median(ratios):.2f} ×"


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def count_requests(secrets_counted: int) -> None:
    """Count the requests to AWS KMS of each cipher, scaled to 10,000 secrets."""
    print("\n| cipher | requests to AWS KMS for 10,000 secrets | counted with |\n|---|---:|---:|")
    for name, cipher in CIPHERS.items():
        number = COUNTED if cipher is SharedEnvelope else secrets_counted
        with mock_kms():
            kms = boto3.client("kms", region_name="us-east-1")
            key_arn = keys.create(kms).arn
            requests: list[Any] = []
            kms.meta.events.register(
                "before-call", lambda requests=requests, **_: requests.append(1)
            )
            one = cipher(kms, key_arn, "demo-kms")
            for number_ in range(number):
                one.encrypt("secret", str(number_))
        print(f"| {name} | {len(requests) * COUNTED // number:,} | {number:,} |")


def report_parts(stored: int) -> None:
    """Print how much of the CPU time is encryption, in process and in one thread, for 16 bytes."""
    print("\n| cipher | encrypt | encrypt and store | item |\n|---|---:|---:|---:|")
    for name, cipher in CIPHERS.items():
        with in_process() as client:
            table.create(client("dynamodb"))
            key_arn = keys.create(client("kms")).arn
            of = Vault(client("kms"), client("dynamodb"), key_arn, cipher=cipher)
            encrypt = _milliseconds(partial(of.attributes, password="x" * 16), stored)
            store = _milliseconds(partial(of.store_for, password="x" * 16), stored)
            item = next(vault.items(of.dynamodb))
        size = sum(len(key) + len(*value.values()) for key, value in item.attributes.items())
        print(f"| {name} | {encrypt:.2f} ms | {store:.2f} ms | {size} bytes |")


def _milliseconds(call: Callable[[str], object], times: int) -> float:
    """Return the CPU time of one call, given a new user number each time."""
    call(_number())
    began = time.process_time()
    for _ in range(times):
        call(_number())
    return (time.process_time() - began) * 1000 / times


def report_profile(stored: int) -> None:
    """Print where storing under shared data keys spends its time, measured by cProfile."""
    profiler = cProfile.Profile()
    with in_process() as client:
        table.create(client("dynamodb"))
        store = forms(client, keys.create(client("kms")).arn)["shared data keys"]
        store("x" * 16)
        profiler.runcall(lambda: [store("x" * 16) for _ in range(stored)])
    rows = pstats.Stats(profiler).stats.items()  # type: ignore[attr-defined]
    whole = sum(own for _, (_, _, own, _, _) in rows)
    print("\nOf the time of a secret with shared data keys, under the profiler:")
    for name, (module, function) in PARTS.items():
        spent = sum(
            total
            for (file, _, called), (_, _, _, total, _) in rows
            if file.endswith(module) and called == function
        )
        print(f"  {spent / whole:4.0%}  {name}")


@click.command()
@click.option("--rounds", default=1, show_default=True)
@click.option("--seconds", default=0.6, show_default=True, help="Of each measurement.")
@click.option("--full", is_flag=True, help="5 rounds of 2 seconds; all requests are counted.")
def main(rounds: int, seconds: float, full: bool) -> None:
    """Measure, and print tables in Markdown."""
    rounds, seconds = (5, 2.0) if full else (rounds, seconds)
    count_requests(COUNTED if full else 500)
    report_parts(1000)
    report_profile(1000)
    report("in process", measure(in_process, rounds, seconds))
    report("over HTTP", measure(over_http, rounds, seconds))


if __name__ == "__main__":
    main()
