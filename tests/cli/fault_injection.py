"""The commands that call AWS, each with a fault at one of its calls, and what the account has then.

A new command is missed by ``test_faults.py`` until it says here how it is called.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from kmsdemo import errors, keys, table, vault
from kmsdemo.account.clients import Clients, connect
from kmsdemo.cipher import CIPHERS, Direct, Plain
from kmsdemo.cli import main
from kmsdemo.learners import class_list, credentials
from kmsdemo.learners.hand_out import HandOut
from kmsdemo.sandbox import mock_kms
from kmsdemo.shared_account import sessions
from kmsdemo.shared_account.run import Run
from kmsdemo.vault import Item, Vault
from tests import faults
from tests.fake_endpoint import PAUSE, QUEUE
from tests.faults import Fault, Faults

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ANNA, LAB_KEY, NEXT_KEY = "20001", "alias/demo-kms-lab", "alias/next"
EXPORTED = Path("passwords.csv")
_ROOT_USER = "arn:aws:iam::123456789012:root"
_NO_FAULT = Fault(faults.cut_off, attempts=0)


@dataclass(frozen=True)
class Command:
    """How a command is called, and in which account.

    Attributes:
        arguments: What follows its name.
        prepare: Changes the account before, in which the lab is set up.
        stdin: Its standard input.
        code: Its exit code.
    """

    arguments: tuple[str, ...] = ()
    prepare: Callable[[Clients], object] = lambda _: None
    stdin: str = ""
    code: int = 0


def _schedule_deletion(clients: Clients) -> None:
    keys.schedule_deletion(clients.kms, LAB_KEY)


def _disable(clients: Clients) -> None:
    keys.disable(clients.kms, LAB_KEY)


def _leave_what_a_killed_run_leaves(_: Clients) -> None:
    run = Run()
    with sessions.initializer(run.register_handlers), _in_this_process():
        killed = connect()
        primary = keys.create(killed.kms, multi_region=True)
        keys.replicate(killed.kms, primary.key_id, "eu-west-1")
        table.create(killed.dynamodb, f"demo-kms-{run.tags.run_id}-1")


def _write_a_class_list(_: Clients) -> None:
    names = Path("names.txt")
    names.write_text("Anna\n")
    url = os.environ["AWS_ENDPOINT_URL"]
    given = HandOut(class_list.instructor(), "123456789012", "secret").environment(url)
    table_of_all = dict.fromkeys(("Anna", class_list.INSTRUCTOR), given)
    credentials.file_of(names).write_text(credentials.text(table_of_all))


ONE = "--threads=1"  # so that their calls have an order
COMMANDS = {
    "setup": Command(("--key-administrator", _ROOT_USER), lambda _: mock_kms.empty()),
    "describe": Command(),
    "encrypt": Command(("secret",)),
    "items": Command(),
    "decrypt": Command(("10001",)),
    "import": Command(("-", ONE), stdin=f"appuser,password\n{ANNA},of Anna\n"),
    "export": Command((str(EXPORTED), "--yes", ONE)),
    "rotate-to": Command((NEXT_KEY, ONE)),
    "schedule-deletion": Command(("--force",)),
    "cancel-deletion": Command((), _schedule_deletion),
    "enable": Command((), _disable),
    "cleanup": Command(("--yes",)),
    "check": Command(code=1),
    "class": Command(("names.txt", "--json"), _write_a_class_list),
    "sweep": Command(("--yes",), _leave_what_a_killed_run_leaves),
}
WITHOUT_AWS = {"lab", "guide", "shell", "grade", "show", "sandbox", "sandbox advance"}
"""They run a sandbox of their own, or speak with one otherwise than with AWS."""


@dataclass(frozen=True)
class State:
    """What is in the account.

    Attributes:
        keys: How many keys have each alias and each state; those without an alias that are pending
            deletion do not count: nobody misses them.
        tables: The names of the tables.
        passwords: How often the lab's table has each password; ``None`` is one that is lost.
    """

    keys: Mapping[tuple[str, str], int]
    tables: frozenset[str]
    passwords: Mapping[str | None, int]


def use(endpoint_url: str, clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands work over HTTP, with retries that do not wait; clients stay in this process."""
    _ = clients.kms, clients.dynamodb, clients.cloudtrail  # created now, without the variables
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint_url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(PAUSE, lambda *_: 0)
    monkeypatch.setattr(QUEUE, lambda *_: True)


@contextmanager
def _in_this_process() -> Iterator[None]:
    """Create clients that do not work over HTTP, whose calls meet no fault."""
    with patch.dict(os.environ):
        os.environ.pop("AWS_ENDPOINT_URL", None)
        yield


def set_up(clients: Clients, command: Command) -> None:
    """Empty the account, do the lab in it, and what the command needs."""
    mock_kms.empty()
    EXPORTED.unlink(missing_ok=True)
    key = keys.create(clients.kms, alias=LAB_KEY)
    keys.create(clients.kms, alias=NEXT_KEY)
    table.create(clients.dynamodb)
    for user, cipher in ("10001", Plain), ("10002", Direct):
        Vault(clients.kms, clients.dynamodb, key.arn, cipher=cipher).store_for(user, f"of {user}")
    command.prepare(clients)


def run(name: str, fault: Fault = _NO_FAULT, at: int = 1) -> tuple[Result, list[str]]:
    """Run a command with a fault at one of its calls; return also the names of the calls."""
    command, injected = COMMANDS[name], Faults(fault, at)
    with injected.injected():
        result = CliRunner().invoke(main, [*name.split(), *command.arguments], input=command.stdin)
    return result, injected.calls


def state(clients: Clients) -> State:
    """Return what is in the account; all its keys can be used then."""
    with _in_this_process():
        here = [clients.kms, clients.in_region("eu-west-1").kms]
    found = [(kms, key_id) for kms in here for key_id in keys.key_ids(kms)]
    described = Counter(_alias_and_state(*one) for one in found)
    del described["", "PendingDeletion"]
    for one in found:
        _revive(*one)
    tables = frozenset(table.names(clients.dynamodb))
    items = vault.items(clients.dynamodb) if table.TABLE_NAME in tables else ()
    return State(described, tables, Counter(_opened(clients, item) for item in items))


def _alias_and_state(kms: KMSClient, key_id: str) -> tuple[str, str]:
    """Return the alias of a key, without its random suffix, and its state."""
    aliases = keys.aliases(kms, key_id)
    return " ".join(aliases)[: len(keys.ALIAS_PREFIX)], keys.describe(kms, key_id).state


def _revive(kms: KMSClient, key_id: str) -> None:
    for step in (keys.cancel_deletion, keys.enable):
        with suppress(errors.KmsdemoError):
            step(kms, key_id)


def _opened(clients: Clients, item: Item) -> str | None:
    """Return the password of an item, with whichever key opens it."""
    for key_id in keys.key_ids(clients.kms):
        of_key = Vault(clients.kms, clients.dynamodb, key_id, accepts=CIPHERS.values())
        with suppress(errors.KmsdemoError):
            return of_key.decrypt(item)
    return None


def is_explained(result: Result, code: int) -> bool:
    """Return whether the command did its work, or says what happened and what to do next."""
    did_its_work = result.exit_code == code and "Error" not in result.stderr
    is_error = re.search(r"^Error: .+\.\n.+\.$", result.stderr, re.MULTILINE)
    is_true = "does not exist" not in result.stderr  # all that the commands name is there
    is_clear = result.exit_code == 1 and is_error and is_true and not EXPORTED.exists()
    return did_its_work or bool(is_clear)
