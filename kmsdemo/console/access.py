"""The credentials with which the console reads an account: in a class, those of its learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kmsdemo.account import environment
from kmsdemo.account.clients import Clients, connect
from kmsdemo.console.tokens import PARAMETER
from kmsdemo.learners.hand_out import Classroom, HandOut
from kmsdemo.sandbox.trail.history import OBSERVER

_ANY_SECRET = "console"  # noqa: S105, without a class the sandbox accepts any secret


@dataclass(frozen=True, slots=True)
class Access:
    """Access to the accounts of a sandbox.

    Attributes:
        url: The URL of the sandbox.
        classroom: The class that shares the sandbox, if any.
    """

    url: str
    classroom: Classroom | None = None

    @property
    def names(self) -> Mapping[str, str]:
        """The learners' names, by account."""
        learners = self.classroom.learners if self.classroom else ()
        return {one.learner.account_id: one.learner.name for one in learners}

    @property
    def query(self) -> str:
        """The query string with the instructor's token; empty without a class."""
        token = self.classroom.instructor.console_token if self.classroom else ""
        return f"?{PARAMETER}={token}" if token else ""

    def has(self, account: str) -> bool:
        """Return whether the console can show an account."""
        return self.classroom is None or self._hand_out(account) is not None

    def clients(self, account: str, region: str) -> Clients:
        """Return clients that read an account."""
        variables = self.environment(account, region)
        return connect(
            access_key_id=variables["AWS_ACCESS_KEY_ID"],
            secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            region=region,
            endpoint_url=self.url,
            application=OBSERVER,
        )

    def environment(self, account: str, region: str) -> dict[str, str]:
        """Return the environment variables of a program that reads an account."""
        if hand_out := self._hand_out(account):
            return hand_out.environment(self.url, region)
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": _ANY_SECRET,
            **environment.region_variables(region),
        }

    def _hand_out(self, account: str) -> HandOut | None:
        if self.classroom is None:
            return None
        hand_outs = self.classroom.hand_outs
        return next((one for one in hand_outs if one.learner.account_id == account), None)
