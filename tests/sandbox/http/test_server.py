"""The sandbox over HTTP: one account for each learner, deleted at the end."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest
from botocore.config import Config
from click.testing import CliRunner
from werkzeug.test import Client as HttpClient

from kmsdemo import keys, table
from kmsdemo.account.clients import Clients, connect
from kmsdemo.cli import main
from kmsdemo.errors import KeyNotFound
from kmsdemo.sandbox.errors import CannotListen, DaysRefused, NoSandboxThere, PortTaken
from kmsdemo.sandbox.http import client
from kmsdemo.sandbox.http.server import Server
from kmsdemo.sandbox.kms import operations
from kmsdemo.vault import Vault, items
from tests.subprocesses import TIME_LIMIT_SECONDS, environment

SLOW_POLICY = {
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "kms:PutKeyPolicy", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "kms:Encrypt",
            "Resource": "*",
            "Condition": {"StringLike": {"kms:EncryptionContext:name": "*a*a*a*a*b"}},
        },
    ]
}


@pytest.fixture
def url(sandbox_url: str, clients: Clients) -> str:
    """The sandbox, with empty accounts."""
    return sandbox_url


PATIENT = Config(max_pool_connections=50, read_timeout=TIME_LIMIT_SECONDS)


class LearnerClients(Clients):
    """The clients of a learner, at a URL."""

    def __init__(self, url: str, account: str = "123456789012") -> None:
        caller = connect(access_key_id=account, secret_access_key="x", region="us-east-1")
        session = caller.session
        super().__init__(caller.botocore_session)
        options: Any = {"endpoint_url": url, "config": PATIENT}
        vars(self).update(
            kms=session.client("kms", **options), dynamodb=session.client("dynamodb", **options)
        )


def get(url: str) -> Any:
    with urlopen(url, timeout=TIME_LIMIT_SECONDS) as answer:
        return json.load(answer)


def test_it_says_that_it_is_healthy(url: str) -> None:
    assert get(f"{url}/health")["status"] == "ok"


def test_days_pass_over_http(url: str) -> None:
    kms = LearnerClients(url).kms
    key_id = keys.create(kms).key_id
    keys.schedule_deletion(kms, key_id, waiting_period_days=7)
    before = get(f"{url}/health")["time"]
    after = client.advance(url, days=8)
    assert after > before
    with pytest.raises(KeyNotFound):
        keys.describe(kms, key_id)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b"[]", b'{"days": -1}', b'{"days": "many"}'),
        *(b'{"days": NaN}', b'{"days": Infinity}', b'{"days": 1e300}'),
    ],
)
def test_what_is_no_number_of_days_is_refused(url: str, body: bytes) -> None:
    request = Request(f"{url}/advance", body, {"Content-Type": "application/json"})
    with pytest.raises(HTTPError) as raised:
        urlopen(request)
    with raised.value as answer:
        assert answer.code == 400
        assert "Send" in json.load(answer)["error"]


def test_learners_do_not_see_each_other(url: str) -> None:
    anna, ben = LearnerClients(url, "111122223333"), LearnerClients(url, "444455556666")
    key = keys.create(anna.kms)
    table.create(anna.dynamodb)
    assert key.arn.split(":")[4] == "111122223333"
    assert ben.kms.list_keys()["Keys"] == []
    assert ben.dynamodb.list_tables()["TableNames"] == []
    assert anna.dynamodb.list_tables()["TableNames"] == ["demo-kms"]


@pytest.fixture
def frequent_thread_switches() -> Iterator[None]:
    """Threads that take turns after every few instructions, so that a race is soon lost."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.no_cover
@pytest.mark.usefixtures("frequent_thread_switches")
def test_parallel_clients_lose_nothing(url: str) -> None:
    """All draw from few numbers, so that they collide all the time."""
    clients = LearnerClients(url)
    key_id = keys.create(clients.kms).key_id
    table.create(clients.dynamodb)
    numbers = iter([str(10001 + place // 2) for place in range(120)])
    vault = Vault(clients.kms, clients.dynamodb, key_id, draw=lambda: next(numbers))
    with ThreadPoolExecutor(20) as threads:
        stored = list(threads.map(lambda n: (vault.store(f"password {n}"), n), range(40)))
    assert len({appuser for appuser, _ in stored}) == 40
    assert len(list(items(clients.dynamodb))) == 40
    assert all(vault.reveal(appuser) == f"password {n}" for appuser, n in stored)


@pytest.mark.usefixtures("frequent_thread_switches")
def test_one_call_is_performed_at_a_time(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No call comes between moto's read and its write, which would overwrite it."""
    inside: list[int] = []
    most: list[int] = []

    def yielding(*request: Any) -> dict[str, Any]:
        inside.append(1)
        for _ in range(100):
            time.sleep(0)  # others may come
        most.append(len(inside))
        inside.pop()
        return {}

    monkeypatch.setitem(operations.OPERATIONS, "ListKeys", yielding)
    kms = LearnerClients(url).kms
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: kms.list_keys(), range(8)))
    assert most == [1] * 8


def test_a_client_that_stalls_holds_nobody_up(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as stalled:
        stalled.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf of it")
        assert get(f"{url}/health")["status"] == "ok"
        assert LearnerClients(url).kms.list_keys()["Keys"] == []


# ------------------------------------------------------------------------- the command line


def start(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "kmsdemo", "sandbox", *options]
    return subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def url_of(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    line = program.stdout.readline()
    assert line.startswith("The KMS sandbox listens on http://127.0.0.1:")
    return line.split()[5]


@pytest.mark.program
@pytest.mark.parametrize(
    "stop", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)]
)
def test_the_command_hears_a_signal_whatever_clients_do(stop: signal.Signals) -> None:
    """Some are slow, and one has a policy that a regular expression would be lost in."""
    with start("--port", "0") as program:
        url = url_of(program)
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as stalled:
            stalled.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf of it")
            kms = LearnerClients(url).kms
            key_id = kms.create_key(Policy=json.dumps(SLOW_POLICY))["KeyMetadata"]["KeyId"]
            context = {"name": "a" * 2000}
            with pytest.raises(kms.exceptions.ClientError, match="AccessDenied"):
                kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext=context)
            program.send_signal(stop)
            _, stderr = program.communicate(timeout=TIME_LIMIT_SECONDS)
    assert (program.returncode, stderr) == (0, "")


@pytest.mark.program
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_stopped(stop: signal.Signals) -> None:
    with start("--port", "0") as program:
        url = url_of(program)
        assert get(f"{url}/health")["status"] == "ok"
        program.send_signal(stop)
        assert program.stdout is not None
        assert program.stderr is not None
        stdout, stderr = program.stdout.read(), program.stderr.read()
    assert (program.returncode, stderr) == (0, "")
    assert f"export AWS_ENDPOINT_URL={url}" in stdout
    assert f"set -x AWS_ENDPOINT_URL {url}" in stdout
    assert f'$env:AWS_ENDPOINT_URL = "{url}"' in stdout
    assert stdout.endswith("The sandbox has stopped; its data is deleted.\n")


@pytest.mark.program
def test_the_command_lets_a_named_origin_in() -> None:
    with start("--port", "0", "--allow-origin", "http://localhost:3000") as program:
        url = url_of(program)
        request = Request(f"{url}/health", headers={"Origin": "http://localhost:3000"})
        with urlopen(request, timeout=TIME_LIMIT_SECONDS) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=TIME_LIMIT_SECONDS)


@pytest.mark.program
def test_the_port_is_free_again_at_once() -> None:
    with start("--port", "0") as program:
        port = url_of(program).rpartition(":")[2]
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=TIME_LIMIT_SECONDS)
    with start("--port", port) as again:
        assert url_of(again).endswith(port)
        again.send_signal(signal.SIGTERM)
        again.communicate(timeout=TIME_LIMIT_SECONDS)


def test_the_command_lets_days_pass(url: str) -> None:
    result = CliRunner().invoke(main, ["sandbox", "advance", "--days", "30", "--endpoint-url", url])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("In the sandbox it is now 20")


def test_without_a_sandbox_no_days_pass() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    arguments = ["sandbox", "advance", "--days", "1", "--endpoint-url", f"http://127.0.0.1:{port}"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The sandbox cannot be reached")


def test_days_are_a_number_of_0_or_more() -> None:
    result = CliRunner().invoke(main, ["sandbox", "advance", "--days", "-1"])
    assert result.exit_code == 2


def test_something_else_at_the_url_is_no_sandbox(url: str) -> None:
    with pytest.raises(NoSandboxThere, match="it is not a sandbox"):
        client.advance(f"{url}/elsewhere", days=1)


@pytest.mark.parametrize("days", ["nan", "inf", "1e300"])
def test_the_sandbox_says_why_it_does_not_move_its_clock(url: str, days: str) -> None:
    with pytest.raises(DaysRefused, match="with N a number from 0 to 36500"):
        client.advance(url, days=float(days))


# --------------------------------------------------------------------------- where it listens


def test_whoever_holds_the_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} is taken by .*py.* \(process \d+\)"):
            Server(port=port)


@pytest.mark.parametrize("seen", [0, 1], ids=["no connection", "no process"])
def test_the_program_on_the_port_may_be_hidden_from_this_user(
    seen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        other = SimpleNamespace(status=psutil.CONN_LISTEN, laddr=("127.0.0.1", port), pid=None)
        monkeypatch.setattr(psutil, "net_connections", lambda _: [other] * seen)
        with pytest.raises(PortTaken, match=f"Port {port} is taken by another program."):
            Server(port=port)


def test_an_address_of_another_machine_is_refused() -> None:
    reason = r"cannot listen on 192\.0\.2\.1, port 0: Cannot assign requested address"
    with pytest.raises(CannotListen, match=reason):
        Server("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("127.0.0.1", 65536, "port 65536: the highest port is 65535."),
        ("127.0.0.1", -1, "port -1: the highest port is 65535."),
        ("\udce9", 0, "port 0: it is not a host name."),
        ("", 0, "port 0: it is not a host name."),
        ("é" * 80, 0, "port 0: it is not a host name."),
        ("no such host", 0, "cannot listen on no such host, port 0: "),
    ],
)
def test_what_is_no_address_is_refused(host: str, port: int, reason: str) -> None:
    with pytest.raises(CannotListen, match=re.escape(reason)):
        Server(host, port)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", r"http://127\.0\.0\.1:\d+"),
        ("localhost", r"http://localhost:\d+"),
        pytest.param(
            "::1",
            r"http://\[::1\]:\d+",
            marks=pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6"),
        ),
    ],
)
def test_its_url_names_the_address_at_which_it_listens(host: str, url: str) -> None:
    server = Server(host)
    server.close()
    assert re.fullmatch(url, server.url)
    assert server.url_for_others == server.url


@pytest.mark.parametrize(
    ("host", "only_here"),
    [("127.0.0.1", True), ("localhost", True), ("0.0.0.0", False)],  # noqa: S104
)
def test_it_knows_whether_others_can_reach_it(host: str, only_here: bool) -> None:
    server = Server(host)
    server.close()
    assert server.only_this_machine is only_here


def test_it_lets_the_pages_of_named_origins_in(clients: Clients) -> None:
    origin = "http://localhost:3000"
    server = Server(allowed_origins=[origin])
    server.close()
    headers = {"Host": "127.0.0.1", "Origin": origin}
    assert HttpClient(server.application).get("/health", headers=headers).status_code == 200


def test_it_stops_quietly_at_ctrl_c(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    server = Server()
    server.close()
    monkeypatch.setattr(server._server, "serve", interrupt)
    server.serve()


@pytest.mark.program
def test_it_says_so_when_others_can_reach_it() -> None:
    with start("--host", "0.0.0.0", "--port", "0") as program:  # noqa: S104
        assert program.stdout is not None
        while not (line := program.stdout.readline()).startswith("Other machines"):
            assert line
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=TIME_LIMIT_SECONDS)
    assert "every caller has full access" in line


def test_others_get_a_url_that_names_this_machine() -> None:
    server = Server("0.0.0.0")  # noqa: S104, others are to reach it
    with server.in_background() as url:
        port = url.rpartition(":")[2]
        assert server.url_for_others == f"http://{socket.gethostname()}:{port}"
