"""Checks that the installed version of moto has everything that the sandbox uses."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version

KNOWN_VERSIONS = "5.2.4 to 5.2.x"
NEEDED = {
    "moto.cloudtrail.responses": ("CloudTrailResponse",),
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
        "BaseResponse.get_region_from_url",
        "BaseResponse.serialized",
        "BaseResponse.setup_class",
        "gen_amzn_requestid_long",
        "method_names_from_class",
    ),
    "moto.core.serialize": ("AttributePicker",),
    "moto.iam.models": (
        "AccessKey",
        "IAMBackend.delete_role",
        "IAMBackend.delete_user",
        "IAMBackend.get_all_access_keys_for_all_users",
        "IAMBackend.update_user",
        "ManagedPolicy",
        "Role",
        "User",
        "iam_backends",
        "random_alphanumeric",
    ),
    "moto.core.resource_tagging": ("TaggedResource",),
    "moto.kms.models": ("KmsBackend", "kms_backends"),
    "moto.sts.models": ("STSBackend", "sts_backends"),
    "moto.sts.responses": ("TokenResponse",),
}
"""The names that the sandbox calls, reads or replaces, by module of moto."""


class UnknownMoto(RuntimeError):
    """The installed version of moto does not have everything that the sandbox uses."""


def check_moto() -> None:
    """Check that moto has everything that the sandbox uses.

    Raises:
        UnknownMoto: Something is missing; the message names it, and the versions that work.
    """
    missing = [
        f"{module}.{name}"
        for module, names in NEEDED.items()
        for name in names
        if not _has(module, name)
    ]
    if missing:
        raise UnknownMoto(
            f"The KMS sandbox works with moto {KNOWN_VERSIONS}. The installed version is "
            f"{version('moto')}, without {', '.join(missing)}. Install a version that works: "
            "pip install 'moto>=5.2.4,<5.3'."
        )


def _has(module: str, name: str) -> bool:
    try:
        found = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("moto"):
            raise  # it says which package is missing, and no other moto would help
        return False
    except (ImportError, AttributeError):
        return False
    return True
