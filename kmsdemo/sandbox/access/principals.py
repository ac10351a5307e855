"""The principal of an access key: an IAM user, a session of STS, or the root user of an account."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import AccessKey as IamAccessKey
from moto.iam.models import Group, IAMBackend, ManagedPolicy, Role, User, iam_backends

from kmsdemo.sandbox.access import access_keys, session_tags, sessions
from kmsdemo.sandbox.access.sessions import Session
from kmsdemo.sandbox.call import is_account_id


@dataclass(frozen=True, slots=True)
class Principal:
    """A principal that signs calls.

    Attributes:
        access_key_id: The access key id of its signature.
        account: Twelve digits.
        arn: The ARN of the user, the session, or the account's root user.
        user_id: The ``UserId`` that GetCallerIdentity returns.
        secret: The secret access key; ``None`` for a made-up access key, which has none.
        session: The session that the access key belongs to, if any.
        user: The IAM user that the access key or the session belongs to, if any.
        role: The role of the session, if it has one that still exists.
    """

    access_key_id: str
    account: str
    arn: str
    user_id: str
    secret: str | None = field(default=None, repr=False)
    session: Session | None = None
    user: User | None = None
    role: Role | None = None

    @property
    def names(self) -> frozenset[str]:
        """The principals in a policy that match this one, besides its account.

        A user and a role also match by unique id, which tells them from a former one of that name.
        """
        holders = (holder.id for holder in (self.user, self.role) if holder)
        user_arn = self.user.arn if self.user else ""
        return frozenset({self.arn, *filter(None, (self.role_arn, user_arn)), *holders})

    @property
    def own_names(self) -> frozenset[str]:
        """The principals that mean the session itself, not its role or user.

        AWS: "AWS JSON policy elements: Principal", IAM User Guide: ``*`` means it too, but not a
        federated user, whom a policy must name specifically.
        """
        if self.user and self.type == "User":
            return frozenset({self.arn, self.user.id, "*"})
        is_federated = self.session is not None and self.session.is_federated
        return frozenset({self.arn, *(() if is_federated else "*")})

    @property
    def role_arn(self) -> str:
        """The ARN of the role of the session; empty without one."""
        return self.session.role_arn if self.session else ""

    @property
    def type(self) -> str:
        """The type, as in the condition key ``aws:PrincipalType``."""
        if self.role_arn:
            return "AssumedRole"
        if self.session and self.session.is_federated:
            return "FederatedUser"
        return "User" if self.user else "Account"

    @property
    def tags(self) -> dict[str, str]:
        """The session tags, and the other tags of the user or the role, by tag key."""
        own = {tag["Key"]: tag["Value"] for tag in self._own_tags}
        return session_tags.over(own, self.session.tags) if self.session else own

    @property
    def _own_tags(self) -> Sequence[Mapping[str, str]]:
        for iam in _backends(self.account):
            if self.user and self.user in iam.users.values():
                listed: Sequence[Mapping[str, str]]
                listed = iam.tagger.list_tags_for_resource(self.user.arn)["Tags"]
                return listed
        return self.role.tags if self.role else []

    @property
    def boundary(self) -> str | None:
        """The document of its permissions boundary; ``None`` without one.

        Raises:
            LookupError: The policy does not exist.
        """
        holder = self.role or self.user
        arn = getattr(holder, "permissions_boundary_arn", None)
        if not arn:
            return None
        if (document := managed_policy(self.account, arn)) is None:
            raise LookupError(f"The permissions boundary {arn} of {self.arn} does not exist.")
        return document

    @property
    def is_root(self) -> bool:
        """Whether it is the account's root user or a session of it, which need no IAM policy."""
        has_role = self.session is not None and self.session.role_arn
        return self.user is None and not has_role

    @property
    def policies(self) -> Iterator[str]:
        """The documents of its IAM policies: inline, managed, and those of its groups."""
        holders: list[Any] = [self.role, self.user, *self._groups()]
        for holder in filter(None, holders):
            yield from holder.policies.values()
            for managed in holder.managed_policies.values():
                yield _default_version(managed)

    def _groups(self) -> Sequence[Group]:
        if self.user is None:
            return []
        return [
            group
            for iam in _backends(self.account)
            for group in iam.groups.values()
            if self.user in group.users
        ]


def find(access_key_id: str, partition: str = "aws") -> Principal | None:
    """Return the principal of an access key; ``None`` if the key is unknown, inactive or deleted.

    Without a class, nobody needs IAM to begin: an access key id of twelve digits is the root user
    of that account, and any other made-up one the root user of the default account.

    Args:
        access_key_id: From the signature.
        partition: The partition of the Region that receives the call.
    """
    if account := access_keys.class_keys().accounts.get(access_key_id):
        secret = access_keys.class_keys().secrets[access_key_id]
        return _root(access_key_id, account, partition, secret)
    if session := sessions.find(access_key_id):
        return _session_principal(session)
    if access_keys.has_issued_form(access_key_id):
        return _user_principal(access_key_id)
    if access_keys.is_restricted():
        return None
    return _root(access_key_id, _made_up_account(access_key_id), partition)


def root_arn(account: str, partition: str = "aws") -> str:
    """Return the ARN of an account's root user."""
    return f"arn:{partition}:iam::{account}:root"


def role_of(account: str, role_arn: str) -> Role | None:
    """Return a role; ``None`` if it does not exist."""
    roles = (role for iam in _backends(account) for role in list(iam.roles.values()))
    return next((role for role in roles if role.arn == role_arn), None)


def managed_policy(account: str, arn: str) -> str | None:
    """Return the document of an AWS managed or customer managed policy, if it exists."""
    for iam in _backends(account):
        if managed := iam.managed_policies.get(arn):
            return _default_version(managed)
    return None


def _default_version(managed: ManagedPolicy) -> str:
    return next(str(version.document) for version in managed.versions if version.is_default)


def _root(access_key_id: str, account: str, partition: str, secret: str | None = None) -> Principal:
    return Principal(access_key_id, account, root_arn(account, partition), account, secret)


def _made_up_account(access_key_id: str) -> str:
    if is_account_id(access_key_id):
        return access_key_id
    return os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)


def _session_principal(session: Session) -> Principal:
    return Principal(
        session.key.access_key_id,
        session.account,
        session.arn,
        session.user_id,
        session.key.secret,
        session,
        _user(session.account, session.user),
        role_of(session.account, session.role_arn),
    )


def _user_principal(access_key_id: str) -> Principal | None:
    account = access_keys.account_of(access_key_id)
    for iam in _backends(account):
        key = iam.access_keys.get(access_key_id)
        user = _owner(iam, key) if key and key.status == "Active" else None
        if key and user:
            secret = key.secret_access_key
            return Principal(access_key_id, account, user.arn, user.id, secret, user=user)
    return None


def _owner(iam: IAMBackend, key: IamAccessKey) -> User | None:
    """Return the user that owns a key, also after the user was renamed; ``None`` if deleted."""
    return next((user for user in list(iam.users.values()) if key in user.access_keys), None)


def _user(account: str, user_id: str) -> User | None:
    users = (user for iam in _backends(account) for user in list(iam.users.values()))
    return next((user for user in users if user.id == user_id), None)


def _backends(account: str) -> list[Any]:
    """Return the IAM backends of an account, one for each partition; create none."""
    return list(iam_backends[account].values()) if account in iam_backends else []
