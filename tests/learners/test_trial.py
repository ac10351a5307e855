"""The scripts at work: which of their runs may go on at the same time."""

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
from kmsdemo.learners.submission import Submission
from kmsdemo.learners.submission.program import Finished
from kmsdemo.learners.submission.workspace import Workspace, workspace
from kmsdemo.learners.trial import Trial, on_trial
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
def trial(scripts: Scripts, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    written = Item("11111", b"", "plain", "", "", {})
    monkeypatch.setattr(Trial, "_written", lambda *_: written)
    with (
        backend.account() as account,
        on_trial(cast("Submission", scripts), backend, account, "a password") as trial,
    ):
        yield trial


def test_what_was_begun_ahead_ends_before_aws_kms_is_disturbed(
    scripts: Scripts, trial: Trial
) -> None:
    trial.run_ahead(["another password"], [])
    Timer(0.1, scripts.may_end.set).start()  # when the trial waits for it already
    trial.decrypt_alone("22222", scripts.disturb)
    assert len(trial.runs) == 2, "the password was not decrypted ahead"
    assert scripts.disturbed == ["22222"]


# ----------------------------------------------------------------------- scripts that call AWS


@dataclass
class AtWork:
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
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    folder = tmp_path_factory.mktemp("scripts")
    with workspace(folder) as first, workspace(folder) as fresh:
        yield AtWork(first, fresh)


@pytest.fixture
def of_work(at_work: AtWork, backend: Backend) -> Iterator[Trial]:
    with (
        backend.account() as account,
        on_trial(cast("Submission", at_work), backend, account, "a password") as trial,
    ):
        yield trial


def encrypted(trial: Trial, password: str, key: Key | None = None) -> Run:
    return trial.run("encrypt", password=password, key_id=(key or trial.key).key_id)


def decrypted(trial: Trial, appuser: str) -> Run:
    return trial.run("decrypt", appuser=appuser, key_id=trial.key.key_id)


def test_a_run_tells_what_it_called_and_what_it_wrote(of_work: Trial, at_work: AtWork) -> None:
    run = encrypted(of_work, "a password")
    assert run.written
    assert f"user: {run.written.appuser}" == run.finished.stdout
    assert [call.operation for call in run.calls] == ["Encrypt", "PutItem"]
    assert of_work.keys_used(run) == {of_work.key.key_id}
    assert at_work.ran == [("encrypt", at_work.workspace, of_work.table_name)]


def test_a_run_with_the_same_values_is_made_once(of_work: Trial, at_work: AtWork) -> None:
    first = encrypted(of_work, "a password")
    assert encrypted(of_work, "a password") is first
    other = encrypted(of_work, "another password")
    assert of_work.runs == [first, other]
    assert len(at_work.ran) == 2


def test_a_fresh_run_has_a_machine_of_its_own(of_work: Trial, at_work: AtWork) -> None:
    run = encrypted(of_work, "a password")
    assert run.written
    values = {"appuser": run.written.appuser, "key_id": of_work.key.key_id}
    assert of_work.run("decrypt", fresh=True, **values).finished.stdout == "a password"
    assert at_work.ran[-1][1] is at_work.fresh_workspace


def test_runs_ahead_are_those_that_are_asked_for_later(of_work: Trial, at_work: AtWork) -> None:
    unknown = {"name": "encrypt", "password": "other", "key_id": of_work.key.key_id}
    of_work.run_ahead(["a password"], [unknown])
    run = encrypted(of_work, "a password")
    assert run.written
    assert decrypted(of_work, run.written.appuser).finished.stdout == "a password"
    encrypted(of_work, "other")
    assert sorted(name for name, _, _ in at_work.ran) == ["decrypt", "encrypt", "encrypt"]


def test_a_script_that_runs_alone_is_the_decrypt_script(of_work: Trial, at_work: AtWork) -> None:
    run = encrypted(of_work, "a password")
    assert run.written
    alone = of_work.decrypt_alone(run.written.appuser, nullcontext)
    assert (alone.name, alone.finished.stdout) == ("decrypt", "a password")
    assert at_work.ran[-1][:2] == ("decrypt", at_work.workspace)


@pytest.mark.parametrize("form", ["bytes", "Base64 bytes", "Base64 text"])
def test_an_item_that_no_script_has_seen_has_the_form_of_the_others(
    of_work: Trial, at_work: AtWork, form: str
) -> None:
    at_work.form = form
    appuser = store_unseen(of_work)
    assert appuser == "10000"
    assert decrypted(of_work, appuser).finished.stdout == "unseen"


def test_a_form_of_its_own_is_not_imitated(of_work: Trial, at_work: AtWork) -> None:
    at_work.form = "its own"
    assert store_unseen(of_work) == ""


def store_unseen(trial: Trial) -> str:
    runs = [encrypted(trial, password) for password in (trial.password, trial.another_password)]
    like = [run.written for run in runs if run.written]
    decrypting = decrypted(trial, like[0].appuser).decrypting
    return trial.store_unseen(like, decrypting[0], "unseen")


@pytest.mark.parametrize("is_careful", [True, False])
def test_a_number_that_is_in_use_shows_who_overwrites(
    of_work: Trial, at_work: AtWork, is_careful: bool
) -> None:
    at_work.is_careful = is_careful
    run = encrypted(of_work, "a password")
    before = list(of_work.items())
    assert of_work.overwrites(run) == (not is_careful)
    assert list(of_work.items()) == before


def test_the_keys_that_scripts_use_are_disabled_for_a_while(of_work: Trial) -> None:
    encrypted(of_work, "a password", of_work.other_key)
    kms = of_work.account.clients.kms
    both = (of_work.key, of_work.other_key)
    with of_work.key_disabled():
        assert {keys.describe(kms, key.key_id).state for key in both} == {"Disabled"}
    assert {keys.describe(kms, key.key_id).state for key in both} == {"Enabled"}
