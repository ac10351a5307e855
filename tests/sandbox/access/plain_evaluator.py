"""A second evaluator of policies, slow and plain, written from AWS's documentation alone.

It reads the JSON of policies again for each request, follows the flow chart of "Policy evaluation
logic" (IAM User Guide) step by step, and shares no code with the sandbox.
"""

from __future__ import annotations

import re
from typing import Any


def decision(request: dict[str, Any]) -> str:
    """Return ``deny``, ``allow`` or ``no`` (an implicit denial) for a request.

    Args:
        request: ``action``, ``resource``, ``keys`` (values by condition key), ``caller`` (``arn``,
            ``account``, ``role``) and ``owner``; then the policies ``resource_policy``,
            ``identity``, ``boundary`` and ``session``, each the JSON of one, or ``None``.
    """
    everything = [request[kind] for kind in ("resource_policy", "identity", "boundary", "session")]
    if any(_says("Deny", policy, request) for policy in everything if policy):
        return "deny"
    same_account = request["owner"] == request["caller"]["account"]
    by_name = _says("Allow", request["resource_policy"], request, by="name")
    by_account = _says("Allow", request["resource_policy"], request, by="account")
    identity = request["identity"] is None or _says("Allow", request["identity"], request)
    limits = [request[kind] for kind in ("boundary", "session") if request[kind]]
    limited = all(_says("Allow", policy, request) for policy in limits)
    if same_account and _says("Allow", request["resource_policy"], request, by="own name"):
        return "allow"
    if same_account and by_name:
        return "allow" if limited else "no"
    return "allow" if (by_name or by_account) and identity and limited else "no"


def _says(effect: str, policy: Any, request: dict[str, Any], by: str = "any") -> bool:
    return any(
        statement["Effect"] == effect and _applies(statement, policy, request, by)
        for statement in policy["Statement"]
    )


def _applies(statement: Any, policy: Any, request: dict[str, Any], by: str) -> bool:
    has_variables = policy["Version"] == "2012-10-17"
    if not _principal_applies(statement, request, by):
        return False
    if not _element(statement, "Action", request["action"].lower(), lambda one: one.lower()):
        return False

    def with_values(pattern: str) -> str | None:
        return _substituted(pattern, request["keys"]) if has_variables else _glob(pattern)

    if not _element(statement, "Resource", request["resource"], with_values, is_regex=True):
        return False
    return all(
        _condition(operator, key, values, request["keys"], has_variables)
        for operator, by_key in statement.get("Condition", {}).items()
        for key, values in by_key.items()
    )


def _principal_applies(statement: Any, request: dict[str, Any], by: str) -> bool:
    caller = request["caller"]
    if "NotPrincipal" in statement:
        if request["boundary"]:
            return True
        named = _list(statement["NotPrincipal"]["AWS"])
        account = {caller["account"], f"arn:aws:iam::{caller['account']}:root"}
        chain = [{caller["arn"]}, {caller["role"] or caller["arn"]}, account]
        return "*" not in named and not all(one & set(named) for one in chain)
    if "Principal" not in statement:
        return True
    principal = statement["Principal"]
    named = ["*"] if principal == "*" else _list(principal["AWS"])
    return any(_is(name, caller, by) for name in named)


def _is(name: str, caller: Any, by: str) -> bool:
    own = name in ("*", caller["arn"])
    by_name = own or name == caller["role"]
    by_account = name in (caller["account"], f"arn:aws:iam::{caller['account']}:root")
    found = {"own name": own, "name": by_name, "account": by_account}
    return bool(found.get(by, by_name or by_account))


def _element(
    statement: Any, element: str, value: str, prepare: Any, *, is_regex: bool = False
) -> bool:
    if element not in statement and f"Not{element}" not in statement:
        return False
    negated = element not in statement
    patterns = [prepare(one) for one in _list(statement[f"Not{element}" if negated else element])]
    expressions = [one if is_regex else _glob(one) for one in patterns if one is not None]
    return any(re.fullmatch(one, value, re.DOTALL) for one in expressions) is not negated


def _glob(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(letter) or re.escape(letter) for letter in pattern)


def _substituted(pattern: str, keys: Any) -> str | None:
    """Return a regular expression; ``None`` if a variable has no value."""
    expression, rest = "", pattern
    while "${" in rest:
        before, _, rest = rest.partition("${")
        name, _, rest = rest.partition("}")
        values = _of_key(name, keys)
        if name not in ("*", "?", "$") and len(values) != 1:
            return None
        expression += _glob(before) + re.escape(name if name in ("*", "?", "$") else values[0])
    return expression + _glob(rest)


def _of_key(name: str, keys: Any) -> list[str]:
    return next((values for key, values in keys.items() if key.lower() == name.lower()), [])


def _condition(operator: str, key: str, expected: Any, keys: Any, has_variables: bool) -> bool:
    values = _of_key(key, keys)
    if operator == "Null":
        return any(one == ("true" if not values else "false") for one in _list(expected))
    quantifier, _, name = operator.rpartition(":")
    if not values:
        if quantifier:
            return quantifier == "ForAllValues"
        return name.endswith("IfExists") or "Not" in name
    name = name.removesuffix("IfExists")
    wanted = [_substituted(one, keys) if has_variables else _glob(one) for one in _list(expected)]
    texts = [one for one in wanted if one is not None]
    plain = _list(expected)
    each = []
    for value in values:
        found = _compare(name.replace("Not", ""), value, texts, plain)
        each.append(found is not ("Not" in name))
    return any(each) if quantifier == "ForAnyValue" else all(each)


def _compare(name: str, value: str, expressions: list[str], plain: list[str]) -> bool:
    if name == "StringLike":
        return any(re.fullmatch(one, value, re.DOTALL) for one in expressions)
    if name == "ArnLike":
        return any(
            len(one.split(":")) == len(value.split(":"))
            and all(map(re.fullmatch, map(_glob, one.split(":")), value.split(":")))
            for one in plain
        )
    if name == "NumericLessThan":
        return any(float(value) < float(one) for one in plain)
    if name == "StringEquals":  # as texts: a star is a star
        literal = [one.replace(".*", re.escape("*")) for one in expressions]
        return any(re.fullmatch(one, value, re.DOTALL) for one in literal)
    return value.lower() in [one.lower() for one in plain]  # Bool


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
