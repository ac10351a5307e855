"""Two good scripts, and common faults of learners in them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parent / "submissions"

LINES = "The encrypt script prints a user number"
BACK = "The decrypt script prints the password"
USERS = "Two runs create two users"
HIDDEN = "AWS stores the password nowhere"
KEY = "The ciphertext is encrypted under the given key"
BINARY = "The ciphertext is binary data in userpasswd"
ASKS = "The decrypt script asks AWS KMS"
ELSEWHERE = "The decrypt script decrypts what it has never seen"
FROM_KMS = "The password comes from AWS KMS"
NO_KEY = "Without the key nobody gets the password"
SPACES = "A password with spaces and quotes in it stays unchanged"
OPTION = "A password that looks like an option stays unchanged"
ACCENTS = "A password with accents and emoji in it stays unchanged"
LONG = "A password of 4,096 bytes stays unchanged"
NOWHERE = "The scripts write the password nowhere else"
E_ARGUMENTS = "The encrypt script with no arguments fails and says why"
E_KEY = "The encrypt script with an unknown key fails and says why"
D_ARGUMENTS = "The decrypt script with no arguments fails and says why"
D_USER = "The decrypt script with an unknown user fails and says why"
OVERWRITES = "A user number that is in use is not overwritten"
CONTEXT = "The ciphertext has an encryption context"

CALL_OF_KMS = "decrypt(fetch(appuser), key_id)"
CACHING = (
    (
        'print(f"A new',
        "import pathlib, zlib\n"
        "    cache = pathlib.Path.home() / appuser\n"
        "    cache.write_bytes(zlib.compress(password.encode())[::-1])\n"
        '    print(f"A new',
    ),
)


@dataclass(frozen=True)
class Broken:
    """A fault.

    Attributes:
        marks: The scenarios that fail, each with a part of what the grade finds.
        hint: A part of the next step.
        encrypt: Replacements in the encrypt script.
        decrypt: Replacements in the decrypt script.
        limits: Options with shorter time limits.
    """

    marks: dict[str, str]
    hint: str
    encrypt: tuple[tuple[str, str], ...] = ()
    decrypt: tuple[tuple[str, str], ...] = ()
    limits: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Put the two scripts into a folder, with the fault."""
        shutil.copy(SCRIPTS / "aws.py", folder)
        for name, changes in {"encrypt.py": self.encrypt, "decrypt.py": self.decrypt}.items():
            text = (SCRIPTS / name).read_text()
            for old, new in changes:
                assert old in text, old
                text = text.replace(old, new)
            (folder / name).write_text(text)


BROKEN: dict[str, Broken] = {
    "stores_plaintext": Broken(
        marks={
            HIDDEN: "The attribute userpasswd contains the password, as UTF-8.",
        },
        hint="Encrypt it with AWS KMS",
        encrypt=(("encrypt(password, key_id))", "password.encode())"),),
        decrypt=((CALL_OF_KMS, "fetch(appuser).decode()"),),
    ),
    "stores_base64": Broken(
        marks={
            HIDDEN: "The attribute userpasswd contains the password, as Base64.",
        },
        hint="Base64, compression or a cipher of your own do not protect a password.",
        encrypt=(("encrypt(password, key_id))", "aws.encode(password.encode()).encode())"),),
        decrypt=((CALL_OF_KMS, "aws.decode(fetch(appuser)).decode()"),),
    ),
    "stores_plaintext_beside": Broken(
        marks={HIDDEN: "The attribute hint contains the password, as UTF-8."},
        hint="store only the ciphertext blob that it returns",
        encrypt=(
            ("store(ciphertext)", "store(ciphertext, password)"),
            ("store(encrypt(password, key_id))", "store(encrypt(password, key_id), password)"),
            ("aws.encode(ciphertext)}}", "aws.encode(ciphertext)}, 'hint': {'S': password}}"),
        ),
    ),
    "another_key": Broken(
        marks={KEY: "is encrypted under another key"},
        hint="Pass the key id from the command line to the Encrypt or",
        encrypt=(
            ('Encrypt", KeyId=key_id', 'Encrypt", KeyId=other(key_id)'),
            (
                "def store",
                "def other(key_id):\n"
                "    aws.call('kms', 'DescribeKey', KeyId=key_id)\n"
                "    keys = [key['KeyId'] for key in aws.call('kms', 'ListKeys')['Keys']]\n"
                "    return ([key for key in keys if key != key_id] or [key_id])[0]\n\n\n"
                "def store",
            ),
        ),
        decrypt=(("KeyId=key_id, ", ""),),
    ),
    "ignores_the_key_id": Broken(
        marks={KEY: "is encrypted under another key", E_KEY: "exit code is 0"},
        hint="Pass the key id from the command line to the Encrypt or",
        encrypt=(
            (
                'answer = aws.call("kms", "Encrypt", KeyId=key_id',
                "key_id = aws.call('kms', 'ListKeys')['Keys'][-1]['KeyId']\n"
                '    answer = aws.call("kms", "Encrypt", KeyId=key_id',
            ),
        ),
        decrypt=(("KeyId=key_id, ", ""),),
    ),
    "fixed_user_number": Broken(
        marks={
            USERS: "After two runs there is one item, of user 12345.",
            OVERWRITES: "The item of the other user is overwritten",
        },
        hint="Draw a new random user number from 10001 to 99998 in each run",
        encrypt=(
            ("str(random.randint(10001, 99998))", '"12345"'),
            (", ConditionExpression=condition", ""),
        ),
    ),
    "wrong_attribute_name": Broken(
        marks={BINARY: "has no userpasswd; it has userpassword."},
        hint="Store two attributes: appuser, a string, with the user number, and userpasswd",
        encrypt=(('"userpasswd"', '"userpassword"'),),
        decrypt=(('"userpasswd"', '"userpassword"'),),
    ),
    "string_instead_of_binary": Broken(
        marks={BINARY: "has its ciphertext as Base64 text, not as bytes."},
        hint="of type Binary (B)",
        encrypt=(('{"B": ', '{"S": '),),
        decrypt=(('["B"]', '["S"]'),),
    ),
    "prints_the_password_while_encrypting": Broken(
        marks={NOWHERE: "The output of the encrypt script contains the password."},
        hint="Remove debugging output",
        encrypt=(("appuser = store(", 'print(f"encrypting {password}")\n    appuser = store('),),
    ),
    "logs_the_password": Broken(
        marks={NOWHERE: "Standard error of the decrypt script contains the password."},
        hint="no log",
        decrypt=(('print(f"Is', 'print(repr(password), file=sys.stderr)\n    print(f"Is'),),
    ),
    "prints_base64_while_encrypting": Broken(
        marks={NOWHERE: "Standard error of the encrypt script contains the password."},
        hint="Remove debugging output",
        encrypt=(
            (
                "appuser = store(",
                "print(aws.encode(password.encode()), file=sys.stderr)\n    appuser = store(",
            ),
        ),
    ),
    "keeps_it_in_a_temporary_file": Broken(
        marks={NOWHERE: "input.txt in the folder for temporary files contains the password."},
        hint="no temporary file",
        encrypt=(
            (
                "appuser = store(",
                "import pathlib, tempfile\n"
                "    pathlib.Path(tempfile.gettempdir(), 'input.txt').write_text(password)\n"
                "    appuser = store(",
            ),
        ),
    ),
    "keeps_it_at_a_fixed_place": Broken(
        marks={NOWHERE: "kmsdemo-test-of-a-leak in the folder for temporary files"},
        hint="no temporary file",
        encrypt=(
            (
                "appuser = store(",
                "import atexit, pathlib\n"
                "    pathlib.Path('/tmp/kmsdemo-test-of-a-leak').write_text(password)\n"
                "    appuser = store(",
            ),
        ),
    ),
    "decrypts_from_its_own_cache": Broken(
        marks={ASKS: "without a call of Decrypt"},
        hint="Call the Decrypt operation",
        encrypt=CACHING,
        decrypt=(
            (
                f"password = {CALL_OF_KMS}",
                "import pathlib, zlib\n"
                "    fetch(appuser)\n"
                "    cache = pathlib.Path.home() / appuser\n"
                "    if not cache.exists():\n"
                "        sys.exit('There is no such user.')\n"
                "    password = zlib.decompress(cache.read_bytes()[::-1]).decode()",
            ),
        ),
    ),
    "remembers_what_it_decrypted": Broken(
        marks={ASKS: "without a call of Decrypt"},
        hint="Call the Decrypt operation",
        encrypt=CACHING,
        decrypt=(
            (
                f"password = {CALL_OF_KMS}",
                "import pathlib, zlib\n"
                "    cache = pathlib.Path.home() / appuser\n"
                "    if cache.exists():\n"
                "        password = zlib.decompress(cache.read_bytes()[::-1]).decode()\n"
                "    else:\n"
                f"        password = {CALL_OF_KMS}",
            ),
        ),
    ),
    "gives_base64_back": Broken(
        marks={BACK: "It prints a different line."},
        hint="with the plaintext as text",
        decrypt=(('aws.decode(answer["Plaintext"]).decode()', 'answer["Plaintext"]'),),
    ),
    "swallows_errors": Broken(
        marks={E_KEY: "exit code is 0, which means success", D_USER: "exit code is 0"},
        hint="exit with a code that is not 0",
        encrypt=(('sys.exit(f"Not', 'print(f"Not'),),
        decrypt=(
            ('sys.exit(f"Not', 'print(f"Not'),
            ('sys.exit("There is no such user.")', "sys.exit()"),
        ),
    ),
    "shows_a_stack_trace": Broken(
        marks={E_KEY: "It prints a stack trace.", E_ARGUMENTS: "It prints a stack trace."},
        hint="Print a message that says what is wrong",
        encrypt=(("if len(sys.argv) != 3", "if False"), ("except aws.Refused", "except OSError")),
    ),
    "fails_without_a_message": Broken(
        marks={E_ARGUMENTS: "there is no message", D_ARGUMENTS: "there is no message"},
        hint="Print a message that says what is wrong",
        encrypt=(('sys.exit("Usage: encrypt.py PASSWORD KEY_ID")', "sys.exit(1)"),),
        decrypt=(('sys.exit("Usage: decrypt.py APPUSER KEY_ID")', "sys.exit(1)"),),
    ),
    "other_words": Broken(
        marks={LINES: "It prints a different line."},
        hint="Print exactly the two lines of the lab",
        encrypt=(("A new encrypted password", "A new password"),),
    ),
    "prints_more": Broken(
        marks={BACK: "It prints an extra line."},
        hint="print exactly the two lines of the lab",
        decrypt=(('> {password}")', "> {password}\")\n    print('done')"),),
    ),
    "splits_at_spaces": Broken(
        marks={SPACES: "It does not print the password, or not unchanged."},
        hint="call no shell that splits it",
        decrypt=(("-> {password}", "-> {' '.join(password.split())}"),),
    ),
    "ascii_only": Broken(
        marks={ACCENTS: "The exit code is 1.", LONG: "The exit code is 1."},
        hint="UTF-8 for input and output",
        encrypt=(("password.encode()", "password.encode('ascii')"),),
    ),
    "takes_an_option": Broken(
        marks={OPTION: "It does not print the password"},
        hint="do not parse it as an option",
        encrypt=(
            (
                "try:\n    main(*sys.argv[1:])",
                "import argparse\n\nparser = argparse.ArgumentParser()\n"
                "parser.add_argument('password')\nparser.add_argument('key_id')\n"
                "try:\n    main(**vars(parser.parse_args()))",
            ),
        ),
    ),
    "cuts_long_passwords": Broken(
        marks={LONG: "It does not print the password, or not unchanged."},
        hint="accept 4,096 bytes",
        encrypt=(("encrypt(password, key_id))", "encrypt(password[:1000], key_id))"),),
    ),
    "hangs": Broken(
        marks={LINES: "It did not end within 2 seconds."},
        hint="Do not ask for input",
        encrypt=(("import random", "import time\n\ntime.sleep(1000)\nimport random"),),
        limits=("--seconds-each=2",),
    ),
    "floods_its_output": Broken(
        marks={BACK: "It printed more than 1,000,000 bytes."},
        hint="Look for a loop that never stops printing",
        decrypt=(("import sys\n", "import sys\n\nwhile True:\n    print('y' * 1000)\n"),),
    ),
    "forks": Broken(
        marks={LINES: "It started more than 64 processes."},
        hint="Look for a loop that starts processes",
        encrypt=(
            (
                "import random",
                "import os\nimport time\n\n"
                "for _ in range(200):\n    if not os.fork():\n        time.sleep(1000)\n"
                "time.sleep(1000)\nimport random",
            ),
        ),
    ),
}
