"""The speed of the sandbox compared with plain moto, in one run.

Usage: python -m benchmarks.sandbox [ROUNDS]

First 200 scenarios: create a key, encrypt, schedule its deletion, and fail to encrypt (plain moto
still encrypts). Then single calls. Both run in turn; the figures are medians.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any

import boto3
import click
from moto import mock_aws

from benchmarks import progress
from kmsdemo.sandbox import mock_kms

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

Work = Callable[["KMSClient", str], Any]

SCENARIOS = 200
CALLS = 300
SIDES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "moto": mock_aws,
    "sandbox": mock_kms,
}
SINGLE_CALLS: dict[str, Work] = {
    "DescribeKey": lambda kms, key: kms.describe_key(KeyId=key),
    "Encrypt": lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"secret"),
    "Encrypt and Decrypt": lambda kms, key: kms.decrypt(
        CiphertextBlob=kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    ),
    "GenerateDataKey": lambda kms, key: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
    "GetKeyPolicy": lambda kms, key: kms.get_key_policy(KeyId=key, PolicyName="default"),
    "ListResourceTags": lambda kms, key: kms.list_resource_tags(KeyId=key),
    "EnableKey": lambda kms, key: kms.enable_key(KeyId=key),
    "CreateKey": lambda kms, key: kms.create_key(),
    "CreateKey, RSA_2048": lambda kms, key: kms.create_key(
        KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY"
    ),
}


@click.command()
@click.argument("rounds", type=click.IntRange(min=1), default=5)
def main(rounds: int) -> None:
    print(f"{'':28}{'moto':>10}{'sandbox':>10}   sandbox / moto")
    row(f"{SCENARIOS} scenarios", "s", 1, compare(run_scenarios, rounds))
    for name, call in SINGLE_CALLS.items():
        times = 30 if name.startswith("CreateKey") else CALLS
        row(name, "ms", 1000 / times, compare(repeated(call, times), 3 * rounds))


def compare(work: Work, rounds: int) -> dict[str, list[float]]:
    """Run the work with both in turn; return the seconds of each round."""
    seconds: dict[str, list[float]] = {name: [] for name in SIDES}
    for round_ in range(rounds):
        for name, side in SIDES.items():
            with side():
                kms = boto3.client("kms", region_name="us-east-1")
                key_id = kms.create_key()["KeyMetadata"]["KeyId"]
                began = time.perf_counter()
                work(kms, key_id)
                seconds[name].append(time.perf_counter() - began)
        progress.show(f"round {round_ + 1} of {rounds}")
    progress.clear()
    return seconds


def run_scenarios(kms: KMSClient, key_id: str) -> None:
    for _ in range(SCENARIOS):
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.encrypt(KeyId=key_id, Plaintext=b"secret")
        kms.schedule_key_deletion(KeyId=key_id)
        with suppress(kms.exceptions.KMSInvalidStateException):
            kms.encrypt(KeyId=key_id, Plaintext=b"secret")


def repeated(call: Work, times: int) -> Work:
    def work(kms: KMSClient, key_id: str) -> None:
        for _ in range(times):
            call(kms, key_id)

    return work


def row(name: str, unit: str, factor: float, seconds: dict[str, list[float]]) -> None:
    moto, sandbox = (statistics.median(seconds[side]) * factor for side in SIDES)
    pairs = zip(seconds["sandbox"], seconds["moto"], strict=True)
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    print(f"{name:28}{moto:>7.2f} {unit:2}{sandbox:>7.2f} {unit:2}   {ratio:.2f}")


if __name__ == "__main__":
    main()
