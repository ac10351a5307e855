"""A run in an account that others use too: tags what it makes, and touches nothing else."""

from __future__ import annotations

from typing import Any, Final

from botocore.session import Session

from kmsdemo.shared_account.changes import changes_something
from kmsdemo.shared_account.errors import NotOfThisRun
from kmsdemo.shared_account.tags import Tags

_NAMES_A_KEY: Final = ("KeyId", "TargetKeyId", "AliasName")
_NEW_ALIAS: Final = "kmsdemo_new_alias"


class Run:
    """Watches every client that this process makes.

    Attributes:
        tags: What everything is tagged with.
        key_ids: The keys made, in their order; whoever puts one away takes it from the list.
        table_names: The tables made, likewise.
    """

    def __init__(self) -> None:
        self.tags = Tags()
        self.key_ids: list[str] = []
        self.table_names: list[str] = []
        self._own: set[str] = set()

    def watch(self, session: Session) -> None:
        """Tag and guard what is done with the clients made from this session."""
        for event, handler in (
            ("before-parameter-build.kms", self._guard_key),
            ("before-parameter-build.kms.CreateKey", self._tag_key),
            ("before-parameter-build.kms.ReplicateKey", self._tag_key),
            ("before-parameter-build.kms.CreateAlias", self._remember_alias),
            ("after-call.kms.CreateKey", self._own_key),
            ("after-call.kms.CreateAlias", self._own_alias),
            ("before-parameter-build.dynamodb", self._guard_table),
            ("before-parameter-build.dynamodb.CreateTable", self._tag_other),
            ("before-parameter-build.dynamodb.CreateTable", self._note_table),
            ("before-parameter-build.iam.CreateUser", self._tag_other),
        ):
            session.register(event, handler)

    def _guard_key(self, **event: Any) -> None:
        operation, params = event["model"].name, event["params"]
        if not changes_something(operation):
            return
        named = {name for name in _NAMES_A_KEY if name in params}
        if operation == "CreateAlias":
            named.remove("AliasName")  # nobody's yet
        for name in named:
            if _bare(params[name]) not in self._own:
                raise NotOfThisRun(params[name], operation)

    def _guard_table(self, **event: Any) -> None:
        operation, params = event["model"].name, event["params"]
        if operation.startswith(("Describe", "List")):
            return
        table_name = params.get("TableName", "what it names")
        if self.tags.run_id not in table_name:
            raise NotOfThisRun(table_name, operation)

    def _tag_key(self, **event: Any) -> None:
        _add_tags(event["params"], self.tags.for_kms())

    def _tag_other(self, **event: Any) -> None:
        _add_tags(event["params"], self.tags.for_others())

    def _note_table(self, **event: Any) -> None:
        self.table_names.append(event["params"]["TableName"])

    def _own_key(self, **event: Any) -> None:
        if key := event["parsed"].get("KeyMetadata"):
            self.key_ids.append(key["KeyId"])
            self._own.add(key["KeyId"])

    def _remember_alias(self, **event: Any) -> None:
        event["context"][_NEW_ALIAS] = event["params"]["AliasName"]

    def _own_alias(self, **event: Any) -> None:
        if "Error" not in event["parsed"]:
            self._own.add(event["context"][_NEW_ALIAS])


def _add_tags(params: dict[str, Any], tags: list[dict[str, str]]) -> None:
    params["Tags"] = [*params.get("Tags", []), *tags]


def _bare(name: str) -> str:
    """Return the key id, or the alias, without what stands before it in an ARN."""
    resource = name.rsplit(":", 1)[-1]
    return resource.removeprefix("key/")
