"""What moto's other services ask of AWS KMS: keys for EBS, DynamoDB, RDS, SES, CloudFormation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import moto.kms.models
from moto.core.resource_tagging import TaggedResource

from kmsdemo.sandbox import clock
from kmsdemo.sandbox.key import Alias, Key, KeyStore
from kmsdemo.sandbox.kms import aws_managed_keys, keys, rotation


class KmsBackend(moto.kms.models.KmsBackend):
    """The keys of an account in a Region, with the methods that moto's other services call.

    It is a subclass since RDS asks for one; of moto's AWS KMS it uses nothing.

    Attributes:
        store: The keys.
    """

    def __init__(self, region_name: str, account_id: str | None = None) -> None:
        super().__init__(region_name, account_id)
        self.store = KeyStore(str(account_id), region_name)

    def alias_exists(self, alias_name: str) -> bool:
        """Return whether an alias exists; that of an AWS managed key does once it is asked for."""
        aws_managed_keys.create_if_predefined(self.store, alias_name)
        return alias_name in self.store.aliases

    def describe_key(self, key_id: str) -> Any:
        """Return a key, by key id, key ARN, alias or alias ARN.

        Raises:
            KeyError: There is no such key.
        """
        name = key_id.rpartition(":")[2].removeprefix("key/")
        if self.alias_exists(name):
            name = self.store.aliases[name].target_key_id
        return KeyResource(self.store, self.store.keys[name])

    def create_key(self, policy: Any, *_: Any, **options: Any) -> Any:
        """Create a symmetric encryption key, for CloudFormation."""
        document = json.dumps(policy) if isinstance(policy, Mapping) else policy
        key = keys.add(self.store, document or "")
        key.description = options.get("description") or ""
        key.tags = _by_key(options.get("tags") or [])
        return KeyResource(self.store, key)

    def delete_key(self, key_id: str) -> None:
        """Delete a key at once, as CloudFormation in moto does."""
        for alias in self.store.aliases_of(self.store.keys[key_id]):
            del self.store.aliases[alias.name]
        del self.store.keys[key_id]

    def create_alias(self, target_key_id: str, alias_name: str) -> Any:
        """Create an alias, or point it at another key."""
        now, key = clock.now(self.account_id), self.describe_key(target_key_id)
        self.store.aliases[alias_name] = Alias(alias_name, key.id, created=now, updated=now)
        return AliasResource(self.store, alias_name)

    def update_alias(self, target_key_id: str, alias_name: str) -> Any:
        """Point an alias at another key."""
        return self.create_alias(target_key_id, alias_name)

    def delete_alias(self, alias_name: str) -> None:
        """Delete an alias."""
        self.store.aliases.pop(alias_name, None)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Yield all keys, for the Resource Groups Tagging API."""
        for key in self.store.keys.values():
            yield TaggedResource(arn=key.arn, tags=dict(key.tags), resource_type="kms:key")

    def tag_resource(self, arn: str, tags: Mapping[str, str]) -> None:
        """Tag a key, for the Resource Groups Tagging API."""
        self.describe_key(arn).key.tags.update(tags)

    def untag_resource(self, arn: str, tag_keys: Sequence[str]) -> None:
        """Remove tags of a key, for the Resource Groups Tagging API."""
        for name in tag_keys:
            self.describe_key(arn).key.tags.pop(name, None)


class _Resource:
    """What CloudFormation in moto asks of every resource."""

    def is_created(self) -> bool:
        """Return whether it is ready, which AWS KMS is at once."""
        return True


class KeyResource(_Resource):
    """A key, as CloudFormation and other services of moto see it.

    Attributes:
        id: The key id.
        arn: The key ARN.
        key: The key.
    """

    def __init__(self, store: KeyStore, key: Key) -> None:
        self.id, self.arn, self.key, self._store = key.id, key.arn, key, store

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; CloudFormation sets these two of moto's own keys."""
        if name == "enabled":
            self.key.key_state = "Enabled" if value else "Disabled"
        elif name == "key_rotation_status":
            if value:
                rotation.enable(self.key)
        else:
            super().__setattr__(name, value)

    @property
    def physical_resource_id(self) -> str:
        """The key id."""
        return self.id

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the key."""
        moto.kms.models.kms_backends[account_id][region_name].delete_key(self.id)

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Return whether a template can ask for an attribute."""
        return attr in ("Arn", "KeyId")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return an attribute for a template."""
        return {"Arn": self.arn, "KeyId": self.id}[attribute_name]


class AliasResource(_Resource):
    """An alias, as CloudFormation in moto sees it."""

    def __init__(self, store: KeyStore, name: str) -> None:
        self.alias_name, self.alias_arn = name, store.arn(name)

    @property
    def physical_resource_id(self) -> str:
        """The name."""
        return self.alias_name

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the alias."""
        moto.kms.models.kms_backends[account_id][region_name].delete_alias(self.alias_name)

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Return whether a template can ask for an attribute: none."""
        return False


def _by_key(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags if "Key" in tag}
