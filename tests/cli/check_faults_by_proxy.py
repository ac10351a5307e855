"""Each command through microburst, a proxy that injects faults into the connection itself.

A header says what happens to a request, so that the proxy needs no instructions while it runs.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from kmsdemo.account.clients import Clients
from tests.cli.fault_injection import COMMANDS, is_explained, run, set_up, state, use
from tests.faults import EVERY, Answer, Fault, of_every_nth
from tests.subprocesses import TIME_LIMIT_SECONDS, environment, free_port

pytest.importorskip("microburst", reason="microburst is in tox -e faults")

HEADER = "x-kmsdemo-fault"
KINDS: dict[str, dict[str, Any]] = {
    "throttled": {"error": {"code": "ThrottlingException"}},
    "unavailable": {"error": {"code": "ServiceUnavailableException", "status": 503}},
    "slow": {"latency": 100},
    "cut off": {"reset": True},
    "answered twice": {"response": {"abort_bytes": 0}},
    "cut off in the middle of the answer": {"response": {"abort_frac": 0.5}},
    "answered with garbage": {"response": {"corrupt_bytes": 40}},
}


@pytest.fixture(autouse=True)
def through_the_proxy(
    aws_environment: Mapping[str, str],
    clients: Clients,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """Run microburst between the commands and the sandbox."""
    rules = [{"service": "*", "headers": {HEADER: kind}, **rule} for kind, rule in KINDS.items()]
    config = tmp_path / "microburst.json"  # JSON is YAML too
    config.write_text(json.dumps({"rules": rules}))
    port, upstream = free_port(), aws_environment["AWS_ENDPOINT_URL"]
    options = [f"--config={config}", f"--port={port}", f"--upstream={upstream}"]
    use(f"http://127.0.0.1:{port}", clients, monkeypatch)
    monkeypatch.chdir(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-m", "microburst", *options], env=environment(), stderr=subprocess.DEVNULL
    ) as proxy:
        wait_until_it_listens(port)
        yield
        proxy.kill()  # asked to end, it waits for its connections


def wait_until_it_listens(port: int) -> None:
    deadline = time.monotonic() + TIME_LIMIT_SECONDS
    with socket.socket() as connection:
        while connection.connect_ex(("127.0.0.1", port)) and time.monotonic() < deadline:
            time.sleep(0.1)


def marked(kind: str) -> Answer:
    """Tell the proxy what to do with a request; it is sent all the same."""

    def mark(request: AWSPreparedRequest) -> None:
        request.headers[HEADER] = kind

    return mark


@pytest.mark.parametrize("name", COMMANDS)
def test_a_fault_of_the_connection_is_survived_or_explained(
    name: str, clients: Clients, request: pytest.FixtureRequest
) -> None:
    set_up(clients, COMMANDS[name])
    _, calls = run(name)
    expected = state(clients)
    cases = list(product(enumerate(calls, 1), KINDS, (1, EVERY)))
    for (at, operation), kind, attempts in of_every_nth(cases, request):
        case = f"{operation}, the call {at}: {kind}, {attempts} times"
        set_up(clients, COMMANDS[name])
        result, _ = run(name, Fault(marked(kind), attempts), at)
        assert is_explained(result, COMMANDS[name].code), (case, result.output)
        found = state(clients)
        assert None not in found.passwords, case
        if result.exit_code == COMMANDS[name].code and "Error" not in result.stderr:
            assert found == expected, case
