"""The values of the condition keys of a request: of its caller, of the call, and of the KMS key.

AWS: "AWS KMS condition keys", AWS KMS Developer Guide; "AWS global condition context keys", IAM
User Guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from botocore.utils import parse_timestamp
from moto.iam.models import Role

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.access.principals import Principal
from kmsdemo.sandbox.call import Call
from kmsdemo.sandbox.key import Key

Context = dict[str, list[str]]

_OF_PARAMETERS: Final = {
    "BypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck",
    "EncryptionAlgorithm": "EncryptionAlgorithm",
    "ExpirationModel": "ExpirationModel",
    "GrantOperations": "Operations",
    "GranteePrincipal": "GranteePrincipal",
    "KeyAgreementAlgorithm": "KeyAgreementAlgorithm",
    "MacAlgorithm": "MacAlgorithm",
    "MessageType": "MessageType",
    "PolicyName": "PolicyName",
    "PrimaryRegion": "PrimaryRegion",
    "DataKeyPairSpec": "KeyPairSpec",
    "ReplicaRegion": "ReplicaRegion",
    "RetiringPrincipal": "RetiringPrincipal",
    "RotationPeriodInDays": "RotationPeriodInDays",
    "ScheduleKeyDeletionPendingWindowInDays": "PendingWindowInDays",
    "SigningAlgorithm": "SigningAlgorithm",
    "ValidTo": "ValidTo",
    "WrappingAlgorithm": "WrappingAlgorithm",
    "WrappingKeySpec": "WrappingKeySpec",
}
"""The parameters of calls that condition keys compare, by condition key without ``kms:``."""
_ENCRYPTING: Final = (
    *("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyPair"),
    *("GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext"),
)
_DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "EnableKeyRotation": {"RotationPeriodInDays": 365},
    "GetKeyPolicy": {"PolicyName": "default"},
    "PutKeyPolicy": {"PolicyName": "default"},
    "ScheduleKeyDeletion": {"PendingWindowInDays": 30},
    "Sign": {"MessageType": "RAW"},
    "Verify": {"MessageType": "RAW"},
    **{operation: {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"} for operation in _ENCRYPTING},
}
"""The values of parameters that a call does not have, by operation.

None for ``BypassPolicyLockoutSafetyCheck`` and ``ExpirationModel``: the guide's examples for their
condition keys allow a call without them by the operator ``Null``.
"""


def of_caller(principal: Principal) -> Context:
    """Return the values of the condition keys that describe a principal."""
    context = {
        "aws:PrincipalAccount": [principal.account],
        "aws:PrincipalArn": [principal.role_arn or principal.arn],
        "aws:PrincipalIsAWSService": ["false"],
        "aws:PrincipalType": [principal.type],
        "aws:userid": [principal.user_id],
        "aws:ViaAWSService": ["false"],
    }
    if principal.session:
        context["aws:MultiFactorAuthPresent"] = ["false"]
        context["aws:TokenIssueTime"] = [principal.session.start.isoformat()]
        if principal.session.source_identity:
            context["aws:SourceIdentity"] = [principal.session.source_identity]
    if principal.user and principal.type == "User":
        context["aws:username"] = [str(principal.user.name)]
    tags = {f"aws:PrincipalTag/{name}": [value] for name, value in principal.tags.items()}
    return context | tags


def of_role(role: Role) -> Context:
    """Return the values of the condition keys that describe a role that a caller assumes."""
    tags = {tag["Key"]: tag["Value"] for tag in role.tags}
    return {
        "aws:ResourceAccount": [str(role.arn).split(":")[4]],
        **{f"aws:ResourceTag/{name}": [value] for name, value in tags.items()},
        **{f"iam:ResourceTag/{name}": [value] for name, value in tags.items()},
    }


def of_request(account: str, region: str, source_ip: str, tags: Any, tag_keys: Any = ()) -> Context:
    """Return the values of the global condition keys that describe a request.

    Args:
        account: The caller's, by whose clock it is.
        region: The Region that receives it.
        source_ip: The address that it comes from.
        tags: Its parameter ``Tags``, if it has one.
        tag_keys: Its parameter ``TagKeys``, if it has one.
    """
    now = clock.now(account)
    given = dict(map(_tag, tags or ()))
    context = {
        "aws:CurrentTime": [now.isoformat()],
        "aws:EpochTime": [str(int(now.timestamp()))],
        "aws:RequestedRegion": [region],
        "aws:SecureTransport": ["true"],  # AWS accepts only TLS; the sandbox acts as if it did
        "aws:SourceIp": [source_ip],
    }
    if keys := [*given, *(tag_keys or ())]:
        context["aws:TagKeys"] = keys
    return context | {f"aws:RequestTag/{name}": [value] for name, value in given.items()}


def _tag(tag: Mapping[str, str]) -> tuple[str, str]:
    """Return the key and the value of a tag of AWS KMS or of another service."""
    is_kms = "TagKey" in tag
    return tag.get("TagKey" if is_kms else "Key", ""), tag.get(
        "TagValue" if is_kms else "Value", ""
    )


def of_call(call: Call, side: str = "") -> Context:
    """Return the values of the condition keys of a call to AWS KMS, which no service passes on.

    Args:
        call: The call.
        side: ``Source`` or ``Destination``: the parameters of one of the keys of ReEncrypt.
    """
    parameters = _of_side(call.parameters, side)
    context = of_request(
        call.account,
        call.region,
        call.source_ip,
        parameters.get("Tags"),
        parameters.get("TagKeys"),
    )
    if call.user_agent:
        context["aws:UserAgent"] = [call.user_agent]
    context |= {"kms:CallerAccount": [call.account], "kms:GrantIsForAWSResource": ["false"]}
    context |= _of_parameters({**_DEFAULTS.get(call.operation, {}), **parameters})
    if constraints := parameters.get("Constraints"):
        context["kms:GrantConstraintType"] = list(constraints)
    if "alias/" in (alias := str(parameters.get("KeyId"))):
        context["kms:RequestAlias"] = ["alias/" + alias.partition("alias/")[2]]
    if call.operation == "CreateKey":
        context |= _of_new_key(parameters)
    return context | _of_encryption_context(_encryption_context(parameters))


def _of_side(parameters: Mapping[str, Any], side: str) -> Mapping[str, Any]:
    """Return parameters with those of a side by the names that they have in other operations."""
    names = ("KeyId", "EncryptionAlgorithm", "EncryptionContext")
    given = {name: parameters.get(f"{side}{name}") for name in names}
    return {**parameters, **{name: value for name, value in given.items() if value is not None}}


def _encryption_context(parameters: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the encryption context of a call, or the one that the grant of a call requires."""
    constraints = parameters.get("Constraints") or {}
    required = (pairs for kind, pairs in constraints.items() if kind != "SourceArn")
    return parameters.get("EncryptionContext") or next(required, {})


def _of_parameters(given: Mapping[str, Any]) -> Context:
    context = {
        f"kms:{key}": _texts(given[parameter])
        for key, parameter in _OF_PARAMETERS.items()
        if given.get(parameter) is not None
    }
    if valid_to := given.get("ValidTo"):
        context["kms:ValidTo"] = [str(int(parse_timestamp(valid_to).timestamp()))]
    return context


def of_key(key: Key, aliases: Iterable[str]) -> Context:
    """Return the values of the condition keys that describe a KMS key.

    Args:
        key: The key.
        aliases: The names of its aliases.
    """
    context = _properties(key.key_spec, key.key_usage, key.origin)
    context["kms:MultiRegion"] = _texts(key.is_multi_region)
    context["aws:ResourceAccount"] = [key.account_id]
    if key.is_multi_region:
        context["kms:MultiRegionKeyType"] = ["PRIMARY" if key.is_primary else "REPLICA"]
    if names := list(aliases):
        context["kms:ResourceAliases"] = names
    return context | {f"aws:ResourceTag/{name}": [value] for name, value in key.tags.items()}


def _of_new_key(parameters: Mapping[str, Any]) -> Context:
    spec = parameters.get("KeySpec") or parameters.get("CustomerMasterKeySpec")
    context = _properties(
        spec or "SYMMETRIC_DEFAULT",
        parameters.get("KeyUsage") or "ENCRYPT_DECRYPT",
        parameters.get("Origin") or "AWS_KMS",
    )
    is_multi_region = bool(parameters.get("MultiRegion"))
    context["kms:MultiRegion"] = _texts(is_multi_region)
    return context | ({"kms:MultiRegionKeyType": ["PRIMARY"]} if is_multi_region else {})


def _properties(spec: str, usage: str, origin: str) -> Context:
    return {
        "kms:KeySpec": [spec],
        "kms:CustomerMasterKeySpec": [spec],
        "kms:KeyUsage": [usage],
        "kms:CustomerMasterKeyUsage": [usage],
        "kms:KeyOrigin": [origin],
    }


def _of_encryption_context(pairs: Mapping[str, str]) -> Context:
    keys = {"kms:EncryptionContextKeys": list(pairs)} if pairs else {}
    return keys | {f"kms:EncryptionContext:{name}": [value] for name, value in pairs.items()}


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in listed]
