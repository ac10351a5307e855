"""CreateGrant, ListGrants, ListRetirableGrants, RetireGrant and RevokeGrant.

AWS: "Grants in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from kmsdemo.sandbox.access import authorization, context_keys
from kmsdemo.sandbox.access.principals import root_arn
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.key import Answer, Grant, Key
from kmsdemo.sandbox.kms import paging, stores
from kmsdemo.sandbox.kms.request import Request
from kmsdemo.sandbox.refusal import Refusal, constraint, invalid

_OF_USAGE: Final = {
    "ENCRYPT_DECRYPT": ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"),
    "SIGN_VERIFY": ("Sign", "Verify"),
    "GENERATE_VERIFY_MAC": ("GenerateMac", "VerifyMac"),
    "KEY_AGREEMENT": ("DeriveSharedSecret",),
    "ENCAPSULATE_DECAPSULATE": ("Encapsulate", "Decapsulate"),
}
_OF_SYMMETRIC: Final = (
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
)
_OF_EVERY_KEY: Final = ("CreateGrant", "DescribeKey", "RetireGrant")
_MOST_PAIRS: Final = 8
_LONGEST_VALUE: Final = 384


def create_grant(request: Request) -> Answer:
    """Answer CreateGrant; the same name and parameters return the same grant."""
    wanted = _wanted(request)
    _check_principals(wanted, request.call.account)
    _check_operations(request.key, wanted.operations)
    _check_constraints(request.key, wanted.context_constraints)
    _check_parent(request, wanted)
    request.end_dry_run()
    grant = _same(request.key, wanted) if wanted.name else None
    if grant:
        grant.tokens += wanted.tokens
    else:
        grant = request.key.grants[wanted.id] = wanted
    return {"GrantId": grant.id, "GrantToken": wanted.tokens[0]}


def list_grants(request: Request) -> Answer:
    """Answer ListGrants: those of a key, of one grantee, or one."""
    key, grant_id = request.key, request.parameters.get("GrantId")
    if grant_id and grant_id not in key.grants:
        raise Refusal("InvalidGrantIdException")
    grantee = request.parameters.get("GranteePrincipal")
    if "GranteeServicePrincipal" in request.parameters:
        _one_principal(request.parameters, "GranteePrincipal")
    listed = [
        (key, grant)
        for grant in key.grants.values()
        if grant_id in (None, grant.id) and grantee in (None, grant.grantee_principal)
    ]
    return _page(request, listed)


def list_retirable_grants(request: Request) -> Answer:
    """Answer ListRetirableGrants: those that a principal of the account can retire, on any key."""
    principal = _one_principal(request.parameters, "RetiringPrincipal")
    is_own = request.call.account in principal.split(":")
    listed = [
        (key, grant)
        for key in _in_region(request.call.region)
        for grant in key.grants.values()
        if is_own and grant.retiring_principal == principal
    ]
    return _page(request, listed)


def retire_grant(request: Request) -> Answer:
    """Answer RetireGrant."""
    grant = retired(request.call, request.key)
    request.end_dry_run()
    del request.key.grants[grant.id]
    return {}


def revoke_grant(request: Request) -> Answer:
    """Answer RevokeGrant."""
    grant = _of_id(request.key, request.parameters["GrantId"])
    request.end_dry_run()
    del request.key.grants[grant.id]
    return {}


# --------------------------------------------------------------------------------- tokens


def check_names_a_grant(call: Call) -> None:
    """Check that RetireGrant names a grant: by its token, or by its id and its key.

    Raises:
        Refusal: ``ValidationException``.
    """
    by_id = {"KeyId", "GrantId"} <= call.parameters.keys()
    if not by_id and "GrantToken" not in call.parameters:
        raise invalid("Grant token OR (grant ID, key ID) must be specified")


def check_tokens(call: Call) -> None:
    """Check that the grant tokens of a call are tokens of grants.

    Grants are effective at once in the sandbox, with or without a token.

    Raises:
        Refusal: ``InvalidGrantTokenException``.
    """
    for token in call.parameters.get("GrantTokens") or ():
        key_of_token(call, token)


def key_of_token(call: Call, token: str) -> Key:
    """Return the key whose grant has a token.

    Raises:
        Refusal: ``InvalidGrantTokenException``.
    """
    for key in _in_region(call.region):
        if any(token in grant.tokens for grant in key.grants.values()):
            return key
    raise Refusal("InvalidGrantTokenException")


def _in_region(region: str) -> Iterator[Key]:
    """Yield the keys of all accounts in a Region."""
    return (key for store in stores.used() if store.region == region for key in store.keys.values())


def retired(call: Call, key: Key) -> Grant:
    """Return the grant that RetireGrant names.

    Raises:
        Refusal: ``NotFoundException``.
    """
    token = call.parameters.get("GrantToken")
    by_token = (grant for grant in key.grants.values() if token in grant.tokens)
    return next(by_token, None) or _of_id(key, call.parameters.get("GrantId", ""))


def _of_id(key: Key, grant_id: str) -> Grant:
    if grant_id not in key.grants:
        raise Refusal("NotFoundException", f"Grant ID {grant_id} not found")
    return key.grants[grant_id]


# ---------------------------------------------------------------------------- a new grant


def _wanted(request: Request) -> Grant:
    parameters = request.parameters
    grantee = _one_principal(parameters, "GranteePrincipal")
    if "RetiringServicePrincipal" in parameters:
        _one_principal(parameters, "RetiringPrincipal")
    return Grant(
        id=secrets.token_hex(32),
        tokens=[secrets.token_urlsafe(96)],
        grantee_principal=grantee,
        operations=list(parameters["Operations"]),
        issuing_account=root_arn(request.caller.account, request.call.partition),
        created=request.now,
        name=parameters.get("Name", ""),
        retiring_principal=parameters.get("RetiringPrincipal", ""),
        constraints=dict(parameters.get("Constraints") or {}),
    )


def _one_principal(parameters: Mapping[str, Any], name: str) -> str:
    """Return the principal of a call that names either it or a service of AWS."""
    of_service = name.replace("Principal", "ServicePrincipal")
    given = [one for one in (name, of_service) if one in parameters]
    if len(given) != 1:
        raise invalid(f"You must specify either {name} or {of_service}, but not both.")
    if given == [of_service]:
        message = "The sandbox has no services of AWS that use grants."
        raise Refusal("UnsupportedOperationException", message)
    return str(parameters[name])


def _check_principals(grant: Grant, account: str) -> None:
    for principal in filter(None, (grant.grantee_principal, grant.retiring_principal)):
        is_arn = principal.startswith("arn:")  # a key policy also takes an account number
        if not is_arn or not authorization.principal_exists(principal, account):
            message = f"ARN does not refer to a valid principal: {principal}"
            raise Refusal("InvalidArnException", message)


def _check_constraints(key: Key, constraints: Mapping[str, Mapping[str, str]]) -> None:
    """Check the encryption contexts that a grant requires.

    AWS: ``Constraints``, CreateGrant, AWS KMS API Reference.
    """
    if len(constraints) > 1:  # as recorded: github.com/aws/aws-sdk-java/issues/328
        raise invalid("More than one constraint supplied")
    if constraints and not key.is_symmetric:
        message = "An encryption context grant constraint needs a symmetric encryption KMS key."
        raise invalid(message)
    for name, pairs in constraints.items():
        if len(pairs) > _MOST_PAIRS:
            raise invalid(f"{name} can include up to {_MOST_PAIRS} encryption context pairs.")
        if any(len(value) > _LONGEST_VALUE for value in pairs.values()):
            raise invalid(f"A value in {name} cannot exceed {_LONGEST_VALUE} characters.")


def _check_operations(key: Key, operations: Collection[str]) -> None:
    public = () if key.is_symmetric or key.key_spec.startswith("HMAC") else ("GetPublicKey",)
    data_keys = _OF_SYMMETRIC if key.is_symmetric else ()
    fitting = (*_OF_USAGE[key.key_usage], *data_keys, *public, *_OF_EVERY_KEY)
    if not operations:
        raise constraint("", "operations", "Member must have length greater than or equal to 1")
    for operation in operations:
        if operation not in fitting:
            raise invalid(
                f"Operation {operation} is not valid in a grant for {key.arn}, whose key spec is "
                f"{key.key_spec} and whose key usage is {key.key_usage}."
            )


def _check_parent(request: Request, child: Grant) -> None:
    """Check that a grantee's grant allows no more than the grant that it comes from."""
    parents = list(_parents(request))
    if parents and not any(_includes(parent, child) for parent in parents):
        raise Refusal(
            "AccessDeniedException",
            f"User: {request.caller.arn} is not authorized to perform: kms:CreateGrant on "
            f"resource: {request.key.arn} because it allows more than the grant that allows it",
        )


def _parents(request: Request) -> Iterator[Grant]:
    """Yield the grants that allow the caller to create one; none if a policy allows it."""
    key = request.key
    of_key = partial(context_keys.of_key, key, stores.alias_names(key))
    if authorization.is_allowed_by_policy(request.call, request.caller, key, of_key):
        return
    for grant in key.grants.values():
        is_grantee = grant.grantee_principal in request.caller.names
        if is_grantee and "CreateGrant" in grant.operations:
            yield grant


def _includes(parent: Grant, child: Grant) -> bool:
    if not set(child.operations) <= set(parent.operations):
        return False
    if parent.source_arn not in ("", child.source_arn):
        return False
    return _is_stricter(child.context_constraints, parent.context_constraints)


def _is_stricter(child: Mapping[str, dict[str, str]], parent: Mapping[str, dict[str, str]]) -> bool:
    """Return whether whatever satisfies a child's constraints satisfies its parent's."""
    equals, subset = "EncryptionContextEquals", "EncryptionContextSubset"
    if equals in parent:
        return child.get(equals) == parent[equals]
    given = child.get(equals, {}) | child.get(subset, {})
    return parent.get(subset, {}).items() <= given.items()


def _same(key: Key, wanted: Grant) -> Grant | None:
    """Return a grant with the same name and parameters, if there is one."""

    def given(grant: Grant) -> Any:
        principals = grant.grantee_principal, grant.retiring_principal
        return grant.name, principals, sorted(grant.operations), grant.constraints

    return next((one for one in key.grants.values() if given(one) == given(wanted)), None)


def _page(request: Request, listed: Iterable[tuple[Key, Grant]]) -> Answer:
    return paging.page(
        request,
        "Grants",
        listed,
        place=lambda one: (one[1].created.timestamp(), one[1].id),
        entry=lambda one: _entry(*one),
    )


def _entry(key: Key, grant: Grant) -> Answer:
    return {
        "KeyId": key.arn,
        "GrantId": grant.id,
        "Name": grant.name or None,
        "CreationDate": grant.created,
        "GranteePrincipal": grant.grantee_principal,
        "RetiringPrincipal": grant.retiring_principal or None,
        "IssuingAccount": grant.issuing_account,
        "Operations": grant.operations,
        "Constraints": grant.constraints or None,
    }
