"""What can be wrong with the DynamoDB table and its items."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors.root import KmsdemoError


@dataclass(eq=False)
class TableFault(KmsdemoError):
    """Something about the DynamoDB table."""

    table_name: str


class TableNotFound(TableFault):
    """No such table in this account and Region."""

    _what = "There is no DynamoDB table {table_name} in this account and Region."
    _next_step = "Create it with kmsdemo setup, and check the Region."


class TableSchemaDiffers(TableFault):
    """The table is not the lab's: its partition key is not ``appuser``, a string."""

    _what = "The DynamoDB table {table_name} is not the lab's: its key is not appuser, a string."
    _next_step = "Use another table name, or delete that table yourself if nobody needs it."


class TableNotReady(TableFault):
    """DynamoDB did not finish creating or deleting the table in time."""

    _what = "The DynamoDB table {table_name} was not ready in time."
    _next_step = "Run it again: it goes on where it stopped."


@dataclass(eq=False)
class UserNotFound(TableFault):
    """The table has no item for this user."""

    appuser: str

    _what = "The DynamoDB table {table_name} has no user {appuser}."
    _next_step = "See who is there with kmsdemo items."


@dataclass(eq=False)
class PasswordMissing(TableFault):
    """The user's item has no ``userpasswd`` of type Binary."""

    appuser: str

    _what = "The item of user {appuser} in {table_name} has no binary attribute userpasswd."
    _next_step = "Store the password again with kmsdemo encrypt, or with encrypt-passwd.py."


@dataclass(eq=False)
class UnknownCipher(TableFault):
    """The item says that it was encrypted in a way that this version does not know."""

    appuser: str
    cipher: str

    _what = "The item of user {appuser} in {table_name} names a cipher unknown here: {cipher}."
    _next_step = "Reveal it with the program that stored it, or update kmsdemo."


@dataclass(eq=False)
class NoFreeUserNumber(TableFault):
    """Every user number drawn was taken."""

    attempts: int

    _what = "All {attempts} user numbers drawn are taken in {table_name}; nothing was stored."
    _next_step = "Try again; if it happens twice, the table is nearly full: clean it up."
