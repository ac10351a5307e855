"""Who may look at which pages of a class: whoever has the instructor's token, or a learner's."""

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
_OPENS: Final = frozenset({"static"})
"""The endpoints that everybody may see: there is nothing of anybody in them."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever looks at the console.

    Attributes:
        account: A learner's, who sees only this one; empty for who sees all.
    """

    account: str = ""

    @property
    def sees_all(self) -> bool:
        """Whether it is the instructor, or there is no class."""
        return not self.account

    def sees(self, account: str) -> bool:
        """Say whether the pages of an account may be shown."""
        return account in ("", self.account) or self.sees_all


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a class; none where there is no class.

    Attributes:
        visitors: By token.
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
        """Return who asks for the page, by the cookie; nobody where it is unknown."""
        if not self.visitors:
            return Visitor()
        return self._of(request.cookies.get(_COOKIE, ""))

    def check(self) -> AnyResponse | None:
        """Take a token from the URL into the cookie; refuse who has none."""
        if request.endpoint in _OPENS or not self.visitors:
            return None
        if given := request.args.get(PARAMETER):
            return self._remembered(given)
        if self.visitor() is None:
            abort(Response(_WHO_ARE_YOU, 403, content_type="text/plain; charset=utf-8"))
        return None

    def _remembered(self, token: str) -> AnyResponse:
        answer = redirect(request.path, 303)
        if self._of(token):
            answer.set_cookie(_COOKIE, token, path="/console", httponly=True, samesite="Lax")
        return answer

    def _of(self, token: str) -> Visitor | None:
        """Return whose a token is; how long that takes does not tell how near it was."""
        found = None
        for known, visitor in self.visitors.items():
            if hmac.compare_digest(known.encode(), token.encode()):
                found = visitor
        return found


_WHO_ARE_YOU = """\
This is the console of a class. Open it with the URL that kmsdemo sandbox has printed, or with
the one of your hand-out: it has a token in it.
"""
