"""Runs of the scripts: which of them may be in progress at the same time."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from threading import Event, Timer
from typing import Any, cast

import pytest

from kmsdemo import keys
from kmsdemo.account.clients import Clients, connect
from kmsdemo.backends import Backend
from kmsdemo.keys import Key
from kmsdemo.learners.script_run import Run
from kmsdemo.learners.script_runner import ScriptRunner, running_scripts
from kmsdemo.learners.submission import Submission
from kmsdemo.learners.submission.program import Finished
from kmsdemo.learners.submission.workspace import Workspace, workspace
from kmsdemo.table import TABLE_NAME
from kmsdemo.vault import Item

SECONDS_TO_GO_WRONG = 0.3
"""How long a run waits for what must not happen; a slow machine only notices less."""


@dataclass
class Scripts:
    """A submission whose encrypt script ends when it may, and whose decrypt script waits.

    Attributes:
        workspace: Where they run.
        may_end: Set when the encrypt script may end.
        is_disturbed: Set while AWS KMS is disturbed.
        disturbed: The users whose decrypt script ran while AWS KMS was disturbed.
    """

    workspace: Workspace
    may_end: Event = field(default_factory=Event)
    is_disturbed: Event = field(default_factory=Event)
    disturbed: list[str] = field(default_factory=list)

    def run(
        self, name: str, _: Workspace, __: Mapping[str, str], values: Mapping[str, str]
    ) -> Finished:
        if name == "encrypt":
            self.may_end.wait()
        elif self.is_disturbed.wait(SECONDS_TO_GO_WRONG):
            self.disturbed.append(values["appuser"])
        return Finished(0, "", "")

    @contextmanager
    def disturb(self) -> Iterator[None]:
        self.is_disturbed.set()
        yield
        self.is_disturbed.clear()


@pytest.fixture
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    with workspace(tmp_path_factory.mktemp("scripts")) as place:
        yield Scripts(place)


@pytest.fixture
def runner(
    scripts: Scripts, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ScriptRunner]:
    written = Item("11111", b"", "plain", "", "", {})
    monkeypatch.setattr(ScriptRunner, "_written", lambda *_: written)
    with (
        backend.account() as account,
        running_scripts(cast("Submission", scripts), backend, account, "a password") as runner,
    ):
        yield runner


def test_what_was_begun_ahead_ends_before_aws_kms_is_disturbed(
    scripts: Scripts, runner: ScriptRunner
) -> None:
    runner.run_ahead(["another password"], [])
    Timer(0.1, scripts.may_end.set).start()  # when the runner waits for it already
    runner.decrypt_alone("22222", scripts.disturb)
    assert len(runner.runs) == 2, "the password was not decrypted ahead"
    assert scripts.disturbed == ["22222"]


# ----------------------------------------------------------------------- scripts that call AWS


@dataclass
class FakeSubmission:
    """A submission whose scripts encrypt with AWS KMS and store, in one of several forms.

    Attributes:
        workspace: Where they run.
        fresh_workspace: A second workspace.
        form: How the ciphertext is stored: ``bytes``, ``Base64 bytes``, ``Base64 text``, or in a
            form of ``its own``.
        is_careful: Whether the encrypt script replaces no item.
        ran: What ran where, with which table.
    """

    workspace: Workspace
    fresh_workspace: Workspace
    form: str = "bytes"
    is_careful: bool = False
    ran: list[tuple[str, Workspace, str]] = field(default_factory=list)

    def run(
        self,
        name: str,
        workspace: Workspace,
        environment: Mapping[str, str],
        values: Mapping[str, str],
    ) -> Finished:
        self.ran.append((name, workspace, environment["KMSDEMO_TABLE"]))
        clients = connect(endpoint_url=environment["AWS_ENDPOINT_URL"], region="us-east-1")
        if name == "decrypt":
            return Finished(0, self._decrypted(clients, values["appuser"]), "")
        appuser = str(10001 + len(self.ran))
        blob = clients.kms.encrypt(
            KeyId=values["key_id"],
            Plaintext=values["password"].encode(),
            EncryptionContext={"appuser": appuser},
        )["CiphertextBlob"]
        condition = {"ConditionExpression": "attribute_not_exists(appuser)"}
        clients.dynamodb.put_item(
            TableName=TABLE_NAME,
            Item={"appuser": {"S": appuser}, "userpasswd": self._stored(blob)},
            **(condition if self.is_careful else {}),  # type: ignore[arg-type]
        )
        return Finished(0, f"user: {appuser}", "")

    def _decrypted(self, clients: Clients, appuser: str) -> str:
        key = {"appuser": {"S": appuser}}
        stored = clients.dynamodb.get_item(TableName=TABLE_NAME, Key=key)["Item"]["userpasswd"]
        blob = stored["S"].encode() if "S" in stored else stored["B"]
        blob = base64.b64decode(blob) if "Base64" in self.form else blob
        blob = blob[::-1] if self.form == "its own" else blob
        answer = clients.kms.decrypt(CiphertextBlob=blob, EncryptionContext={"appuser": appuser})
        return answer["Plaintext"].decode()

    def _stored(self, blob: bytes) -> Any:
        text = base64.b64encode(blob)
        return {
            "bytes": {"B": blob},
            "Base64 bytes": {"B": text},
            "Base64 text": {"S": text.decode()},
            "its own": {"B": blob[::-1]},
        }[self.form]


@pytest.fixture
def fake_submission(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeSubmission]:
    folder = tmp_path_factory.mktemp("scripts")
    with workspace(folder) as first, workspace(folder) as fresh:
        yield FakeSubmission(first, fresh)


@pytest.fixture
def fake_runner(fake_submission: FakeSubmission, backend: Backend) -> Iterator[ScriptRunner]:
    with (
        backend.account() as account,
        running_scripts(
            cast("Submission", fake_submission), backend, account, "a password"
        ) as runner,
    ):
        yield runner


def encrypted(runner: ScriptRunner, password: str, key: Key | None = None) -> Run:
    return runner.run("encrypt", password=password, key_id=(key or runner.key).key_id)


def decrypted(runner: ScriptRunner, appuser: str) -> Run:
    return runner.run("decrypt", appuser=appuser, key_id=runner.key.key_id)


def test_a_run_tells_what_it_called_and_what_it_wrote(
    fake_runner: ScriptRunner, fake_submission: FakeSubmission
) -> None:
    run = encrypted(fake_runner, "a password")
    assert run.written
    assert f"user: {run.written.appuser}" == run.finished.stdout
    assert [call.operation for call in run.calls] == ["Encrypt", "PutItem"]
    assert fake_runner.keys_used(run) == {fake_runner.key.key_id}
    assert fake_submission.ran == [("encrypt", fake_submission.workspace, fake_runner.table_name)]


def test_a_run_with_the_same_values_is_made_once(
    fake_runner: ScriptRunner, fake_submission: FakeSubmission
) -> None:
    first = encrypted(fake_runner, "a password")
    assert encrypted(fake_runner, "a password") is first
    other = encrypted(fake_runner, "another password")
    assert fake_runner.runs == [first, other]
    assert len(fake_submission.ran) == 2


def test_a_fresh_run_has_a_machine_of_its_own(
    fake_runner: ScriptRunner, fake_submission: FakeSubmission
) -> None:
    run = encrypted(fake_runner, "a password")
    assert run.written
    values = {"appuser": run.written.appuser, "key_id": fake_runner.key.key_id}
    assert fake_runner.run("decrypt", fresh=True, **values).finished.stdout == "a password"
    assert fake_submission.ran[-1][1] is fake_submission.fresh_workspace


def test_runs_ahead_are_those_that_are_asked_for_later(
    fake_runner: ScriptRunner, fake_submission: FakeSubmission
) -> None:
    unknown = {"name": "encrypt", "password": "other", "key_id": fake_runner.key.key_id}
    fake_runner.run_ahead(["a password"], [unknown])
    run = encrypted(fake_runner, "a password")
    assert run.written
    assert decrypted(fake_runner, run.written.appuser).finished.stdout == "a password"
    encrypted(fake_runner, "other")
    assert sorted(name for name, _, _ in fake_submission.ran) == ["decrypt", "encrypt", "encrypt"]


def test_a_script_that_runs_alone_is_the_decrypt_script(
    fake_runner: ScriptRunner, fake_submission: FakeSubmission
) -> None:
    run = encrypted(fake_runner, "a password")
    assert run.written
    alone = fake_runner.decrypt_alone(run.written.appuser, nullcontext)
    assert (alone.name, alone.finished.stdout) == ("decrypt", "a password")
    assert fake_submission.ran[-1][:2] == ("decrypt", fake_submission.workspace)


@pytest.mark.parametrize("form", ["bytes", "Base64 bytes", "Base64 text"])
def test_an_item_that_no_script_has_seen_has_the_form_of_the_others(
    fake_runner: ScriptRunner, fake_submission: FakeSubmission, form: str
) -> None:
    fake_submission.form = form
    appuser = store_unseen(fake_runner)
    assert appuser == "10000"
    assert decrypted(fake_runner, appuser).finished.stdout == "unseen"


def test_a_form_of_its_own_is_not_imitated(
    fake_runner: ScriptRunner, fake_submission: FakeSubmission
) -> None:
    fake_submission.form = "its own"
    assert store_unseen(fake_runner) == ""


def store_unseen(runner: ScriptRunner) -> str:
    runs = [encrypted(runner, password) for password in (runner.password, runner.another_password)]
    like = [run.written for run in runs if run.written]
    decrypting = decrypted(runner, like[0].appuser).decrypting
    return runner.store_unseen(like, decrypting[0], "unseen")


@pytest.mark.parametrize("is_careful", [True, False])
def test_a_number_that_is_in_use_shows_who_overwrites(
    fake_runner: ScriptRunner, fake_submission: FakeSubmission, is_careful: bool
) -> None:
    fake_submission.is_careful = is_careful
    run = encrypted(fake_runner, "a password")
    before = list(fake_runner.items())
    assert fake_runner.overwrites(run) == (not is_careful)
    assert list(fake_runner.items()) == before


def test_the_keys_that_scripts_use_are_disabled_for_a_while(fake_runner: ScriptRunner) -> None:
    encrypted(fake_runner, "a password", fake_runner.other_key)
    kms = fake_runner.account.clients.kms
    both = (fake_runner.key, fake_runner.other_key)
    with fake_runner.key_disabled():
        assert {keys.describe(kms, key.key_id).state for key in both} == {"Disabled"}
    assert {keys.describe(kms, key.key_id).state for key in both} == {"Enabled"}
