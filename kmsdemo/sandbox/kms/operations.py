"""The operations of AWS KMS, by name: its API Reference, as a table of contents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kmsdemo.sandbox.key import Answer
from kmsdemo.sandbox.kms import (
    aliases,
    custom_key_stores,
    data_keys,
    deletion,
    encryption,
    grants,
    imported_material,
    key_agreement,
    key_policies,
    keys,
    macs,
    multi_region_keys,
    rotation,
    signing,
    tags,
)
from kmsdemo.sandbox.kms.request import Request

OPERATIONS: Final[dict[str, Callable[[Request], Answer]]] = {
    "CancelKeyDeletion": deletion.cancel_key_deletion,
    "ConnectCustomKeyStore": custom_key_stores.manage_custom_key_store,
    "CreateAlias": aliases.create_alias,
    "CreateCustomKeyStore": custom_key_stores.create_custom_key_store,
    "CreateGrant": grants.create_grant,
    "CreateKey": keys.create_key,
    "Decapsulate": key_agreement.decapsulate,
    "Decrypt": encryption.decrypt,
    "DeleteAlias": aliases.delete_alias,
    "DeleteCustomKeyStore": custom_key_stores.manage_custom_key_store,
    "DeleteImportedKeyMaterial": imported_material.delete_imported_key_material,
    "DeriveSharedSecret": key_agreement.derive_shared_secret,
    "DescribeCustomKeyStores": custom_key_stores.describe_custom_key_stores,
    "DescribeKey": keys.describe_key,
    "DisableKey": keys.disable_key,
    "DisableKeyRotation": rotation.disable_key_rotation,
    "DisconnectCustomKeyStore": custom_key_stores.manage_custom_key_store,
    "EnableKey": keys.enable_key,
    "EnableKeyRotation": rotation.enable_key_rotation,
    "Encapsulate": key_agreement.encapsulate,
    "Encrypt": encryption.encrypt,
    "GenerateDataKey": data_keys.generate_data_key,
    "GenerateDataKeyPair": data_keys.generate_data_key_pair,
    "GenerateDataKeyPairWithoutPlaintext": data_keys.without(
        "PrivateKeyPlaintext", data_keys.generate_data_key_pair
    ),
    "GenerateDataKeyWithoutPlaintext": data_keys.without("Plaintext", data_keys.generate_data_key),
    "GenerateMac": macs.generate_mac,
    "GenerateRandom": data_keys.generate_random,
    "GetKeyLastUsage": keys.get_key_last_usage,
    "GetKeyPolicy": key_policies.get_key_policy,
    "GetKeyRotationStatus": rotation.get_key_rotation_status,
    "GetParametersForImport": imported_material.get_parameters_for_import,
    "GetPublicKey": signing.get_public_key,
    "ImportKeyMaterial": imported_material.import_key_material,
    "ListAliases": aliases.list_aliases,
    "ListGrants": grants.list_grants,
    "ListKeyPolicies": key_policies.list_key_policies,
    "ListKeyRotations": rotation.list_key_rotations,
    "ListKeys": keys.list_keys,
    "ListResourceTags": tags.list_resource_tags,
    "ListRetirableGrants": grants.list_retirable_grants,
    "PutKeyPolicy": key_policies.put_key_policy,
    "ReEncrypt": encryption.re_encrypt,
    "ReplicateKey": multi_region_keys.replicate_key,
    "RetireGrant": grants.retire_grant,
    "RevokeGrant": grants.revoke_grant,
    "RotateKeyOnDemand": rotation.rotate_key_on_demand,
    "ScheduleKeyDeletion": deletion.schedule_key_deletion,
    "Sign": signing.sign,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
    "UpdateAlias": aliases.update_alias,
    "UpdateCustomKeyStore": custom_key_stores.manage_custom_key_store,
    "UpdateKeyDescription": keys.update_key_description,
    "UpdatePrimaryRegion": multi_region_keys.update_primary_region,
    "Verify": signing.verify,
    "VerifyMac": macs.verify_mac,
}
"""By name; an operation that only botocore knows is answered as not supported."""
