"""Binds all other features; the topics that go deeper are in the order of the story."""

from pytest_bdd import scenarios

scenarios("create_key.feature")
scenarios("access_control.feature")
scenarios("create_table.feature")
scenarios("encrypt.feature")
scenarios("verify_ciphertext.feature")
scenarios("decrypt.feature")
scenarios("encryption_context.feature")
scenarios("envelope.feature")
scenarios("rotation.feature")
scenarios("signatures.feature")
scenarios("schedule_deletion.feature")
scenarios("cancel_deletion.feature")
scenarios("waiting_period.feature")
scenarios("multi_region.feature")
scenarios("clean_up.feature")
scenarios("audit_trail.feature")

scenarios("key_states.feature")
scenarios("accounts.feature")
scenarios("connection.feature")
scenarios("aws_cli.feature")
