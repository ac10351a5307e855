"""Binds every feature, in the order of the lab."""

from pytest_bdd import scenarios

scenarios("create_key.feature")
scenarios("create_table.feature")
scenarios("encrypt.feature")
scenarios("verify_ciphertext.feature")
scenarios("decrypt.feature")
scenarios("schedule_deletion.feature")
scenarios("clean_up.feature")

scenarios("waiting_period.feature")
scenarios("cancel_deletion.feature")
scenarios("access_control.feature")
scenarios("encryption_context.feature")
scenarios("envelope.feature")

scenarios("key_states.feature")
scenarios("accounts.feature")
scenarios("connection.feature")
scenarios("multi_region.feature")
scenarios("scripts.feature")
scenarios("aws_cli.feature")
