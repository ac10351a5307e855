"""The pages of the console: one for each account, and one for a class."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, abort, redirect, render_template, request, url_for

from kmsdemo.console import calls
from kmsdemo.console.access import Access
from kmsdemo.console.account_view import read_account
from kmsdemo.console.check_results import CheckResults
from kmsdemo.console.tokens import Tokens, Visitor
from kmsdemo.learners.finding import MARKS, WORDS, by_step
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.call import is_account_id
from kmsdemo.sandbox.trail import history

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


def create_application(access: Access, check_results: CheckResults) -> Flask:
    """Return the console as an application to be served at ``/console``.

    Args:
        access: Access to the accounts of the sandbox.
        check_results: The progress of each account.
    """
    tokens = Tokens.of(access.classroom)
    pages = _Pages(access, check_results, tokens)
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
    check_results: CheckResults
    tokens: Tokens

    def overview(self) -> AnyResponse:
        visitor = self._visitor()
        if not visitor.sees_all or not self.access.names:
            account = visitor.account or DEFAULT_ACCOUNT
            return redirect(url_for("account", account_id=account))
        results = {
            (account, name): self.check_results.of(account)
            for account, name in self.access.names.items()
        }
        return _unless_unchanged(results, lambda: render_template("overview.html", results=results))

    def account(self, account_id: str) -> AnyResponse:
        visitor = self._visitor()
        if not is_account_id(account_id) or not self.access.has(account_id):
            abort(404)
        if not visitor.sees(account_id):
            abort(403)
        result = self.check_results.of(account_id)
        facts = {
            "account_id": account_id,
            "name": self.access.names.get(account_id, ""),
            "accounts": self._others(account_id) if visitor.sees_all else [],
            "is_of_class": bool(self.access.names) and visitor.sees_all,
            "calls": calls.newest(account_id),
            "region": calls.region(account_id),
            "result": result,
            "is_current": result and result.call_count == history.count(account_id),
        }
        clients = self.access.clients(account_id, calls.region(account_id))
        now = clock.now(account_id)
        return _unless_unchanged(
            {**facts, "now": f"{now:%x}"},
            lambda: render_template("account.html", **facts, now=now, shown=read_account(clients)),
        )

    def _visitor(self) -> Visitor:
        return self.tokens.visitor() or abort(403)

    def _others(self, account_id: str) -> list[str]:
        """Return the accounts that made calls and are not in the list of a class."""
        hidden = {account_id, *self.access.names}
        return [account for account in history.accounts() if account not in hidden]


def _unless_unchanged(facts: dict[Any, Any], page: Callable[[], str]) -> Response:
    """Return a page, or 304 if the browser already shows the same facts."""
    tag = hashlib.sha256(f"{facts}".encode()).hexdigest()
    if request.if_none_match.contains(tag):
        return Response(status=304)
    response = Response(page())
    response.set_etag(tag)
    return response


def _protected(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
