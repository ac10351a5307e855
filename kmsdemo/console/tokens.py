"""Authenticates visitors of a class's console by token: the instructor's, or a learner's."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from kmsdemo.learners.hand_out import Classroom

PARAMETER: Final = "token"
_COOKIE: Final = "kmsdemo-console"
_PUBLIC_ENDPOINTS: Final = frozenset({"static", "style"})
"""The endpoints without a learner's data."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor of the console.

    Attributes:
        account: The only account that the visitor can see; empty for all accounts.
    """

    account: str = ""

    @property
    def sees_all(self) -> bool:
        """Whether the visitor can see all accounts: the instructor, or anybody without a class."""
        return not self.account

    def sees(self, account: str) -> bool:
        """Return whether the visitor can see an account."""
        return account in ("", self.account) or self.sees_all


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a class; empty without a class.

    Attributes:
        visitors: The visitor with each token.
    """

    visitors: Mapping[str, Visitor] = field(repr=False)

    @classmethod
    def of(cls, classroom: Classroom | None) -> Tokens:
        """Return the tokens of a class."""
        if classroom is None:
            return cls({})
        learners = {
            one.console_token: Visitor(one.learner.account_id) for one in classroom.learners
        }
        return cls({classroom.instructor.console_token: Visitor(), **learners})

    def visitor(self) -> Visitor | None:
        """Return the visitor with the token in the cookie; ``None`` if the token is unknown."""
        if not self.visitors:
            return Visitor()
        return self._of(request.cookies.get(_COOKIE, ""))

    def check(self) -> AnyResponse | None:
        """Move a token from the URL to the cookie; reject visitors without a token."""
        if request.endpoint in _PUBLIC_ENDPOINTS or not self.visitors:
            return None
        if token := request.args.get(PARAMETER):
            return self._with_cookie(token)
        if self.visitor() is None:
            abort(Response(_HOW_TO_OPEN, 403, content_type="text/plain; charset=utf-8"))
        return None

    def _with_cookie(self, token: str) -> AnyResponse:
        answer = redirect(request.path, 303)
        if self._of(token):
            answer.set_cookie(_COOKIE, token, path="/console", httponly=True, samesite="Lax")
        return answer

    def _of(self, token: str) -> Visitor | None:
        """Return the visitor with a token, in a time that does not depend on the token."""
        found = None
        for known, visitor in self.visitors.items():
            if hmac.compare_digest(known.encode(), token.encode()):
                found = visitor
        return found


_HOW_TO_OPEN = """\
This is the console of a class. Open it with the URL that kmsdemo sandbox printed, or with the URL
in your hand-out: it contains a token.
"""
