"""The record of a run: what it created, in a file on this machine."""

from __future__ import annotations

from kmsdemo import state_folder
from kmsdemo.shared_account import record
from kmsdemo.shared_account.record import Record


def test_what_is_recorded_is_read_back_by_the_id_of_the_run() -> None:
    run = Record("0123abc0")
    run.add_key("1234")
    run.add_table("demo-kms-1")
    run.add_key("5678")
    assert (run.key_ids, run.table_names) == (["1234", "5678"], ["demo-kms-1"])
    assert record.read("0123abc0") == {"key 1234", "table demo-kms-1", "key 5678"}
    assert (state_folder.path() / "runs" / "0123abc0").exists()
    assert record.read("0123abc1") is None


def test_the_record_of_a_run_that_removed_all_is_deleted() -> None:
    run = Record("0123abc2")
    run.delete()
    run.add_key("1234")
    run.delete()
    assert record.read("0123abc2") is None
