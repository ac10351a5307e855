"""A KMS key with everything that belongs to it: plain data, which can be pickled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from moto.utilities.utils import get_partition


@dataclass(eq=False)
class KeyMaterial:
    """Key material: the secret of a key, which a rotation replaces.

    Attributes:
        id: 64 hexadecimal digits.
        secret: 32 bytes of a symmetric encryption key, the bytes of an HMAC key, or a private key
            as PKCS #8 in DER.
        state: ``CURRENT``, ``NON_CURRENT``, ``PENDING_ROTATION``, or
            ``PENDING_MULTI_REGION_IMPORT_AND_ROTATION`` until all related keys have imported it.
        rotated: When it became current by a rotation; ``None`` for the first and for pending ones.
        rotation_type: ``AUTOMATIC`` or ``ON_DEMAND``; empty without a rotation.
        description: Of imported key material.
    """

    id: str
    secret: bytes = field(repr=False)
    state: str = "CURRENT"
    rotated: datetime | None = None
    rotation_type: str = ""
    description: str = ""

    @property
    def is_pending(self) -> bool:
        """Whether it is imported, and not yet current by a rotation."""
        return self.state.startswith("PENDING")


@dataclass(eq=False)
class SharedProperties:
    """What related multi-Region keys have in common; a single-Region key has its own.

    Attributes:
        key_id: Such as ``1234abcd-12ab-34cd-56ef-1234567890ab``, or with the prefix ``mrk-``.
        key_spec: Such as ``SYMMETRIC_DEFAULT``.
        key_usage: Such as ``ENCRYPT_DECRYPT``.
        origin: ``AWS_KMS`` or ``EXTERNAL``.
        primary_region: The Region of the primary key; empty for a single-Region key.
        materials: By id, the oldest first.
        rotation_period: Between two automatic rotations; ``None`` if rotation is not enabled.
        next_rotation: The date of the next automatic rotation, if it is enabled.

    AWS: "Shared properties of multi-Region keys", AWS KMS Developer Guide.
    """

    key_id: str
    key_spec: str
    key_usage: str
    origin: str = "AWS_KMS"
    primary_region: str = ""
    materials: dict[str, KeyMaterial] = field(default_factory=dict)
    rotation_period: timedelta | None = None
    next_rotation: datetime | None = None

    @property
    def current_material(self) -> KeyMaterial | None:
        """The key material that encrypts; ``None`` before the first import."""
        current = (one for one in self.materials.values() if one.state == "CURRENT")
        return next(current, None)


@dataclass(eq=False)
class ImportedMaterial:
    """Key material that is imported into a key of one Region.

    Attributes:
        valid_to: When it expires; ``None`` if it does not.
    """

    valid_to: datetime | None = None

    @property
    def expiration_model(self) -> str:
        """``KEY_MATERIAL_EXPIRES`` or ``KEY_MATERIAL_DOES_NOT_EXPIRE``."""
        return "KEY_MATERIAL_EXPIRES" if self.valid_to else "KEY_MATERIAL_DOES_NOT_EXPIRE"


@dataclass(eq=False)
class ImportParameters:
    """What GetParametersForImport returned: a wrapping key, and until when it can be used.

    Attributes:
        private_key: The wrapping key, PKCS #8 in DER.
        algorithm: The wrapping algorithm.
        valid_to: 24 hours after they were made.
    """

    private_key: bytes = field(repr=False)
    algorithm: str
    valid_to: datetime


@dataclass(eq=False)
class Grant:
    """A grant.

    Attributes:
        id: 64 hexadecimal digits.
        tokens: The grant tokens: a repeated CreateGrant returns another one for the same grant.
        grantee_principal: An ARN.
        operations: Such as ``Decrypt``.
        issuing_account: The ARN of the root user of the account that created the grant.
        created: When.
        name: The friendly name, which makes a repeated CreateGrant return the same grant.
        retiring_principal: An ARN; empty if there is none.
        constraints: ``EncryptionContextEquals``, ``EncryptionContextSubset``, ``SourceArn``.
    """

    id: str
    tokens: list[str]
    grantee_principal: str
    operations: list[str]
    issuing_account: str
    created: datetime
    name: str = ""
    retiring_principal: str = ""
    constraints: dict[str, Any] = field(default_factory=dict)

    @property
    def source_arn(self) -> str:
        """The resource on behalf of which it can be used; empty without this constraint."""
        return str(self.constraints.get("SourceArn", ""))

    @property
    def context_constraints(self) -> dict[str, dict[str, str]]:
        """The encryption contexts that it requires, keys in lower case: case does not matter."""
        return {
            kind: {name.lower(): value for name, value in pairs.items()}
            for kind, pairs in self.constraints.items()
            if kind != "SourceArn"
        }


@dataclass(eq=False)
class Usage:
    """The last successful cryptographic operation with a key, and its request."""

    operation: str
    date: datetime
    request_id: str = ""


@dataclass(eq=False)
class Key:
    """A KMS key in one Region.

    Attributes:
        shared: What it shares with related multi-Region keys.
        account_id: Twelve digits.
        region: Such as ``us-east-1``.
        policy: The key policy, JSON text.
        created: When, by the clock of the account.
        description: Free text.
        key_state: Such as ``Enabled``.
        key_manager: ``CUSTOMER``, or ``AWS`` for an AWS managed key.
        tags: Values by tag key.
        grants: By grant id.
        waiting_period: Of the last scheduled deletion.
        deletion_date: When the key will be deleted, if it will.
        imported: The key material that is there in this Region, by id, of a key with imported
            key material.
        import_parameters: By import token.
        last_usage: The last cryptographic operation, if any.
    """

    shared: SharedProperties
    account_id: str
    region: str
    policy: str
    created: datetime
    description: str = ""
    key_state: str = "Enabled"
    key_manager: str = "CUSTOMER"
    tags: dict[str, str] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    waiting_period: timedelta = timedelta(days=30)
    deletion_date: datetime | None = None
    imported: dict[str, ImportedMaterial] = field(default_factory=dict)
    import_parameters: dict[bytes, ImportParameters] = field(default_factory=dict)
    last_usage: Usage | None = None

    @property
    def id(self) -> str:
        """The key id."""
        return self.shared.key_id

    @cached_property
    def arn(self) -> str:
        """The key ARN."""
        partition = get_partition(self.region)
        return f"arn:{partition}:kms:{self.region}:{self.account_id}:key/{self.id}"

    @property
    def key_spec(self) -> str:
        """The key spec."""
        return self.shared.key_spec

    @property
    def key_usage(self) -> str:
        """The key usage."""
        return self.shared.key_usage

    @property
    def origin(self) -> str:
        """Where the key material comes from."""
        return self.shared.origin

    @property
    def is_symmetric(self) -> bool:
        """Whether it is a symmetric encryption key."""
        return self.key_spec == "SYMMETRIC_DEFAULT"

    @property
    def is_imported(self) -> bool:
        """Whether its key material is imported."""
        return self.origin == "EXTERNAL"

    @property
    def is_multi_region(self) -> bool:
        """Whether it is a multi-Region key."""
        return bool(self.shared.primary_region)

    @property
    def is_primary(self) -> bool:
        """Whether it is a multi-Region primary key."""
        return self.shared.primary_region == self.region

    @property
    def current_material(self) -> KeyMaterial:
        """The key material that encrypts, of a key in a state that has some."""
        material = self.shared.current_material
        if material is None:
            raise LookupError(f"{self.arn} has no key material.")
        return material


@dataclass(eq=False)
class Alias:
    """An alias of a key.

    Attributes:
        name: Such as ``alias/demo``.
        target_key_id: The key id.
        created: When it was created.
        updated: When it was last pointed at a key.
    """

    name: str
    target_key_id: str
    created: datetime
    updated: datetime


@dataclass(eq=False)
class KeyStore:
    """The keys and aliases of an account in one Region.

    Attributes:
        account_id: Twelve digits.
        region: Such as ``us-east-1``.
        keys: By key id.
        aliases: By name.
    """

    account_id: str
    region: str
    keys: dict[str, Key] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)

    def arn(self, resource: str) -> str:
        """Return the ARN of ``key/ID`` or ``alias/NAME``."""
        return f"arn:{get_partition(self.region)}:kms:{self.region}:{self.account_id}:{resource}"

    def aliases_of(self, key: Key) -> list[Alias]:
        """Return the aliases of a key."""
        return [alias for alias in self.aliases.values() if alias.target_key_id == key.id]


Answer = dict[str, Any]
"""The fields of a response: bytes where the model has a blob, ``datetime`` for a timestamp."""
