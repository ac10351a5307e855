"""The time of the lab's six calls over HTTP: the sandbox and other emulators, side by side.

The calls are CreateKey, Encrypt, PutItem, GetItem, Decrypt and ScheduleKeyDeletion, with boto3, as
an IAM user whose policy allows them: the sandbox verifies each signature and evaluates each policy.
The emulators take turns in each round; the figures are medians, and ratios within a round. The time
of boto3 itself is measured with recorded responses, without a network.
"""

from __future__ import annotations

import json
import shutil
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import click
import psutil
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session

from tests import emulators
from tests.emulators import Emulator

EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
_MEASURED = ("alone", "processor", "together")
KEY_CALLS_ONLY = "LocalStack"
"""It downloads its DynamoDB, so it is measured with the four calls to AWS KMS only."""


@dataclass
class Client:
    """A client of an emulator, which makes the calls of the lab one after the other.

    Attributes:
        kms: The client of AWS KMS.
        dynamodb: The client of DynamoDB; ``None`` if the emulator has none.
    """

    kms: Any
    dynamodb: Any

    def lab(self, appuser: str) -> float:
        """Make the six calls, and return their time, in milliseconds."""
        began = time.perf_counter()
        key_id = self.kms.create_key()["KeyMetadata"]["KeyId"]
        blob = self.kms.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
        if self.dynamodb:
            item = {"appuser": {"S": appuser}, "userpasswd": {"B": blob}}
            self.dynamodb.put_item(TableName="demo-kms", Item=item)
            self.dynamodb.get_item(TableName="demo-kms", Key={"appuser": {"S": appuser}})
        self.kms.decrypt(CiphertextBlob=blob, KeyId=key_id)
        self.kms.schedule_key_deletion(KeyId=key_id)
        return (time.perf_counter() - began) * 1000


@dataclass
class MeasuredEmulator:
    """An emulator and its measurements, in milliseconds per lab.

    Attributes:
        emulator: The emulator.
        credentials: The access key of its IAM user.
        program: The process that listens.
        alone: The times of labs of one client.
        processor: The CPU times of the process, each the average of 20 labs.
        together: The times of rounds of 50 clients, divided by 50.
    """

    emulator: Emulator
    credentials: tuple[str, ...]
    program: psutil.Process
    alone: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)

    def processor_milliseconds(self) -> float:
        """Return the CPU time of the process since its start."""
        times = self.program.cpu_times()
        return (times.user + times.system) * 1000

    def client(self) -> Client:
        """Return a client with its own connections."""
        kms = self.emulator.new_client("kms", *self.credentials)
        if self.emulator.name.startswith(KEY_CALLS_ONLY):
            return Client(kms, None)
        return Client(kms, self.emulator.new_client("dynamodb", *self.credentials))


@click.command()
@click.option("--rounds", default=60, show_default=True, help="Labs of one client.")
@click.option("--crowds", default=5, show_default=True, help="Rounds of 50 clients.")
@click.option("--ministack", metavar="PROGRAM", default=lambda: shutil.which("ministack"))
@click.option(
    "--localemu",
    metavar="PYTHON",
    help="The Python that runs LocalEmu, if any.",
)
@click.option(
    "--localstack",
    metavar="PYTHON",
    help="The Python that runs LocalStack, if any.",
)
@click.option(
    "--memory",
    is_flag=True,
    help="Measure only the sandbox's memory.",
)
def main(
    rounds: int,
    crowds: int,
    ministack: str | None,
    localemu: str | None,
    localstack: str | None,
    memory: bool,
) -> None:
    """Compare the emulators, or measure the sandbox's memory."""
    if memory:
        _measure_memory()
        return
    starts = (
        emulators.sandbox(),
        emulators.moto(),
        emulators.ministack(ministack),
        emulators.localemu(localemu),
        emulators.localstack(localstack),
    )
    with ExitStack() as running:
        started = [running.enter_context(start) for start in starts]
        measured = [_prepared(emulator) for emulator in started if emulator is not None]
        own = _boto3_alone(measured[0], rounds)
        _by_one(measured, rounds)
        _cpu_time(measured, rounds)
        _by_fifty(measured, crowds)
    _report(measured, own)


def _prepared(emulator: Emulator) -> MeasuredEmulator:
    """Create the table and an IAM user in an emulator."""
    one = MeasuredEmulator(emulator, _user(emulator), _program(emulator))
    if not emulator.name.startswith(KEY_CALLS_ONLY):
        emulator.client("dynamodb", *one.credentials).create_table(
            TableName="demo-kms",
            AttributeDefinitions=[{"AttributeName": "appuser", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "appuser", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    return one


def _user(emulator: Emulator) -> tuple[str, ...]:
    """Create an IAM user with all permissions, and return its access key."""
    iam, name = emulator.client("iam"), "learner"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    pair = iam.create_access_key(UserName=name)["AccessKey"]
    return pair["AccessKeyId"], pair["SecretAccessKey"]


def _by_one(measured: list[MeasuredEmulator], rounds: int) -> None:
    clients = [one.client() for one in measured]
    for round_ in range(-3, rounds):  # the first three warm up
        for one, client in zip(measured, clients, strict=True):
            taken = client.lab(str(round_))
            if round_ >= 0:
                one.alone.append(taken)


def _cpu_time(measured: list[MeasuredEmulator], rounds: int) -> None:
    """Measure CPU time, which depends less on other load of the machine."""
    for _ in range(rounds // 20):
        for one in measured:
            client, before = one.client(), one.processor_milliseconds()
            for place in range(20):
                client.lab(str(place))
            one.processor.append((one.processor_milliseconds() - before) / 20)


def _by_fifty(measured: list[MeasuredEmulator], rounds: int) -> None:
    for one in measured:
        clients = [one.client() for _ in range(50)]
        with ThreadPoolExecutor(50) as threads:
            for round_ in range(-1, rounds):
                began = time.perf_counter()
                labs = list(threads.map(lambda one: one[1].lab(str(one[0])), enumerate(clients)))
                taken = (time.perf_counter() - began) * 1000
                if round_ >= 0:
                    one.together.append(taken / len(labs))


def _boto3_alone(one: MeasuredEmulator, rounds: int) -> list[float]:
    """Return the times of labs with recorded responses, in milliseconds."""
    answers: dict[str, tuple[int, Any, bytes]] = {}
    session = URLLib3Session()

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        target = str(request.headers["X-Amz-Target"])
        if target not in answers:
            answered = session.send(request)
            answers[target] = answered.status_code, answered.headers, answered.content
        status, headers, body = answers[target]
        return AWSResponse(request.url, status, headers, _Body(body))

    client = one.client()
    for service in (client.kms, client.dynamodb):
        service.meta.events.register("before-send", answer)
    client.lab("first")
    return [client.lab("alone") for _ in range(rounds)]


class _Body:
    """The body of a recorded response."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body


def _report(measured: list[MeasuredEmulator], own: list[float]) -> None:
    print(f"{'':20}{'1 client':>20}{'CPU, 1 client':>20}{'50 clients':>20}")
    for one in measured:
        cells = (_cell(getattr(one, what), getattr(measured[0], what)) for what in _MEASURED)
        print(f"{one.emulator.name:20}{''.join(cells)}")
    print(f"{'boto3 alone':20}{statistics.median(own):>9.1f} ms")
    print("Milliseconds per lab, and × the sandbox. LocalStack: only the four calls to KMS.")


def _cell(theirs: list[float], ours: list[float]) -> str:
    return f"{statistics.median(theirs):>9.1f} ms{_ratio(theirs, ours):>8}"


def _ratio(theirs: list[float], ours: list[float]) -> str:
    return f"{statistics.median(a / b for a, b in zip(theirs, ours, strict=True)):.2f} ×"


def _measure_memory() -> None:
    with emulators.sandbox() as emulator:
        one = _prepared(emulator)
        client, sizes = one.client(), []
        for thousand in range(20):
            for place in range(167):
                client.lab(str(thousand * 1000 + place))
            sizes.append(one.program.memory_info().rss / 2**20)
    first, last = sizes[0], sizes[-1]
    print(f"after 1,000 calls {first:.0f} MiB, after 20,000 {last:.0f} MiB: {last / first:.2f} ×")


def _program(emulator: Emulator) -> psutil.Process:
    port = int(emulator.url.rpartition(":")[2])
    return next(one for one in psutil.Process().children(recursive=True) if _listens(one, port))


def _listens(program: psutil.Process, port: int) -> bool:
    return any(connection.laddr.port == port for connection in program.net_connections("tcp"))


if __name__ == "__main__":
    main()
