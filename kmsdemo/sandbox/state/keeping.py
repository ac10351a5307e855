"""Keeps the state of a sandbox: before a call is answered, its events and changes are in the file.

The keys, tables, users or sessions of an account are written as a whole when a call changes one of
them; of a table, a changed item alone.
"""

from __future__ import annotations

import json
import pickle
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from moto.core.base_backend import BackendDict
from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.sts.models import sts_backends

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.errors import StateUnusable
from kmsdemo.sandbox.kms import ciphertexts, deletion
from kmsdemo.sandbox.lock import STATE_LOCK
from kmsdemo.sandbox.moto_hook import HOOK
from kmsdemo.sandbox.state import database, table_items
from kmsdemo.sandbox.state.database import sealed, unsealed
from kmsdemo.sandbox.trail import history
from kmsdemo.sandbox.trail.operations import CRYPTOGRAPHIC, is_look_up
from kmsdemo.sandbox.trail.records import Record

_BACKENDS: Final[dict[str, BackendDict[Any]]] = {
    "dynamodb": dynamodb_backends,
    "iam": iam_backends,
    "kms": kms_backends,
    "sts": sts_backends,
}
_CHANGED_BY: Final = {"dynamodb": ("dynamodb", "kms")}  # moto makes a key for an encrypted table
_RENAME: Final = ("DeleteRole", "DeleteUser", "UpdateUser")  # what all accounts' policies name
_FEWEST_ITEM_CHANGES: Final = 100
_EVENTS_BETWEEN_DROPS: Final = 100
_DROP_OLD_EVENTS: Final = """
    DELETE FROM events WHERE account = :account AND number <= (
        SELECT number FROM events WHERE account = :account ORDER BY number DESC LIMIT 1 OFFSET :most
    )
"""


@contextmanager
def kept_in(path: Path, owners: Mapping[str, str] | None = None) -> Iterator[None]:
    """Restore the state of a sandbox from a file, and keep it there until the context ends.

    Args:
        path: The file, which only its owner can read; it is created if it is missing.
        owners: The names of the learners of a class, by account.

    Raises:
        StateUnusable: It cannot be read or written, is damaged or of another version, another
            sandbox uses it, or an account in it belongs to another learner.
    """
    with database.opened(path) as opened, _hooked():
        state = _State(opened)
        with STATE_LOCK, database.explained(path):
            _check_owners(path, state.owners(), owners or {})
            state.restore()
            state.save_owners(owners or {})

        def save(events: Sequence[Record] = ()) -> None:
            with database.explained(path):
                state.save(events)

        history.subscribers.append(save)
        clock.subscribers.append(save)
        try:
            with STATE_LOCK:
                deletion.purge_all()  # of what ended in the meantime
            yield
        finally:
            history.subscribers.remove(save)
            clock.subscribers.remove(save)


def _check_owners(path: Path, before: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Check that no learner gets the account of another one."""
    for account, name in now.items():
        if before.get(account, name) != name:
            raise StateUnusable.of_other_learner(path, account, before[account], name)


@contextmanager
def _hooked() -> Iterator[None]:
    """Let moto's registry have our AWS KMS, whose keys are restored."""
    HOOK.install()
    try:
        yield
    finally:
        HOOK.remove()


class _State:
    def __init__(self, opened: sqlite3.Connection) -> None:
        self._database = opened
        self._clock: dict[str, timedelta] = {}
        self._item_changes: Counter[str] = Counter()
        self._events: Counter[str] = Counter()

    # --------------------------------------------------------------------------- to the file

    def save(self, events: Sequence[Record] = ()) -> None:
        """Write the events of a call, what it changed, and the clocks, in one transaction."""
        with STATE_LOCK, database.transaction(self._database):
            for event in events:
                self._save_event(event)
                self._save_changes(event)
            self._save_clock()

    def _save_event(self, event: Record) -> None:
        record = sealed(json.dumps(event).encode())
        account = event["recipientAccountId"]
        row = (account, record)
        self._database.execute("INSERT INTO events (account, record) VALUES (?, ?)", row)
        self._events[account] += 1
        if self._events[account] % _EVENTS_BETWEEN_DROPS == 0:
            self._drop_old_events(account, len(history.accounts()))

    def _drop_old_events(self, account: str, accounts: int) -> None:
        dropped = {"account": account, "most": history.most_events(accounts)}
        self._database.execute(_DROP_OLD_EVENTS, dropped)

    def _save_changes(self, event: Record) -> None:
        service, account = event["eventSource"].partition(".")[0], event["recipientAccountId"]
        if not _changes_something(service, event["eventName"]) or self._save_item(event):
            return
        if event["eventName"] in _RENAME:
            self._save_policies()
            return
        for changed in _CHANGED_BY.get(service, (service,)):
            if account in _BACKENDS[changed]:
                self._save_backends(changed, account)

    def _save_policies(self) -> None:
        """Write the keys, grants and roles of all accounts, where a principal has a new name."""
        for service in ("iam", "kms"):
            for account in list(_BACKENDS[service]):
                self._save_backends(service, account)

    def _save_backends(self, service: str, account: str) -> None:
        """Write all Regions at once: related multi-Region keys share their key material."""
        backends = dict(_BACKENDS[service][account].items())
        row = (service, account, sealed(pickle.dumps(backends)))
        self._database.execute("INSERT OR REPLACE INTO backends VALUES (?, ?, ?)", row)
        if service == "dynamodb":
            self._database.execute("DELETE FROM items WHERE account = ?", (account,))
            del self._item_changes[account]

    def _save_item(self, event: Record) -> bool:
        """Write the item that a call changed; return whether that is all that it changed.

        When the changes are as many as the items, the table is written as a whole.
        """
        change = table_items.change_of(event)
        if change is None:
            return False
        account = event["recipientAccountId"]
        self._item_changes[account] += 1
        if self._item_changes[account] > max(_FEWEST_ITEM_CHANGES, change.items_of_table):
            return False
        changed = sealed(pickle.dumps((change.key, change.item)))
        row = (account, event["awsRegion"], change.table_name, changed)
        columns = "INSERT INTO items (account, region, name, item) VALUES (?, ?, ?, ?)"
        self._database.execute(columns, row)
        return True

    def save_owners(self, owners: Mapping[str, str]) -> None:
        """Write who has which account, beside those who have had one."""
        with database.transaction(self._database):
            self._save_fact("owners", pickle.dumps({**self.owners(), **owners}))

    def _save_clock(self) -> None:
        if self._clock != (offsets := clock.offsets()):
            self._save_fact("clock", pickle.dumps(offsets))
            self._clock = offsets

    def _save_fact(self, name: str, value: bytes) -> None:
        self._database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, sealed(value)))

    # ------------------------------------------------------------------------- from the file

    def owners(self) -> dict[str, str]:
        """Return the names of all who have had an account, by account."""
        row = self._database.execute("SELECT value FROM facts WHERE name = 'owners'").fetchone()
        owners: dict[str, str] = database.unpickled(row[0]) if row else {}
        return owners

    def restore(self) -> None:
        """Restore everything; a new file gets the clocks and the blob key of this sandbox."""
        facts = dict(self._database.execute("SELECT name, value FROM facts"))
        if "blob key" not in facts:
            with database.transaction(self._database):
                self._save_fact("blob key", ciphertexts.blob_key())
                self._save_clock()
            return
        ciphertexts.restore(unsealed(facts["blob key"]))
        self._clock = database.unpickled(facts["clock"])
        clock.restore(self._clock)
        self._restore_backends()
        self._restore_items()
        self._restore_events()

    def _restore_backends(self) -> None:
        rows = self._database.execute("SELECT service, account, state FROM backends")
        for service, account, state in rows:
            _BACKENDS[service][account].update(database.unpickled(state))

    def _restore_items(self) -> None:
        rows = "SELECT account, region, name, item FROM items ORDER BY number"
        for account, region, name, item in self._database.execute(rows):
            table = dynamodb_backends[account][region].tables[name]
            table_items.put(table, *database.unpickled(item))
            self._item_changes[account] += 1

    def _restore_events(self) -> None:
        accounts = self._database.execute("SELECT DISTINCT account FROM events").fetchall()
        for (account,) in accounts:
            self._drop_old_events(account, len(accounts))
        rows = self._database.execute("SELECT record FROM events ORDER BY number")
        history.restore(json.loads(unsealed(record)) for (record,) in rows)


def _changes_something(service: str, operation: str) -> bool:
    """Return whether a call changes the account, as also a new session and an import token do."""
    is_use = service == "kms" and operation in CRYPTOGRAPHIC
    return not is_use and not is_look_up(service, operation)
