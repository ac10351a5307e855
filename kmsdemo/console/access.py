"""As whom the console looks at an account: in a class, as the learner whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kmsdemo.account import environment
from kmsdemo.account.clients import Clients, connect
from kmsdemo.console.tokens import PARAMETER
from kmsdemo.learners.hand_out import Classroom, HandOut
from kmsdemo.sandbox.http.call_log import OBSERVER

_ANY_SECRET = "console"  # noqa: S105, where there is no class, the sandbox asks for none


@dataclass(frozen=True, slots=True)
class Access:
    """The way to a sandbox's accounts.

    Attributes:
        url: The sandbox's.
        classroom: The class that shares it, if one does.
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
        """What the console's URL ends with, so that it opens."""
        token = self.classroom.instructor.console_token if self.classroom else ""
        return f"?{PARAMETER}={token}" if token else ""

    def has(self, account: str) -> bool:
        """Say whether an account can be looked at."""
        return self.classroom is None or self._hand_out(account) is not None

    def clients(self, account: str, region: str) -> Clients:
        """Return clients that look at an account."""
        variables = self.environment(account, region)
        return connect(
            access_key_id=variables["AWS_ACCESS_KEY_ID"],
            secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            region=region,
            endpoint_url=self.url,
            application=OBSERVER,
        )

    def environment(self, account: str, region: str) -> dict[str, str]:
        """Return the variables of a program that looks at an account."""
        if hand_out := self._hand_out(account):
            return hand_out.environment(self.url, region)
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": _ANY_SECRET,
            **environment.of_region(region),
        }

    def _hand_out(self, account: str) -> HandOut | None:
        if self.classroom is None:
            return None
        everybody = (self.classroom.instructor, *self.classroom.learners)
        return next((one for one in everybody if one.learner.account_id == account), None)
