"""Errors of the DynamoDB table and its items."""

from __future__ import annotations

from dataclasses import dataclass

from kmsdemo.errors.root import KmsdemoError


@dataclass(eq=False)
class TableFault(KmsdemoError):
    """An error of one DynamoDB table."""

    table_name: str


class TableNotFound(TableFault):
    """The table does not exist in this account and Region."""

    _what = "The DynamoDB table {table_name} does not exist in this account and Region."
    _next_step = "Check the Region, or create the table with kmsdemo setup."


@dataclass(eq=False)
class TableSchemaDiffers(TableFault):
    """The key schema is not the lab's: the partition key ``appuser``, a string, and no sort key."""

    difference: str

    _what = "The DynamoDB table {table_name} is not the lab's table: {difference}"
    _next_step = "Use another table name, or delete this table yourself if nobody needs it."


class TableNotReady(TableFault):
    """DynamoDB did not finish creating or deleting the table in time."""

    _what = "DynamoDB did not finish creating or deleting the table {table_name} in time."
    _next_step = "Run it again; it continues where it stopped."


@dataclass(eq=False)
class UserNotFound(TableFault):
    """The table has no item for this user."""

    appuser: str

    _what = "The DynamoDB table {table_name} has no item for user {appuser}."
    _next_step = "List the users with kmsdemo items."


@dataclass(eq=False)
class PasswordMissing(TableFault):
    """The user's item has no ``userpasswd`` of type Binary."""

    appuser: str

    _what = "The item of user {appuser} in {table_name} has no binary attribute userpasswd."
    _next_step = "Store the password again with kmsdemo encrypt, or with encrypt-passwd.py."


@dataclass(eq=False)
class UnknownCipher(TableFault):
    """The item's attribute ``cipher`` has a value that this version does not know."""

    appuser: str
    cipher: str

    _what = "The item of user {appuser} in {table_name} has an unknown cipher: {cipher}."
    _next_step = "Decrypt it with the program that stored it, or update kmsdemo."


@dataclass(eq=False)
class CipherNotAccepted(TableFault):
    """The item has a cipher that this vault does not accept."""

    appuser: str
    cipher: str

    _what = (
        "The item of user {appuser} in {table_name} has the cipher {cipher}, "
        "which this vault does not accept."
    )
    _next_step = "Find out who stored it; kmsdemo decrypt {appuser} accepts every cipher."


@dataclass(eq=False)
class NoFreeUserNumber(TableFault):
    """Every user number drawn is in the table already."""

    attempts: int

    _what = "All {attempts} random user numbers are taken in {table_name}; nothing was stored."
    _next_step = "Try again; if it happens twice, the table is nearly full: delete some items."


@dataclass(eq=False)
class InvalidCsv(KmsdemoError):
    """The file with passwords is not CSV, or has other columns."""

    line: int
    reason: str

    _what = "Line {line} of the CSV file cannot be read: {reason}"
    _next_step = "Give a file in UTF-8 whose first line is appuser,password; then run it again."
