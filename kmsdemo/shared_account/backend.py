"""An account that others use too: each run and each scenario has names of its own there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count

from kmsdemo import errors, table
from kmsdemo.account import Account
from kmsdemo.account.clients import connect
from kmsdemo.shared_account import leftovers, sessions
from kmsdemo.shared_account.errors import LeftBehind
from kmsdemo.shared_account.run import Run


class SharedAccount:
    """A backend that tidies up after each scenario, and nothing else.

    Args:
        name: The emulator, as the table of divergences knows it.
        lacks: Tags of scenarios that cannot be run here, each with the reason.
        run: What watches over the clients.
    """

    def __init__(self, name: str, lacks: Mapping[str, str], run: Run) -> None:
        self.name = name
        self.afterwards = (
            "the keys are scheduled for deletion, without their aliases; the rest is deleted"
        )
        self.lacks = lacks
        self._run = run
        self._clients = connect()
        self._numbers = count(1)

    @contextmanager
    def account(self) -> Iterator[Account]:
        """Give a scenario names of its own; what it made is put away when it ends."""
        suffix = f"-{self._run.tags.run_id}-{next(self._numbers)}"
        try:
            yield Account(self._clients, lambda: list(self._run.key_ids), suffix)
        finally:
            self._tidy_up()

    @contextmanager
    def subprocess_environment(self) -> Iterator[Mapping[str, str]]:
        """Give nothing: other programs inherit the variables of this process."""
        yield {}

    def advance(self, *, days: int) -> None:
        """Refuse: only the sandbox's clock moves."""
        raise NotImplementedError(self.lacks["clock"])

    def put_away(self, key_id: str) -> Callable[[], None]:
        """Look at a key whose scenario has ended, and return what removes it."""
        return leftovers.removal_of_key(self._clients, key_id)

    def _tidy_up(self) -> None:
        """Put away what the scenario made; what fails here is found at the end of the run."""
        key_ids, self._run.key_ids = self._run.key_ids, []
        table_names, self._run.table_names = self._run.table_names, []
        putting_away = []
        for key_id in key_ids:
            with suppress(errors.KmsdemoError):
                putting_away.append(self.put_away(key_id))
        for put_away in putting_away:
            with suppress(errors.KmsdemoError):
                put_away()
        for table_name in table_names:
            with suppress(errors.KmsdemoError):
                table.start_deletion(self._clients.dynamodb, table_name)


@contextmanager
def tidied(run: Run) -> Iterator[None]:
    """Watch over a run; at its end, remove whatever of it is still there.

    Raises:
        LeftBehind: Something could not be removed.
    """
    try:
        with sessions.watched(run.watch):
            yield
    finally:
        _remove_all(run.tags.run_id)


def _remove_all(run_id: str) -> None:
    clients = connect()
    try:
        failures = leftovers.remove(clients, leftovers.find(clients, run_id))
    except errors.KmsdemoError as error:
        raise LeftBehind(run_id, error.what) from error
    except KeyboardInterrupt as error:
        raise LeftBehind(run_id, "it was interrupted once more.") from error
    if failures:
        first, failure = next(iter(failures.items()))
        more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
        raise LeftBehind(run_id, f"{first.kind} {first.name}{more}. {failure.what}")
