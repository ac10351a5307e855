"""The backend for a shared account: every run and every scenario uses unique names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import count
from typing import Any

from kmsdemo import errors, table
from kmsdemo.account import Account
from kmsdemo.account.clients import connect
from kmsdemo.shared_account import leftovers, sessions
from kmsdemo.shared_account.errors import LeftBehind
from kmsdemo.shared_account.run import Run


class SharedAccount:
    """A backend that removes what each scenario created, and nothing else.

    Args:
        name: The name of the backend in the table of divergences.
        unsupported_tags: Tags of the scenarios that cannot run here, each with the reason.
        run: Tags and guards the calls of the run.
    """

    def __init__(self, name: str, unsupported_tags: Mapping[str, str], run: Run) -> None:
        self.name = name
        self.cleanup_description = "the keys are scheduled for deletion, everything else is deleted"
        self.unsupported_tags = unsupported_tags
        self._run = run
        self._clients = connect()
        self._numbers = count(1)

    @contextmanager
    def account(self) -> Iterator[Account]:
        """Yield an account with unique names, and remove what the scenario created in it."""
        suffix = f"-{self._run.tags.run_id}-{next(self._numbers)}"
        try:
            yield Account(self._clients, lambda: list(self._run.key_ids), suffix)
        finally:
            self._clean_up()

    @contextmanager
    def subprocess_environment(self) -> Iterator[Mapping[str, str]]:
        """Yield no variables: other programs inherit those of this process."""
        yield {}

    @contextmanager
    def watched_environment(self) -> Iterator[tuple[Mapping[str, str], Sequence[Any]]]:
        """Yield the variables of a program, and no calls: this backend does not see them."""
        with self.subprocess_environment() as variables:
            yield variables, ()

    def wrong_plaintexts(self) -> AbstractContextManager[None]:
        """Raise ``NotImplementedError``: only the sandbox can return wrong answers."""
        raise NotImplementedError(self.unsupported_tags["watched"])

    def advance(self, *, days: int) -> None:
        """Raise ``NotImplementedError``: only the clock of the sandbox can be moved."""
        raise NotImplementedError(self.unsupported_tags["clock"])

    def prepare_cleanup(self, key_id: str) -> Callable[[], None]:
        """Read a key whose scenario has ended, and return a function that removes it."""
        return leftovers.prepare_key_removal(self._clients, key_id)

    def _clean_up(self) -> None:
        """Remove what the scenario created; the end of the run retries what fails here."""
        key_ids, self._run.key_ids = self._run.key_ids, []
        table_names, self._run.table_names = self._run.table_names, []
        cleanups = []
        for key_id in key_ids:
            with suppress(errors.KmsdemoError):
                cleanups.append(self.prepare_cleanup(key_id))
        for clean_up in cleanups:
            with suppress(errors.KmsdemoError):
                clean_up()
        for table_name in table_names:
            with suppress(errors.KmsdemoError):
                table.start_deletion(self._clients.dynamodb, table_name)


@contextmanager
def cleaned_up(run: Run) -> Iterator[None]:
    """Tag and guard the calls of a run, and at its end remove what is left of it.

    Raises:
        LeftBehind: A key or a table could not be removed.
    """
    try:
        with sessions.initializer(run.register_handlers):
            yield
    finally:
        _remove_all(run)


def _remove_all(run: Run) -> None:
    run_id, clients = run.tags.run_id, connect(max_attempts=leftovers.MAX_ATTEMPTS)
    try:
        # Its own first: that needs no permission to list, or to read tags.
        failures = leftovers.remove(clients, leftovers.created_by(clients, run))
        failures |= leftovers.remove(clients, leftovers.find(clients, run_id).leftovers)
    except errors.KmsdemoError as error:
        raise LeftBehind(run_id, error.what) from error
    except KeyboardInterrupt as error:
        raise LeftBehind(run_id, "it was interrupted again.") from error
    if failures:
        first, failure = next(iter(failures.items()))
        more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
        raise LeftBehind(run_id, f"{first.kind} {first.name}{more}. {failure.what}")
    run.record.delete()
