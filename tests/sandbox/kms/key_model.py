"""A model of keys as AWS documents them: states, waiting periods, and who may.

AWS: "Key states of AWS KMS keys", "Multi-Region keys in AWS KMS", AWS KMS Developer Guide.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.sandbox.kms.key_kinds import KINDS, Kind

NOT_FOUND = "NotFoundException"
DENIED = "AccessDeniedException"
DISABLED = "DisabledException"
INVALID = "KMSInvalidStateException"
GONE = "gone"
_CRYPTOGRAPHIC = {name for kind in KINDS.values() for name in (kind.making, kind.using)}
_STATES = ("Enabled", "Disabled", "PendingImport", "PendingDeletion")
_REFUSALS = {
    "CancelKeyDeletion": (INVALID, INVALID, INVALID, None),
    "CreateAlias": (None, None, None, INVALID),
    "DeleteImportedKeyMaterial": (None, None, None, None),
    "DisableKey": (None, None, INVALID, INVALID),
    "EnableKey": (None, None, INVALID, INVALID),
    "ImportKeyMaterial": (None, None, None, INVALID),
    "RevokeGrant": (None, None, None, None),
    "ScheduleKeyDeletion": (None, None, None, INVALID),
    "TagResource": (None, None, None, INVALID),
    "UpdateAlias": (None, None, None, INVALID),
    **dict.fromkeys(
        (
            *_CRYPTOGRAPHIC,
            *("CreateGrant", "EnableKeyRotation", "ReplicateKey"),
            *("RotateKeyOnDemand", "UpdatePrimaryRegion"),
        ),
        (None, DISABLED, INVALID, INVALID),
    ),
}
"""The error of each operation by the key's state."""


@dataclass
class SharedState:
    """What a multi-Region key and its replicas have in common; any other key has it alone.

    Attributes:
        kind: The kind of key.
        account: The account of the key.
        primary_region: The Region of the primary key.
        proof: What the key made, to be used later.
        rotates: Whether it rotates every year.
        model_keys: The key in each of its Regions.
    """

    kind: Kind
    account: str
    primary_region: str
    proof: bytes | None = None
    rotates: bool = False
    model_keys: dict[str, ModelKey] = field(default_factory=dict)

    def wait(self, days: int) -> None:
        """Let days pass: replicas first, since their primary key waits for them."""
        for key in sorted(self.model_keys.values(), key=lambda key: key.is_primary):
            key.wait(days)


@dataclass
class ModelKey:
    """A key in a Region.

    Attributes:
        arn: The key ARN.
        region: The Region.
        shared: What it has in common with its replicas.
        is_open: Whether its key policy lets another account use it.
        state: As AWS names it; ``gone`` after the waiting period.
        days_left: Of the waiting period; negative for the days since its end.
        has_material: Whether its key material is there.
        tags: Its tags.
        granted: The operations of the grants for another account, by grant id.
    """

    arn: str
    region: str
    shared: SharedState
    is_open: bool
    state: str = "Enabled"
    days_left: int = 0
    has_material: bool = True
    tags: set[str] = field(default_factory=set)
    granted: dict[str, str] = field(default_factory=dict)

    @property
    def is_primary(self) -> bool:
        """Whether it is the primary key, as every key without replicas is."""
        return self.region == self.shared.primary_region

    @property
    def is_gone(self) -> bool:
        """Whether it is deleted."""
        return self.state == GONE

    @property
    def may_rotate(self) -> bool:
        """Whether AWS KMS would give it new key material now, if that is due."""
        return self.is_primary and self.shared.kind.rotates and self.state == "Enabled"

    @property
    def has_replicas(self) -> bool:
        """Whether a key in another Region is its replica."""
        others = (key for key in self.shared.model_keys.values() if key is not self)
        return self.is_primary and any(not key.is_gone for key in others)

    def expects(self, operation: str, *, is_owner: bool = True) -> str | None:
        """Return the error code of an operation; ``None`` if it succeeds."""
        if not is_owner and (self.is_gone or not self._lets_another(operation)):
            return DENIED
        if self.is_gone:
            return NOT_FOUND
        column = "PendingDeletion" if self.state == "PendingReplicaDeletion" else self.state
        return _REFUSALS[operation][_STATES.index(column)]

    def _lets_another(self, operation: str) -> bool:
        return operation in _CRYPTOGRAPHIC and (self.is_open or operation in self.granted.values())

    def schedule(self, days: int) -> None:
        """Schedule the deletion."""
        self.state = "PendingReplicaDeletion" if self.has_replicas else "PendingDeletion"
        self.days_left = days

    def cancel(self) -> None:
        """Cancel the deletion."""
        self.state = "Disabled" if self.has_material else "PendingImport"

    def wait(self, days: int) -> None:
        """Let days pass; a primary key waits from the day that its last replica is deleted."""
        if self.state == "PendingReplicaDeletion" and not self.has_replicas:
            replicas = [key for key in self.shared.model_keys.values() if key is not self]
            self.state, days = "PendingDeletion", -max(key.days_left for key in replicas)
        if self.state == "PendingDeletion":
            self.days_left -= days
            self.state = GONE if self.days_left <= 0 else self.state
        elif self.is_gone:
            self.days_left -= days

    def import_material(self) -> None:
        """Import the key material."""
        self.has_material = True
        self.state = "Enabled" if self.state == "PendingImport" else self.state

    def delete_material(self) -> None:
        """Delete the imported key material."""
        self.has_material = False
        self.state = "PendingImport" if self.state in ("Enabled", "Disabled") else self.state
