"""The pages of the console: one for each account, and one for a class."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, abort, redirect, render_template, request, url_for

from kmsdemo.account.clients import Clients, connect
from kmsdemo.console.account_view import read_account
from kmsdemo.console.check_results import CheckResults
from kmsdemo.learners.class_list import Learner
from kmsdemo.learners.finding import MARKS, WORDS, by_step
from kmsdemo.sandbox import clock
from kmsdemo.sandbox.call import is_account_id
from kmsdemo.sandbox.http.call_log import OBSERVER, CallLog

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


def create_application(
    url: str, call_log: CallLog, check_results: CheckResults, learners: Sequence[Learner] = ()
) -> Flask:
    """Return the console as an application to be served at ``/console``.

    Args:
        url: The sandbox that it shows.
        call_log: The recent calls of each account.
        check_results: The progress of each account.
        learners: The class that shares the sandbox, if any.
    """
    pages = _Pages(url, call_log, check_results, learners)
    application = Flask(__name__, static_url_path="/console/static")
    application.jinja_env.trim_blocks = application.jinja_env.lstrip_blocks = True
    application.jinja_env.globals.update(marks=MARKS, words=WORDS)
    application.jinja_env.filters["by_step"] = by_step
    application.add_url_rule("/console", "overview", pages.overview, strict_slashes=False)
    application.add_url_rule("/console/<account_id>", "account", pages.account)
    application.after_request(_protected)
    return application


@dataclass(frozen=True, slots=True)
class _Pages:
    url: str
    call_log: CallLog
    check_results: CheckResults
    learners: Sequence[Learner]

    def overview(self) -> AnyResponse:
        if not self.learners:
            return redirect(url_for("account", account_id=DEFAULT_ACCOUNT))
        results = {learner: self.check_results.of(learner.account_id) for learner in self.learners}
        return _unless_unchanged(results, lambda: render_template("overview.html", results=results))

    def account(self, account_id: str) -> AnyResponse:
        if not is_account_id(account_id):
            abort(404)
        result = self.check_results.of(account_id)
        facts = {
            "account_id": account_id,
            "names": {learner.account_id: learner.name for learner in self.learners},
            "accounts": self.call_log.accounts,
            "calls": self.call_log.calls(account_id),
            "region": self.call_log.region(account_id),
            "result": result,
            "is_current": result and result.call_count == self.call_log.count(account_id),
        }
        return _unless_unchanged(
            facts,
            lambda: render_template(
                "account.html",
                **facts,
                now=clock.now(),
                shown=read_account(self._clients(account_id)),
            ),
        )

    def _clients(self, account_id: str) -> Clients:
        return connect(
            access_key_id=account_id,
            secret_access_key="console",  # noqa: S106, the sandbox checks none
            region=self.call_log.region(account_id),
            endpoint_url=self.url,
            application=OBSERVER,
        )


def _unless_unchanged(facts: dict[Any, Any], page: Callable[[], str]) -> Response:
    """Return a page, or 304 if the browser already shows the same facts of the same day."""
    tag = hashlib.sha256(f"{clock.now():%x}{facts}".encode()).hexdigest()
    if request.if_none_match.contains(tag):
        return Response(status=304)
    response = Response(page())
    response.set_etag(tag)
    return response


def _protected(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
