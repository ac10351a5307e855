"""Makes sure that moto still has what the sandbox needs of it."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version

KNOWN_VERSIONS = "5.2.4 to 5.2.x"
NEEDED = {
    "moto.core.base_backend": ("BackendDict.reset",),
    "moto.core.config": ("DefaultConfig",),
    "moto.core.models": ("MockAWS.start", "MockAWS.stop"),
    "moto.core.request": ("Request.raw_url",),
    "moto.core.responses": (
        "BaseResponse.call_action",
        "BaseResponse.get_access_key",
        "BaseResponse.get_current_account",
        "BaseResponse._dispatch",
        "BaseResponse._get_action",
        "BaseResponse.serialized",
        "BaseResponse.setup_class",
        "gen_amzn_requestid_long",
        "method_names_from_class",
    ),
    "moto.core.serialize": ("AttributePicker",),
    "moto.iam.models": (
        "AccessKey",
        "IAMBackend.get_all_access_keys_for_all_users",
        "ManagedPolicy",
        "Role",
        "User",
        "iam_backends",
        "random_alphanumeric",
    ),
    "moto.kms.models": (
        "Grant",
        "Key.encryption_algorithms",
        "Key.generate_default_policy",
        "KmsBackend.delete_key",
        "KmsBackend.get_key_id_from_alias",
        "generate_private_key",
        "kms_backends",
    ),
    "moto.kms.responses": ("KmsResponse",),
    "moto.sts.models": ("STSBackend", "sts_backends"),
    "moto.sts.responses": ("TokenResponse",),
}
"""By module of moto: what the sandbox calls, reads or replaces there."""


class UnknownMoto(RuntimeError):
    """moto lacks something that the sandbox needs."""


def check_moto() -> None:
    """Make sure that moto has what the sandbox needs.

    Raises:
        UnknownMoto: It has not; the message names what, and the versions of moto that are known.
    """
    missing = [
        f"{module}.{name}"
        for module, names in NEEDED.items()
        for name in names
        if not _has(module, name)
    ]
    if missing:
        raise UnknownMoto(
            f"The KMS sandbox works with moto {KNOWN_VERSIONS}. This is moto {version('moto')}, "
            f"without {', '.join(missing)}. Install one that it knows: "
            "pip install 'moto>=5.2.4,<5.3'."
        )


def _has(module: str, name: str) -> bool:
    try:
        found = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return False
    return True
