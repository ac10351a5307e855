"""One tree of errors: each says what happened, to which key or table, and what to do next.

The facts are fields (``error.key_id``, ``error.deletion_date``), for callers that act on them;
``str(error)`` is two lines, what happened and what to do, for people.
No error carries a password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


class KmsdemoError(Exception):
    """The root of the tree: everything that this library raises on purpose."""

    _what: ClassVar[str]
    _next_step: ClassVar[str]

    @property
    def what(self) -> str:
        """What happened, and to which key or table: one line."""
        return self._what.format(**vars(self))

    @property
    def next_step(self) -> str:
        """What to do about it: one line."""
        return self._next_step.format(**vars(self))

    def __str__(self) -> str:
        return f"{self.what}\n{self.next_step}"


class WrongUsage(KmsdemoError):
    """Nothing was done, because what was asked for cannot be meant."""


# ---------------------------------------------------------------------------------- the key


@dataclass(eq=False)
class KeyFault(KmsdemoError):
    """Something about a KMS key; ``key_id`` is the name that the caller gave it."""

    key_id: str


class KeyNotFound(KeyFault):
    """No such key in this account and Region, or it is deleted for good."""

    _what = "There is no KMS key {key_id} in this account and Region."
    _next_step = "Check the name, the Region and the account; aws kms list-aliases shows the names."


class KeyDisabled(KeyFault):
    """The key exists and may not be used."""

    _what = "The KMS key {key_id} is disabled: it neither encrypts nor decrypts."
    _next_step = "Enable it again: aws kms enable-key --key-id KEY_ID (its id or ARN, no alias)."


@dataclass(eq=False)
class KeyPendingDeletion(KeyFault):
    """Its deletion is scheduled; ``deletion_date`` is known where AWS KMS was asked for it."""

    deletion_date: datetime | None = None

    _what = "The KMS key {key_id} is pending deletion: it serves no one."
    _next_step = "To keep it, run kmsdemo cancel-deletion --key-id {key_id}, then enable it."

    @property
    def what(self) -> str:
        """What happened, with the date where it is known."""
        date = f" on {self.deletion_date:%Y-%m-%d}" if self.deletion_date else ""
        return super().what.replace("pending deletion", f"pending deletion{date}")


class KeyNotPendingDeletion(KeyFault):
    """There is no scheduled deletion to cancel."""

    _what = "The KMS key {key_id} is not pending deletion: there is nothing to cancel."
    _next_step = "Look at its state with kmsdemo describe --key-id {key_id}."


@dataclass(eq=False)
class KeyUnusable(KeyFault):
    """The key is in a state, or has a usage, that does not serve the operation."""

    reason: str

    _what = "The KMS key {key_id} cannot be used for this: {reason}"
    _next_step = "Use a symmetric key for encryption and decryption: kmsdemo setup creates one."


class WrongKey(KeyFault):
    """The ciphertext was made under another key than the one named."""

    _what = "The ciphertext was not encrypted under the KMS key {key_id}."
    _next_step = "Name the key that encrypted it with --key-id."


@dataclass(eq=False)
class KeyLeftBehind(KeyFault):
    """A new key could not be set up, and could not be scheduled for deletion either."""

    reason: str

    _what = "The new KMS key {key_id} is incomplete and could not be deleted: {reason}"
    _next_step = "Delete it: kmsdemo schedule-deletion --key-id {key_id} --days 7."


class NoLabKey(KmsdemoError):
    """No alias of the lab exists, so there is no key to fall back on."""

    _what = "No KMS key in this account and Region has an alias that begins with alias/demo-kms-."
    _next_step = "Create one with kmsdemo setup, or name a key with --key-id."


@dataclass(eq=False)
class SeveralLabKeys(KmsdemoError):
    """More than one alias of the lab exists, so the key must be named."""

    aliases: tuple[str, ...]

    _what = "Several KMS keys have an alias of the lab: {aliases_in_words}."
    _next_step = "Say which one with --key-id."

    def __post_init__(self) -> None:
        self.aliases_in_words = ", ".join(self.aliases)


class LabKeyExists(KeyFault):
    """The lab has a key, so that none was created and no key policy was written."""

    _what = "The lab has the KMS key {key_id} already; its key policy was left as it is."
    _next_step = "Leave out key administrators and key users, or choose another alias with --alias."


@dataclass(eq=False)
class InvalidWaitingPeriod(KeyFault):
    """AWS KMS takes a waiting period of 7 to 30 days."""

    days: int

    _what = "The KMS key {key_id} cannot be deleted after {days} days."
    _next_step = "Choose a waiting period of 7 to 30 days."


@dataclass(eq=False)
class AliasTaken(KmsdemoError):
    """Another key has this alias."""

    alias: str

    _what = "The alias {alias} belongs to a KMS key already."
    _next_step = "Choose another alias, or leave it out to get a random one."


@dataclass(eq=False)
class InvalidAlias(KmsdemoError):
    """AWS KMS does not take this text as an alias."""

    alias: str

    _what = "{alias} is no alias that AWS KMS accepts."
    _next_step = "Use letters, digits, / _ and -, and do not begin with alias/aws/."


@dataclass(eq=False)
class InvalidKeyPolicy(KmsdemoError):
    """AWS KMS refused the key policy, most often for a principal that does not exist."""

    reason: str

    _what = "AWS KMS refused the key policy: {reason}"
    _next_step = "Give key administrators and key users as ARNs of IAM users or roles that exist."


# ----------------------------------------------------------------- the password and its ciphertext


class PasswordEmpty(KmsdemoError):
    """AWS KMS encrypts 1 byte or more."""

    _what = "The password is empty: there is nothing to encrypt."
    _next_step = "Give a password of at least one character."


@dataclass(eq=False)
class PasswordTooLong(KmsdemoError):
    """AWS KMS encrypts at most 4,096 bytes in one call; an item holds more in an envelope."""

    length_bytes: int
    max_bytes: int

    _what = "The password has {length_bytes:,} bytes of UTF-8; at most {max_bytes:,} can be stored."
    _next_step = "Give a shorter password; kmsdemo encrypt --envelope takes longer ones."


class EnvelopeNotHere(KmsdemoError):
    """The keyrings of the AWS Encryption SDK need Python 3.11 or newer."""

    _what = "This Python has no AWS Cryptographic Material Providers, which envelopes need."
    _next_step = "Install kmsdemo on Python 3.11 or newer, or encrypt without --envelope."


class PasswordNotText(KmsdemoError):
    """The password is not, or did not decrypt to, text that UTF-8 can write."""

    _what = "The password is not text in UTF-8."
    _next_step = "Check the encoding of the terminal, or of the program that stored the password."


@dataclass(eq=False)
class CiphertextInvalid(KeyFault):
    """The ciphertext is damaged, or belongs to another encryption context."""

    _what = "The ciphertext under {key_id} does not decrypt: it is damaged or another user's."
    _next_step = "Store the password again; ask who changed the item."


@dataclass(eq=False)
class ClassListUnusable(KmsdemoError):
    """A class list, or the file to hand out, does not serve."""

    path: str
    reason: str

    _what = "{path} does not serve: {reason}."
    _next_step = "Give a file with one name a line, each of them once, in a folder of your own."


@dataclass(eq=False)
class CommandNotFound(KmsdemoError):
    """A program cannot be started."""

    command: str
    reason: str

    _what = "{command} cannot be started: {reason}."
    _next_step = "Check its name and the PATH."


@dataclass(eq=False)
class ChapterNotFound(WrongUsage):
    """The lesson has no chapter of this name or number."""

    name: str
    chapters: str

    _what = "The lesson has no chapter {name}."
    _next_step = "Choose one of {chapters}, or a number from 1."


# ------------------------------------------------------------------------------------ the table


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


# --------------------------------------------------------------------------------- reaching AWS


@dataclass(eq=False)
class AccessDenied(KmsdemoError):
    """The caller lacks a permission."""

    operation: str
    resource: str
    reason: str

    _what = "{operation} on {resource} is denied: {reason}"
    _next_step = (
        "Ask for the permission, or check whose credentials these are: aws sts get-caller-identity."
    )


@dataclass(eq=False)
class Throttled(KmsdemoError):
    """AWS asked to slow down, also after the retries."""

    operation: str

    _what = "AWS throttled {operation}, also after retries."
    _next_step = "Wait a minute and run it again; nothing is half done."


@dataclass(eq=False)
class NoCredentials(KmsdemoError):
    """There is nothing to sign a request with."""

    reason: str

    _what = "No usable AWS credentials: {reason}"
    _next_step = (
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; or run aws configure."
    )


class CredentialsExpired(KmsdemoError):
    """Temporary credentials have run out."""

    _what = "The AWS credentials have expired."
    _next_step = "Get new ones (aws sso login, or your lab's start page) and run it again."


@dataclass(eq=False)
class CredentialsRefused(KmsdemoError):
    """AWS does not know the access key, or the signature does not match it."""

    reason: str

    _what = "AWS does not accept these credentials: {reason}"
    _next_step = (
        "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and the clock."
    )


class NoRegion(KmsdemoError):
    """No Region is configured."""

    _what = "No AWS Region is set."
    _next_step = "Set AWS_DEFAULT_REGION, for example to us-east-1."


@dataclass(eq=False)
class InvalidConfiguration(KmsdemoError):
    """The AWS configuration (a profile, an endpoint) cannot be used as it is."""

    reason: str

    _what = "The AWS configuration cannot be used: {reason}"
    _next_step = "Check AWS_PROFILE, AWS_ENDPOINT_URL and the files under ~/.aws."


@dataclass(eq=False)
class EndpointUnreachable(KmsdemoError):
    """Nothing that speaks AWS's language answered."""

    reason: str

    _what = "No AWS service could be reached: {reason}"
    _next_step = "Check the network, AWS_ENDPOINT_URL and the Region."


@dataclass(eq=False)
class EmulatorUnreachable(EndpointUnreachable):
    """No emulator answers at the URL that was given."""

    url: str

    _what = "No AWS service could be reached at {url}: {reason}"
    _next_step = "Check that it runs and listens there, or give another --endpoint-url."


class LocalStackUnreachable(EndpointUnreachable):
    """LocalStack does not answer where it is looked for."""

    _next_step = "Start it (docker compose up --wait), or set LOCALSTACK_HOST to where it is."


@dataclass(eq=False)
class AwsFailed(KmsdemoError):
    """Any other answer of AWS; ``code`` is AWS's own."""

    operation: str
    code: str
    reason: str

    _what = "{operation} failed with {code}: {reason}"
    _next_step = "Look the code up in the API reference of the service, and run it again."


# ------------------------------------------------------------------------------- where to work


@dataclass(eq=False)
class OptionOfAnotherBackend(WrongUsage):
    """An option was given that the chosen backend does not know."""

    option: str
    backend: str
    chosen: str

    _what = "{option} belongs to the backend {backend}, and this run is on {chosen}."
    _next_step = "Add --backend {backend}, or leave {option} out."


class NoEndpointNamed(WrongUsage):
    """The backend ``endpoint`` was not told where it is."""

    _what = "The backend endpoint needs to know where it listens."
    _next_step = "Give its URL: --endpoint-url http://127.0.0.1:4566."


@dataclass(eq=False)
class UnknownEmulator(WrongUsage):
    """The table of divergences has no emulator of this name."""

    emulator: str
    known: str

    _what = "Nothing is known of how {emulator} differs from AWS."
    _next_step = "Leave out --emulator, or name one of: {known}."


class NoAccountNamed(WrongUsage):
    """A real account is worked in only when it is named."""

    _what = "A real AWS account is used only if you name it, so that it is not one by accident."
    _next_step = "Give its twelve digits with --aws-account; aws sts get-caller-identity has them."


@dataclass(eq=False)
class AnotherAccount(KmsdemoError):
    """The credentials are of another account than the one named."""

    named: str
    account: str
    arn: str

    _what = "These credentials are of account {account} ({arn}), not of {named}."
    _next_step = "Set AWS_PROFILE, or other credentials; or name that account with --aws-account."


@dataclass(eq=False)
class RootRefused(KmsdemoError):
    """The root user may do everything; nothing would stop a mistake."""

    account: str

    _what = "These are the root user's credentials of account {account}, who may do everything."
    _next_step = "Use an IAM user or role that may work with AWS KMS and DynamoDB."


class RefusedInCi(KmsdemoError):
    """CI works in a real account only when it is told."""

    _what = "This is CI (the variable CI is set), and a real account costs money."
    _next_step = "If you mean it, add --aws-in-ci."


@dataclass(eq=False)
class NotOfThisRun(KmsdemoError):
    """A scenario was about to change something that others made."""

    resource: str
    operation: str

    _what = "{operation} is not sent: {resource} was not made by this run."
    _next_step = "Let the scenario work on what it made itself."


@dataclass(eq=False)
class TooManyKeys(KmsdemoError):
    """The run has made all the keys that it may make."""

    made: int
    reason: str

    _what = "This run may make no more KMS keys than {made}, and none of them is free: {reason}"
    _next_step = "Mend that, and run the rest in a new run."


@dataclass(eq=False)
class LeftBehind(KmsdemoError):
    """The run could not remove all that it made."""

    run_id: str
    reason: str

    _what = "Run {run_id} could not remove all that it made: {reason}"
    _next_step = "Remove the rest with the same credentials: kmsdemo sweep --run {run_id}."


# ---------------------------------------------------------------------------------- the sandbox


@dataclass(eq=False)
class PortTaken(KmsdemoError):
    """Another program listens on the port."""

    port: int
    holder: str

    _what = "Port {port} is taken by {holder}."
    _next_step = "Stop that program, or choose another port with --port; 0 takes a free one."


@dataclass(eq=False)
class CannotListen(KmsdemoError):
    """The system does not let us listen there."""

    host: str
    port: int
    reason: str

    _what = "The sandbox cannot listen on {host}, port {port}: {reason}."
    _next_step = "Choose an address of this machine with --host, and a port above 1023."


# ------------------------------------------------------------------------ a learner's own scripts


@dataclass(eq=False)
class CommandUnusable(WrongUsage):
    """A script cannot be called in the way that was given."""

    command: str
    reason: str

    _what = "The command {command} does not serve: {reason}."
    _next_step = "Give it as in the folder of the scripts; kmsdemo grade --help has an example."


@dataclass(eq=False)
class FolderUnusable(KmsdemoError):
    """The scripts run in a copy of their folder, and this one cannot be copied."""

    folder: str
    reason: str

    _what = "The scripts run in a copy of their folder, but {folder} does not serve: {reason}."
    _next_step = "Put the scripts and what they need into a folder of their own, and go there."
