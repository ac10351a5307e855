"""The pages of the console: one for each account, and one that shows a class."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, abort, redirect, render_template, request, url_for

from kmsdemo.console.access import Access
from kmsdemo.console.account import look
from kmsdemo.console.tokens import Tokens, Visitor
from kmsdemo.console.verdicts import Verdicts
from kmsdemo.learners.finding import MARKS, WORDS, by_step
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.call import is_account_id
from kmsdemo.sandbox.http.call_log import CallLog

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

DEFAULT_ACCOUNT: Final = "123456789012"
_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_application(access: Access, call_log: CallLog, verdicts: Verdicts) -> Flask:
    """Return the console as an application to be served at ``/console``.

    Args:
        access: The way to the sandbox that it shows.
        call_log: What the sandbox has heard.
        verdicts: How far each account is.
    """
    tokens = Tokens.of(access.classroom)
    pages = _Pages(access, call_log, verdicts, tokens)
    application = Flask(__name__, static_url_path="/console/static")
    application.jinja_env.trim_blocks = application.jinja_env.lstrip_blocks = True
    application.jinja_env.globals.update(marks=MARKS, words=WORDS)
    application.jinja_env.filters["by_step"] = by_step
    application.add_url_rule("/console", "overview", pages.overview, strict_slashes=False)
    application.add_url_rule("/console/<account_id>", "account", pages.account)
    application.before_request(tokens.check)
    application.after_request(_protected)
    return application


@dataclass(frozen=True, slots=True)
class _Pages:
    access: Access
    call_log: CallLog
    verdicts: Verdicts
    tokens: Tokens

    def overview(self) -> AnyResponse:
        visitor = self._visitor()
        if not visitor.sees_all or not self.access.names:
            account = visitor.account or DEFAULT_ACCOUNT
            return redirect(url_for("account", account_id=account))
        known = {
            (account, name): self.verdicts.on(account)
            for account, name in self.access.names.items()
        }
        return _unless_known(known, lambda: render_template("overview.html", known=known))

    def account(self, account_id: str) -> AnyResponse:
        visitor = self._visitor()
        if not is_account_id(account_id) or not self.access.has(account_id):
            abort(404)
        if not visitor.sees(account_id):
            abort(403)
        verdict = self.verdicts.on(account_id)
        facts = {
            "account_id": account_id,
            "name": self.access.names.get(account_id, ""),
            "accounts": self._others(account_id) if visitor.sees_all else [],
            "is_of_class": bool(self.access.names) and visitor.sees_all,
            "calls": self.call_log.calls(account_id),
            "region": self.call_log.region(account_id),
            "verdict": verdict,
            "is_last_word": verdict and verdict.after == self.call_log.count(account_id),
        }
        clients = self.access.clients(account_id, self.call_log.region(account_id))
        now = clock.now(account_id)
        return _unless_known(
            {**facts, "now": f"{now:%x}"},
            lambda: render_template("account.html", **facts, now=now, shown=look(clients)),
        )

    def _visitor(self) -> Visitor:
        return self.tokens.visitor() or abort(403)

    def _others(self, account_id: str) -> list[str]:
        """Return the accounts that called and that no list of a class has."""
        hidden = {account_id, *self.access.names}
        return [account for account in self.call_log.accounts if account not in hidden]


def _unless_known(facts: dict[Any, Any], page: Callable[[], str]) -> Response:
    """Return a page, unless the browser shows the same facts already."""
    tag = hashlib.sha256(f"{facts}".encode()).hexdigest()
    if request.if_none_match.contains(tag):
        return Response(status=304)
    response = Response(page())
    response.set_etag(tag)
    return response


def _protected(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
