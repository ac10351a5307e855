"""Checks that the installed version of moto has everything that the sandbox uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version

KNOWN_VERSIONS = "5.2.0 to 5.2.x"
NEEDED = {
    "moto.core.base_backend": ("BackendDict.reset",),
    "moto.core.config": ("DefaultConfig",),
    "moto.core.models": ("MockAWS.start", "MockAWS.stop"),
    "moto.core.responses": (
        "BaseResponse.call_action",
        "BaseResponse.get_access_key",
        "BaseResponse.get_current_account",
        "BaseResponse._get_action",
    ),
    "moto.iam.access_control": (
        "AssumedRoleAccessKey.collect_policies",
        "IAMUserAccessKey.collect_policies",
    ),
    "moto.iam.models": ("iam_backends", "IAMBackend.get_user"),
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
    "moto.sts.models": ("STSBackend.get_caller_identity", "sts_backends"),
}
"""By module of moto: the names that the sandbox calls, reads or replaces."""

NEEDED_BY_SERVER = {
    "moto.moto_server.werkzeug_app": ("DomainDispatcherApplication", "create_backend_app"),
}
"""The same for what listens, which only those need who start it."""


class UnknownMoto(RuntimeError):
    """The installed version of moto does not have everything that the sandbox uses."""


def check_moto(needed: Mapping[str, Sequence[str]] | None = None) -> None:
    """Check that moto has everything that the sandbox uses.

    Args:
        needed: Names by module of moto; by default :data:`NEEDED`.

    Raises:
        UnknownMoto: Something is missing; the message names it, and the versions that work.
    """
    missing = [
        f"{module}.{name}"
        for module, names in (needed or NEEDED).items()
        for name in names
        if not _has(module, name)
    ]
    if missing:
        raise UnknownMoto(
            f"The KMS sandbox works with moto {KNOWN_VERSIONS}. The installed version is "
            f"{version('moto')}, without {', '.join(missing)}. Install a version that works: "
            "pip install 'moto>=5.2,<5.3'."
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
