"""Runs the two scripts of a learner in one account: each run, its calls, what it stored."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name

from kmsdemo import keys, table
from kmsdemo.learners.script_run import WRITING, Run, context_of, users_written
from kmsdemo.learners.submission import Submission
from kmsdemo.learners.submission.workspace import Workspace
from kmsdemo.sandbox.lock import STATE_LOCK
from kmsdemo.vault import PASSWORD_ATTRIBUTE, Item, items

if TYPE_CHECKING:
    from kmsdemo.account import Account
    from kmsdemo.backends import Backend
    from kmsdemo.sandbox.trail.records import ServedCall

AT_ONCE: Final = 2
"""How many scripts run at the same time."""


@dataclass(slots=True)
class ScriptRunner:
    """Two scripts with one key and one table.

    A run with the same values is made once; later requests get the same result.

    Attributes:
        submission: The scripts.
        backend: Where AWS is.
        account: The account, which has nothing else in it.
        password: A password that nothing else contains.
        another_password: Another one.
        key: The key that the scripts are given.
        other_key: A key that they are not given.
        table_name: The table.
    """

    submission: Submission
    backend: Backend
    account: Account
    password: str
    another_password: str = field(init=False)
    key: keys.Key = field(init=False)
    other_key: keys.Key = field(init=False)
    table_name: str = field(init=False)
    _runs: dict[tuple[Any, ...], Future[Run]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE))

    def __post_init__(self) -> None:
        self.another_password = f"another horse {secrets.token_hex(8)}"
        self.table_name = self.account.resource_name(table.TABLE_NAME)
        self.key = keys.create(self.account.clients.kms)
        self.other_key = keys.create(self.account.clients.kms)
        table.create(self.account.clients.dynamodb, self.table_name)

    @property
    def is_watched(self) -> bool:
        """Whether the calls of the scripts are seen."""
        return "watched" not in self.backend.unsupported_tags

    @property
    def runs(self) -> list[Run]:
        """The runs that have ended."""
        ended = [run for run in self._begun() if run.done()]
        return [run.result() for run in ended if run.exception() is None]

    def _begun(self) -> list[Future[Run]]:
        with self._lock:
            return list(self._runs.values())

    def run(self, name: str, *, fresh: bool = False, **values: str) -> Run:
        """Run a script, or return its run with these values.

        Args:
            name: ``encrypt`` or ``decrypt``.
            fresh: Whether it runs on a machine that has not run the scripts.
            values: The values of its placeholders.

        Raises:
            NotRun, NotGraded, CommandUnusable: It cannot be run.
        """
        return self._begin(name, fresh, values).result()

    def run_ahead(self, passwords: Sequence[str], others: Sequence[Mapping[str, str]]) -> None:
        """Begin the runs that will be asked for.

        Args:
            passwords: Passwords to encrypt and to decrypt.
            others: Further runs: their ``name`` and the values of their placeholders.
        """
        for values in others:
            rest = dict(values)
            self._begin(rest.pop("name"), rest.pop("fresh", "") == "yes", rest)
        for password in passwords:
            encrypted = {"password": password, "key_id": self.key.key_id}
            self._begin("encrypt", False, encrypted, self._perform_and_decrypt_ahead)

    def _perform_and_decrypt_ahead(self, name: str, fresh: bool, values: Mapping[str, str]) -> Run:
        """Run the encrypt script; the decrypt script begins before this run has ended."""
        run = self._perform(name, fresh, values)
        if run.written:
            decrypted = {"appuser": run.written.appuser, "key_id": self.key.key_id}
            self._begin("decrypt", False, decrypted)
        return run

    def decrypt_alone(
        self, appuser: str, disturbed: Callable[[], AbstractContextManager[None]]
    ) -> Run:
        """Run the decrypt script again, alone, inside a context that disturbs AWS KMS."""
        self._wait()
        with disturbed():
            values = {"appuser": appuser, "key_id": self.key.key_id}
            return self._pool.submit(self._perform, "decrypt", False, values).result()

    def _wait(self) -> None:
        """Wait until no run is in progress; a run may begin another one."""
        while going_on := [run for run in self._begun() if not run.done()]:
            wait(going_on)

    @contextmanager
    def key_disabled(self) -> Iterator[None]:
        """Disable the keys that the scripts use, inside the context."""
        kms = self.account.clients.kms
        used = {self.key.key_id}.union(*(self.keys_used(run) for run in self.runs))
        for key_id in used:
            keys.disable(kms, key_id)
        try:
            yield
        finally:
            for key_id in used:
                keys.enable(kms, key_id)

    def _begin(
        self,
        name: str,
        fresh: bool,
        values: Mapping[str, str],
        perform: Callable[[str, bool, Mapping[str, str]], Run] | None = None,
    ) -> Future[Run]:
        asked = (name, fresh, *sorted(values.items()))
        with self._lock:
            if asked not in self._runs:
                self._runs[asked] = self._pool.submit(perform or self._perform, name, fresh, values)
            return self._runs[asked]

    def _perform(self, name: str, fresh: bool, values: Mapping[str, str]) -> Run:
        workspace = self.submission.fresh_workspace if fresh else self.submission.workspace
        before = self._stored()
        with self.backend.watched_environment() as (variables, calls):
            environment = {**self._configured(workspace), **workspace.with_copies(variables)}
            environment["KMSDEMO_TABLE"] = self.table_name
            finished = self.submission.run(name, workspace, environment, values)
            made = tuple(calls)
        written = self._written(made, before, finished.stdout) if name == "encrypt" else None
        return Run(name, finished, made, written)

    def _configured(self, workspace: Workspace) -> Mapping[str, str]:
        """Return variables that lead to each profile that a script names, in the sandbox."""
        if not self.is_watched:
            return {}
        secrets_of = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        return workspace.configure_aws(*(os.environ[name] for name in secrets_of))

    def _stored(self) -> dict[str, Item]:
        with STATE_LOCK:
            return {item.appuser: item for item in self.items()}

    def items(self) -> Iterator[Item]:
        """Yield the items of the table."""
        return items(self.account.clients.dynamodb, self.table_name)

    def _written(
        self, calls: Sequence[ServedCall], before: Mapping[str, Item], stdout: str
    ) -> Item | None:
        """Return the item that a run wrote, as its calls tell, or else the table."""
        stored = self._stored()
        named = [stored[user] for user in users_written(calls) if user in stored]
        changed = [item for item in stored.values() if item != before.get(item.appuser)]
        printed = [item for item in changed if item.appuser in stdout]
        return next(iter([*named, *printed, *changed]), None)

    # ------------------------------------------------------------------------- what it tells

    def keys_used(self, run: Run) -> set[str]:
        """Return the ids of the keys under which AWS KMS encrypted in a run."""
        kms = self.account.clients.kms
        return {keys.describe(kms, name).key_id for name in run.key_names}

    def store_unseen(self, like: Sequence[Item], decrypted: ServedCall, password: str) -> str:
        """Store an item that no script has seen, in the form in which the encrypt script stores.

        Args:
            like: Two items of the encrypt script.
            decrypted: The call that decrypted the first of them.
            password: The password of the new item.

        Returns:
            Its user number; empty if the form is the script's own: ``userpasswd`` is not the
            ciphertext of the password, or other attributes differ from item to item.
        """
        item, appuser = like[0], "10000"
        context = context_of(decrypted)
        if not self._is_plain_form(like, decrypted):
            return ""
        blob = self.account.clients.kms.encrypt(
            KeyId=self.key.key_id,
            Plaintext=password.encode(),
            EncryptionContext={
                name.replace(item.appuser, appuser): value.replace(item.appuser, appuser)
                for name, value in context.items()
            },
        )["CiphertextBlob"]
        own = {"appuser": {"S": appuser}, PASSWORD_ATTRIBUTE: self._as_stored(item, blob)}
        self._put({**item.attributes, **own})
        return appuser

    def _is_plain_form(self, like: Sequence[Item], decrypted: ServedCall) -> bool:
        first, second = (
            {
                name: value
                for name, value in item.attributes.items()
                if name not in ("appuser", PASSWORD_ATTRIBUTE)
            }
            for item in like
        )
        blob = base64.b64decode(decrypted.parameters["CiphertextBlob"])
        stored = like[0].attributes.get(PASSWORD_ATTRIBUTE)
        plain = self.account.clients.kms.decrypt(
            CiphertextBlob=blob, EncryptionContext=context_of(decrypted)
        )["Plaintext"]
        return first == second and stored in _forms(blob) and plain == self.password.encode()

    def _as_stored(self, item: Item, blob: bytes) -> Any:
        stored = item.attributes[PASSWORD_ATTRIBUTE]
        if "S" in stored:
            return {"S": base64.b64encode(blob).decode()}
        is_text = all(letter < 128 for letter in stored["B"])  # noqa: PLR2004, ASCII
        return {"B": base64.b64encode(blob) if is_text else blob}

    def overwrites(self, run: Run) -> bool:
        """Return whether what a run wrote replaces the item of another user with the same number.

        It repeats the calls of the run, as if it had drawn a number that is in use.
        """
        assert run.written  # noqa: S101, only a run that wrote is asked about
        other = {"appuser": {"S": run.written.appuser}, PASSWORD_ATTRIBUTE: {"B": b"of another"}}
        dynamodb = self.account.clients.dynamodb
        with self._restored(run.written):
            self._put(other)
            for call in run.succeeded_with("dynamodb", *WRITING):
                repeat = getattr(dynamodb, xform_name(call.operation))
                try:
                    repeat(**_with_bytes(call.parameters))
                except dynamodb.exceptions.ClientError:
                    break
            return self._stored()[run.written.appuser].attributes != other

    @contextmanager
    def _restored(self, item: Item) -> Iterator[None]:
        try:
            yield
        finally:
            self._put(item.attributes)

    def _put(self, attributes: Mapping[str, Any]) -> None:
        with STATE_LOCK:
            self.account.clients.dynamodb.put_item(TableName=self.table_name, Item=attributes)


@contextmanager
def running_scripts(
    submission: Submission, backend: Backend, account: Account, password: str
) -> Iterator[ScriptRunner]:
    """Yield a runner; leaving the context waits for runs that have begun, and begins no other."""
    runner = ScriptRunner(submission, backend, account, password)
    with ExitStack() as until_the_end:
        until_the_end.callback(runner._pool.shutdown, cancel_futures=True)
        yield runner


def _forms(blob: bytes) -> list[Any]:
    """Return how a ciphertext blob can be stored as it is."""
    text = base64.b64encode(blob)
    return [{"B": blob}, {"B": text}, {"S": text.decode()}]


def _with_bytes(value: Any) -> Any:
    """Return parameters as boto3 takes them, given those of a request in JSON."""
    if isinstance(value, Mapping):
        return {
            name: base64.b64decode(one)
            if name == "B" and isinstance(one, str)
            else _with_bytes(one)
            for name, one in value.items()
        }
    return [_with_bytes(one) for one in value] if isinstance(value, list) else value
