"""Runs of pytest and of the lab on other backends, as subprocesses."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from kmsdemo.account.clients import Clients
from tests import fake_account
from tests.subprocesses import (
    PYTEST,
    ROOT,
    TIME_LIMIT_SECONDS,
    environment,
    free_port,
    run_python,
)

FEW = "-kclean_up or deleting_the_table or the_lab_can_start_again or wrong_key or replica"
FEATURES = (*PYTEST, "features", FEW)
# A plugin that stops a run in the middle, when a key and a table exist.
WAITS = """
import time

def pytest_bdd_before_step(step):
    while step.type == "then":
        time.sleep(0.1)
"""


@pytest.fixture
def url(aws_environment: Mapping[str, str]) -> str:
    """The URL of a sandbox."""
    return aws_environment["AWS_ENDPOINT_URL"]


@pytest.fixture
def aws(clients: Clients) -> fake_account.FakeAccount:
    """The account, with a key and a table of other people."""
    return fake_account.create(clients, clients.in_region("eu-west-1"))


@pytest.fixture
def developer(clients: Clients, url: str) -> dict[str, str]:
    """The environment variables of an IAM user of the sandbox, outside CI."""
    return {**fake_account.create_developer(clients.iam), "AWS_ENDPOINT_URL": url, "CI": ""}


@pytest.fixture
def waiting(developer: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment variables of the developer, for a run that waits in the middle."""
    (tmp_path / "waits.py").write_text(WAITS)
    path = os.pathsep.join([str(ROOT), str(tmp_path)])
    return {**developer, "PYTHONPATH": path, "PYTEST_PLUGINS": "waits"}


# ------------------------------------------------------------------------ a real account


def test_a_run_says_what_it_does_and_leaves_nothing(
    aws: fake_account.FakeAccount, developer: dict[str, str]
) -> None:
    finished = run_python(*FEATURES, "-q", *fake_account.OPTIONS, variables=developer)
    assert finished.returncode == 0, finished.stdout
    assert finished.stdout.startswith("AWS account 123456789012, Region us-east-1\n")
    assert f"\nat {developer['AWS_ENDPOINT_URL']}\n" in finished.stdout
    assert "at most 5 KMS keys" in finished.stdout
    assert aws.leftovers() == []
    assert 2 <= len(aws.states()) <= 4
    aws.assert_others_are_untouched()


def test_scripts_are_the_caller_that_a_profile_names(
    aws: fake_account.FakeAccount, developer: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(
        "[profile lab]\n"
        f"aws_access_key_id = {developer['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {developer['AWS_SECRET_ACCESS_KEY']}\n"
        f"region = us-east-1\nendpoint_url = {developer['AWS_ENDPOINT_URL']}\n"
    )
    unset = dict.fromkeys(name for name in os.environ | developer if name.startswith("AWS_"))
    at_home = {**unset, "HOME": str(tmp_path), "AWS_PROFILE": "lab", "CI": ""}
    finished = run_python(
        *FEATURES,
        "-kprints_the_password",
        *fake_account.OPTIONS,
        variables=at_home,
    )
    assert finished.returncode == 0, finished.stdout
    assert "1 passed" in finished.stdout
    assert aws.leftovers() == []


def test_runs_at_once_do_not_meet(aws: fake_account.FakeAccount, developer: dict[str, str]) -> None:
    printed = printed_by_two_runs(developer, *fake_account.OPTIONS)
    assert "node" not in printed[0]  # there are no workers, each with keys of its own
    assert aws.leftovers() == []
    assert len(aws.states()) <= 8
    aws.assert_others_are_untouched()


def test_what_a_killed_run_left_is_swept_up(
    aws: fake_account.FakeAccount, developer: dict[str, str], waiting: dict[str, str]
) -> None:
    with started(waiting, "-kthe_wrong_key", *fake_account.OPTIONS) as run:
        wait_until_it_has_created_something(aws)
        time.sleep(1)  # it records a key once AWS KMS has answered
        run.kill()
    assert aws.leftovers() != []
    swept = run_python("-m", "kmsdemo", "sweep", "--yes", variables=developer)
    assert (swept.returncode, swept.stderr) == (0, "")
    assert re.search(r"^Removed key    [0-9a-f-]{36}  of run [0-9a-f]{8}$", swept.stdout, re.M)
    assert aws.leftovers() == []
    aws.assert_others_are_untouched()
    again = run_python("-m", "kmsdemo", "sweep", variables=developer)
    assert again.stdout == (
        "There is nothing to remove in account 123456789012, Region us-east-1.\n"
    )


@pytest.mark.parametrize(
    "how",
    [
        signal.SIGINT,
        pytest.param(signal.SIGTERM, marks=pytest.mark.thorough),
        pytest.param(signal.SIGHUP, marks=pytest.mark.thorough),
    ],
    ids=lambda how: how.name,
)
def test_an_interrupted_run_leaves_nothing(
    aws: fake_account.FakeAccount, waiting: dict[str, str], how: signal.Signals
) -> None:
    with started(waiting, "-kthe_wrong_key", *fake_account.OPTIONS, "-n2") as run:
        wait_until_it_has_created_something(aws)
        run.send_signal(how)
        time.sleep(0.2)
        run.send_signal(signal.SIGTERM)  # as CI does, which has little patience
        printed, _ = run.communicate(timeout=TIME_LIMIT_SECONDS)
    assert run.returncode == pytest.ExitCode.INTERRUPTED, printed
    assert aws.leftovers() == []


@pytest.fixture
def forbidden(clients: Clients, developer: dict[str, str]) -> dict[str, str]:
    """The developer, who may not take aliases away: some will be left."""
    fake_account.deny(clients.iam, "kms:DeleteAlias")
    return developer


def test_what_could_not_be_removed_is_said_once_and_fails_the_run(
    aws: fake_account.FakeAccount, forbidden: dict[str, str]
) -> None:
    finished = run_python(*FEATURES, "-kthe_wrong_key", *fake_account.OPTIONS, variables=forbidden)
    assert "1 passed" in finished.stdout
    assert finished.returncode == pytest.ExitCode.TESTS_FAILED
    assert finished.stdout.count("DeleteAlias on alias/demo-kms-") == 1
    assert re.search(
        r"^Remove the rest .*: kmsdemo sweep --run [0-9a-f]{8}\.$", finished.stdout, re.M
    )
    assert {state_or_alias.split("/")[0] for state_or_alias in aws.leftovers()} == {"alias"}


@pytest.mark.thorough
def test_what_workers_could_not_remove_is_said_too(
    aws: fake_account.FakeAccount, forbidden: dict[str, str], url: str
) -> None:
    options = ("-kthe_wrong_key", "-n1", "--backend=endpoint", f"--endpoint-url={url}")
    finished = run_python(*FEATURES, *options, variables=forbidden)
    assert finished.returncode == pytest.ExitCode.TESTS_FAILED
    assert finished.stdout.count("could not remove everything it created: key ") == 1


@pytest.mark.thorough
def test_what_an_interrupted_run_could_not_remove_is_said(
    aws: fake_account.FakeAccount, waiting: dict[str, str], clients: Clients
) -> None:
    with started(waiting, "-kthe_wrong_key", *fake_account.OPTIONS) as run:
        wait_until_it_has_created_something(aws)
        fake_account.deny(clients.iam, "kms:DeleteAlias")
        run.send_signal(signal.SIGINT)
        printed, _ = run.communicate(timeout=TIME_LIMIT_SECONDS)
    assert run.returncode == pytest.ExitCode.INTERRUPTED, printed
    assert "could not remove everything it created: key " in printed
    assert "Traceback" not in printed


def test_a_failed_run_leaves_nothing(
    aws: fake_account.FakeAccount, developer: dict[str, str], tmp_path: Path
) -> None:
    feature = (ROOT / "features" / "create_key.feature").read_text(encoding="utf-8")
    broken = feature.replace("Then the key is symmetric", "Then the key does not exist")
    (tmp_path / "broken.feature").write_text(broken, encoding="utf-8")
    (tmp_path / "test_broken.py").write_text(
        "from pytest_bdd import scenario\n"
        "@scenario('broken.feature', 'A new key is ready for the lab')\n"
        "def test_broken(): pass\n"
    )
    here = (*PYTEST, f"-c{ROOT / 'pytest.ini'}", "-pconftest")
    finished = run_python(*here, *fake_account.OPTIONS, tmp_path, variables=developer)
    assert finished.returncode == 1
    assert "✘ Then the key does not exist" in finished.stdout
    assert aws.states() == ["PendingDeletion"]
    assert aws.leftovers() == []


def test_a_refusal_comes_before_anything_is_done(
    aws: fake_account.FakeAccount, developer: dict[str, str]
) -> None:
    for command, code in ((FEATURES, pytest.ExitCode.USAGE_ERROR), (("-m", "kmsdemo", "lab"), 2)):
        finished = run_python(*command, "--backend=aws", variables=developer)
        assert finished.returncode == code
        assert (
            "needs its id, so that no account is used by accident"
            in finished.stdout + finished.stderr
        )
        assert "Traceback" not in finished.stdout + finished.stderr
    assert aws.states() == []


@contextmanager
def started(more: dict[str, str], *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, *FEATURES, *options]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        yield run


def printed_by_two_runs(more: dict[str, str], *options: str) -> list[str]:
    """Run the features twice at once, one run with workers; both pass."""
    with started(more, *options, "-n2") as first, started(more, *options) as second:
        printed = [run.communicate(timeout=TIME_LIMIT_SECONDS)[0] for run in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], printed
    return printed


def wait_until_it_has_created_something(aws: fake_account.FakeAccount) -> None:
    deadline = time.monotonic() + TIME_LIMIT_SECONDS
    while not ("Enabled" in aws.states() and len(aws.leftovers()) > 2):
        assert time.monotonic() < deadline
        time.sleep(0.02)


# ----------------------------------------------------------------------------- emulators


@pytest.mark.thorough  # the standard tier has the same in a real account
def test_simultaneous_runs_leave_no_leftovers_on_an_endpoint(
    aws: fake_account.FakeAccount, url: str
) -> None:
    printed = printed_by_two_runs({}, "--backend=endpoint", f"--endpoint-url={url}")
    assert printed[0].startswith(f"AWS is endpoint at {url}\n")
    assert aws.leftovers() == []
    aws.assert_others_are_untouched()


def test_localstack_is_configured_as_for_its_own_client(
    aws: fake_account.FakeAccount, url: str
) -> None:
    host, port = url.removeprefix("http://").split(":")
    at = {"LOCALSTACK_HOST": host, "EDGE_PORT": port}
    finished = run_python(*FEATURES, "-k", "wrong_key", "--backend=localstack", variables=at)
    assert finished.returncode == 0, finished.stdout
    assert finished.stdout.startswith(f"AWS is LocalStack at {url}\n")
    assert "PendingDeletion" in aws.states()


@pytest.mark.thorough
def test_services_of_localstack_can_have_their_own_endpoints(
    aws: fake_account.FakeAccount, url: str
) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    apart = {
        "LOCALSTACK_HOST": nowhere,
        "AWS_ENDPOINT_URL_KMS": url,
        "AWS_ENDPOINT_URL_DYNAMODB": url,
    }
    finished = run_python(*FEATURES, "-k", "wrong_key", "--backend=localstack", variables=apart)
    assert finished.returncode == 0, finished.stdout
    assert finished.stdout.startswith(f"AWS is LocalStack at {url}\n")
    assert "PendingDeletion" in aws.states()


def test_a_fixed_emulator_is_noticed(url: str) -> None:
    at = {"LOCALSTACK_HOST": url.removeprefix("http://")}
    cancel = "-kcancelkeydeletion_fails"
    finished = run_python(*FEATURES, cancel, "--backend=localstack", variables=at)
    assert finished.returncode == 1
    assert "[XPASS(strict)] CancelKeyDeletion of a disabled key returns" in finished.stdout


def test_known_differences_are_counted_at_the_end(url: str, tmp_path: Path) -> None:
    (tmp_path / "known.py").write_text(
        "from kmsdemo.backends import divergences\n"
        "known = divergences.Divergence('sandbox', 'a test', 'here', ('It is the wrong key',))\n"
        "divergences.DIVERGENCES = (known,)\n"
        "from kmsdemo.vault import Vault\n"
        "Vault.reveal = lambda *_: 'something else'\n"
    )
    here = ("--backend=endpoint", f"--endpoint-url={url}", "--emulator=sandbox", "-pknown")
    path = f"{ROOT}:{tmp_path}"
    finished = run_python(*FEATURES, "-kthe_wrong_key", *here, variables={"PYTHONPATH": path})
    assert finished.returncode == 0, finished.stdout
    assert "1 scenario differs from AWS on this backend\n" in finished.stdout


@pytest.mark.parametrize("command", [(*PYTEST, "features"), ("-m", "kmsdemo", "lab")])
def test_an_unreachable_endpoint_is_reported(command: tuple[str, ...]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    finished = run_python(*command, "--backend=endpoint", f"--endpoint-url={url}")
    assert finished.returncode in (1, pytest.ExitCode.USAGE_ERROR)
    printed = finished.stdout + finished.stderr
    assert f'Could not connect to the endpoint URL: "{url}/"' in printed
    assert f"The emulator at {url} cannot be reached: " in printed
    assert "Check that it runs" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("command", [(*PYTEST, "features"), ("-m", "kmsdemo", "lab")])
def test_an_option_of_another_backend_is_rejected(command: tuple[str, ...]) -> None:
    finished = run_python(*command, "--endpoint-url=http://127.0.0.1:1")
    assert finished.returncode in (2, pytest.ExitCode.USAGE_ERROR)
    assert (
        "--endpoint-url is an option of the backend endpoint; this run uses moto.\n"
        "Add --backend endpoint, or omit --endpoint-url.\n"
    ) in finished.stderr
