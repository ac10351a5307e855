"""The pages of the console: one for each account, and one for a class."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from markupsafe import Markup

from kmsdemo.console import calls
from kmsdemo.console.access import Access
from kmsdemo.console.account_view import read_account
from kmsdemo.console.check_results import CheckResults
from kmsdemo.console.tokens import Tokens, Visitor
from kmsdemo.learners import class_progress
from kmsdemo.learners.class_progress import ORDERS, finished_at, in_order, totals
from kmsdemo.learners.finding import MARKS, WORDS
from kmsdemo.pluralize import pluralize
from kmsdemo.printable import printable
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.call import is_account_id
from kmsdemo.sandbox.trail import history
from kmsdemo.suite import story

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from werkzeug.wrappers import Response as AnyResponse

    from kmsdemo.learners.class_progress import ClassProgress
    from kmsdemo.learners.progress import Progress
    from kmsdemo.suite.story import Story

DEFAULT_ACCOUNT: Final = "123456789012"
_KEY_ID: Final = re.compile(r"([0-9a-f]{8})-[0-9a-f-]{27}")
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
    pages = _Pages(access, check_results, tokens, story.read())
    application = Flask(__name__, static_url_path="/console/static")
    application.jinja_env.trim_blocks = application.jinja_env.lstrip_blocks = True
    application.jinja_env.finalize = _without_controls
    application.jinja_env.globals.update(marks=MARKS, words=WORDS, finished_at=finished_at)
    application.jinja_env.filters.update(
        pluralize=pluralize, days_until=_days_until, short=_with_short_key_ids
    )
    application.add_url_rule("/console/style.css", "style", _style)
    application.add_url_rule("/console", "overview", pages.overview, strict_slashes=False)
    application.add_url_rule("/console/class.csv", "as_csv", pages.as_csv)
    application.add_url_rule("/console/<account_id>", "account", pages.account)
    application.before_request(tokens.check)
    application.after_request(_protected)
    return application


@dataclass(frozen=True, slots=True)
class _Learner:
    account_id: str
    name: str
    progress: Progress | None
    error: str


@dataclass(frozen=True, slots=True)
class _Pages:
    access: Access
    check_results: CheckResults
    tokens: Tokens
    story: Story

    def overview(self) -> AnyResponse:
        visitor = self._visitor()
        if not visitor.sees_all or not self.access.names:
            account = visitor.account or DEFAULT_ACCOUNT
            return redirect(url_for("account", account_id=account))
        learners = self._learners()
        facts = {
            "order": _order(),
            "orders": ORDERS,
            "totals": totals(_by_name(learners)),
            "learners": [learners[name] for name in in_order(_by_name(learners), _order())],
        }
        return _unless_unchanged(
            facts, lambda: render_template("overview.html", **facts, steps=self.story.steps)
        )

    def as_csv(self) -> Response:
        if not self._visitor().sees_all:
            abort(403)
        if not self.access.names:
            abort(404)
        learners = self._learners()
        failures = {name: one.error for name, one in learners.items() if one.error}
        response = Response(
            class_progress.as_csv(in_order(_by_name(learners), _order()), failures),
            content_type="text/csv; charset=utf-8",
        )
        response.headers["Content-Disposition"] = "attachment; filename=class.csv"
        return response

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
            "menu": self._menu(account_id) if visitor.sees_all else {},
            "is_of_class": bool(self.access.names) and visitor.sees_all,
            "calls": calls.uses(account_id),
            "region": calls.region(account_id),
            "error": result.error if result else "",
            "progress": result.progress if result else None,
            "is_current": result and result.call_count == history.count(account_id),
        }
        clients = self.access.clients(account_id, calls.region(account_id))
        now = clock.now(account_id)
        return _unless_unchanged(
            {**facts, "count": history.count(account_id), "now": f"{now:%x}"},
            lambda: render_template(
                "account.html",
                **facts,
                steps=self.story.steps,
                now=now,
                shown=read_account(clients),
            ),
        )

    def _learners(self) -> dict[str, _Learner]:
        """Return the learners by name, in the order of the class list."""
        return {name: self._learner(account, name) for account, name in self.access.names.items()}

    def _learner(self, account_id: str, name: str) -> _Learner:
        result = self.check_results.of(account_id)
        return _Learner(
            account_id,
            name,
            result.progress if result else None,
            result.error if result else "",
        )

    def _visitor(self) -> Visitor:
        return self.tokens.visitor() or abort(403)

    def _menu(self, account_id: str) -> dict[str, str]:
        """Return the labels of the other accounts: the class, and those that made calls."""
        names = self.access.names
        accounts = dict.fromkeys([*names, *history.accounts()])
        return {
            account: names.get(account, f"Account {account}")
            for account in accounts
            if account != account_id
        }


def _order() -> str:
    """Return the order that the URL asks for."""
    order = request.args.get("sort", ORDERS[0])
    return order if order in ORDERS else abort(404)


def _by_name(learners: Mapping[str, _Learner]) -> ClassProgress:
    return {name: one.progress for name, one in learners.items()}


def _unless_unchanged(facts: Any, page: Callable[[], str]) -> Response:
    """Return a page, or 304 if the browser already shows the same facts."""
    tag = hashlib.sha256(f"{facts}".encode()).hexdigest()
    if request.if_none_match.contains(tag):
        return Response(status=304)
    response = Response(page())
    response.set_etag(tag)
    return response


def _style() -> Response:
    """Return the style that the console shares with the guide."""
    text = files("kmsdemo.lesson.guide").joinpath("templates", "style.css").read_text("utf-8")
    return Response(text, content_type="text/css; charset=utf-8")


def _days_until(moment: datetime, now: datetime) -> int:
    """Return the days that are left, rounded up."""
    return math.ceil((moment - now) / timedelta(days=1))


def _with_short_key_ids(text: str) -> str:
    return _KEY_ID.sub(r"\1…", text)


def _protected(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


def _without_controls(value: Any) -> Any:
    """Escape control characters, which could hide text, in what a template shows."""
    is_text = isinstance(value, str) and not isinstance(value, Markup)
    return printable(value, keep="\n\t") if is_text else value
