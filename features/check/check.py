"""Binds the check of an account; pytest does not collect it, since it reads a learner's account."""

from pytest_bdd import scenarios

scenarios("progress.feature")
