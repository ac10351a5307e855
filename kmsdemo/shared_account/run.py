"""A run in a shared account: it tags what it creates and changes nothing else."""

from __future__ import annotations

from typing import Any, Final

from botocore.session import Session

from kmsdemo.shared_account.errors import NotOfThisRun
from kmsdemo.shared_account.read_only import is_read_only
from kmsdemo.shared_account.record import Record
from kmsdemo.shared_account.tags import Tags

_NAMES_A_KEY: Final = ("KeyId", "TargetKeyId", "AliasName")
_NEW_ALIAS: Final = "kmsdemo_new_alias"


class Run:
    """Tags and guards the calls of every client in this process.

    Attributes:
        tags: The tags of everything that the run creates.
        key_ids: The keys created and not yet cleaned up, oldest first.
        table_names: The tables created and not yet cleaned up, oldest first.
        record: All keys and tables created.
    """

    def __init__(self) -> None:
        self.tags = Tags()
        self.record = Record(self.tags.run_id)
        self.key_ids: list[str] = []
        self.table_names: list[str] = []
        self._owned: set[str] = set()

    def register_handlers(self, session: Session) -> None:
        """Tag and guard the calls of the clients created from this session."""
        for event, handler in (
            ("before-parameter-build.kms", self._guard_key),
            ("before-parameter-build.kms.CreateKey", self._tag_key),
            ("before-parameter-build.kms.ReplicateKey", self._tag_key),
            ("before-parameter-build.kms.CreateAlias", self._keep_alias_name),
            ("after-call.kms.CreateKey", self._record_key),
            ("after-call.kms.CreateAlias", self._record_alias),
            ("before-parameter-build.dynamodb", self._guard_table),
            ("before-parameter-build.dynamodb.CreateTable", self._tag_resource),
            ("before-parameter-build.dynamodb.CreateTable", self._record_table),
            ("before-parameter-build.iam.CreateUser", self._tag_resource),
        ):
            session.register(event, handler)

    def _guard_key(self, **event: Any) -> None:
        operation, params = event["model"].name, event["params"]
        if is_read_only(operation):
            return
        named = {name for name in _NAMES_A_KEY if name in params}
        if operation == "CreateAlias":
            named.remove("AliasName")  # it does not exist yet
        for name in named:
            if _without_arn_prefix(params[name]) not in self._owned:
                raise NotOfThisRun(params[name], operation)

    def _guard_table(self, **event: Any) -> None:
        operation, params = event["model"].name, event["params"]
        if operation.startswith(("Describe", "List")):
            return
        table_name = params.get("TableName", "a resource without a table name")
        if self.tags.run_id not in table_name:
            raise NotOfThisRun(table_name, operation)

    def _tag_key(self, **event: Any) -> None:
        _add_tags(event["params"], self.tags.for_kms())

    def _tag_resource(self, **event: Any) -> None:
        _add_tags(event["params"], self.tags.for_others())

    def _record_table(self, **event: Any) -> None:
        self.table_names.append(event["params"]["TableName"])
        self.record.add_table(event["params"]["TableName"])

    def _record_key(self, **event: Any) -> None:
        if key := event["parsed"].get("KeyMetadata"):
            self.key_ids.append(key["KeyId"])
            if key["KeyId"] not in self._owned:  # the pool hands out a key again
                self.record.add_key(key["KeyId"])
            self._owned.add(key["KeyId"])

    def _keep_alias_name(self, **event: Any) -> None:
        event["context"][_NEW_ALIAS] = event["params"]["AliasName"]

    def _record_alias(self, **event: Any) -> None:
        if "Error" not in event["parsed"]:
            self._owned.add(event["context"][_NEW_ALIAS])


def _add_tags(params: dict[str, Any], tags: list[dict[str, str]]) -> None:
    params["Tags"] = [*params.get("Tags", []), *tags]


def _without_arn_prefix(name: str) -> str:
    """Return the key id or the alias of an ARN; of anything else, the same text."""
    resource = name.rsplit(":", 1)[-1]
    return resource.removeprefix("key/")
