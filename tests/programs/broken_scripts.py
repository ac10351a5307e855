"""Two good scripts, and what learners make wrong in them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parent / "submissions"

LINES = "The encrypt script gives a user number"
BACK = "The decrypt script gives the password back"
USERS = "Two runs give two users"
BINARY = "The ciphertext is binary data under userpasswd"
HIDDEN = "Nobody who reads the table can read the password"
KEY = "The key that is named encrypts it"
SPACES = "A password with spaces and quotes in it comes back unchanged"
OPTION = "A password that looks like an option comes back unchanged"
ACCENTS = "A password with accents and emoji in it comes back unchanged"
LONG = "A password of 4,096 bytes comes back unchanged"
NOWHERE = "The scripts leave the password nowhere"
ELSEWHERE = "Another machine can decrypt"
NO_KEY = "Without the key nobody gets the password"
E_ARGUMENTS = "The encrypt script, given no arguments, fails and says why"
E_KEY = "The encrypt script, given a key that does not exist, fails and says why"
D_ARGUMENTS = "The decrypt script, given no arguments, fails and says why"
D_USER = "The decrypt script, given a user that nobody stored, fails and says why"

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
        marks: Where it is marked down, each with what is seen.
        hint: A part of what is said to do about it.
        encrypt: What the encrypt script has instead of something.
        decrypt: Likewise.
        leaves: A file that it leaves outside of the folder of the scripts.
    """

    marks: dict[str, str]
    hint: str
    encrypt: tuple[tuple[str, str], ...] = ()
    decrypt: tuple[tuple[str, str], ...] = ()
    leaves: str = ""

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
            HIDDEN: "The attribute userpasswd shows the password, as UTF-8.",
        },
        hint="Have AWS KMS encrypt the password",
        encrypt=(("encrypt(password, key_id))", "password.encode())"),),
        decrypt=((CALL_OF_KMS, "fetch(appuser).decode()"),),
    ),
    "stores_base64": Broken(
        marks={
            HIDDEN: "The attribute userpasswd shows the password, as Base64.",
        },
        hint="Base64, compression or a cipher of one's own hide nothing.",
        encrypt=(("encrypt(password, key_id))", "aws.encode(password.encode()).encode())"),),
        decrypt=((CALL_OF_KMS, "aws.decode(fetch(appuser)).decode()"),),
    ),
    "stores_plaintext_beside": Broken(
        marks={HIDDEN: "The attribute hint shows the password, as UTF-8."},
        hint="store what it answers, and no more",
        encrypt=(
            ("store(ciphertext)", "store(ciphertext, password)"),
            ("store(encrypt(password, key_id))", "store(encrypt(password, key_id), password)"),
            ("aws.encode(ciphertext)}}", "aws.encode(ciphertext)}, 'hint': {'S': password}}"),
        ),
    ),
    "another_key": Broken(
        marks={KEY: "is under another key"},
        hint="Give the key id from the command line to the Encrypt operation",
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
        marks={KEY: "is under another key", E_KEY: "exit code 0"},
        hint="Give the key id from the command line to the Encrypt operation",
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
        marks={USERS: "After two runs there is one item, of user 12345."},
        hint="Draw a new user number at random in each run",
        encrypt=(("str(random.randint(10001, 99998))", '"12345"'),),
    ),
    "wrong_attribute_name": Broken(
        marks={BINARY: "has no userpasswd; it has userpassword."},
        hint="Store two attributes: appuser, a string, with the user number, and userpasswd",
        encrypt=(('"userpasswd"', '"userpassword"'),),
        decrypt=(('"userpasswd"', '"userpassword"'),),
    ),
    "string_instead_of_binary": Broken(
        marks={BINARY: "has userpasswd as text (S), not binary data (B)."},
        hint="of type Binary (B)",
        encrypt=(('{"B": ', '{"S": '),),
        decrypt=(('["B"]', '["S"]'),),
    ),
    "prints_the_password_while_encrypting": Broken(
        marks={NOWHERE: "The output of the encrypt script shows the password."},
        hint="Remove what was written or printed to find a mistake",
        encrypt=(("appuser = store(", 'print(f"encrypting {password}")\n    appuser = store('),),
    ),
    "logs_the_password": Broken(
        marks={NOWHERE: "Standard error of the decrypt script shows the password."},
        hint="no log",
        decrypt=(('print(f"Is', 'print(repr(password), file=sys.stderr)\n    print(f"Is'),),
    ),
    "prints_base64_while_encrypting": Broken(
        marks={NOWHERE: "Standard error of the encrypt script shows the password."},
        hint="Remove what was written or printed to find a mistake",
        encrypt=(
            (
                "appuser = store(",
                "print(aws.encode(password.encode()), file=sys.stderr)\n    appuser = store(",
            ),
        ),
    ),
    "keeps_it_in_a_temporary_file": Broken(
        marks={NOWHERE: "input.txt in the folder for temporary files shows the password."},
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
        marks={NOWHERE: "in /tmp shows the password."},
        hint="no temporary file",
        encrypt=(
            (
                "appuser = store(",
                "import atexit, pathlib\n"
                "    pathlib.Path('/tmp/kmsdemo-test-of-a-leak').write_text(password)\n"
                "    appuser = store(",
            ),
        ),
        leaves="/tmp/kmsdemo-test-of-a-leak",  # noqa: S108
    ),
    "decrypts_from_its_own_cache": Broken(
        marks={ELSEWHERE: "exit code 1", NO_KEY: "without AWS KMS, shows the password"},
        hint="Ask AWS KMS each time.",
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
        marks={NO_KEY: "without AWS KMS, shows the password"},
        hint="A password that was kept from an earlier run",
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
        marks={BACK: "It prints another line."},
        hint="with the plaintext as text",
        decrypt=(('aws.decode(answer["Plaintext"]).decode()', 'answer["Plaintext"]'),),
    ),
    "swallows_errors": Broken(
        marks={E_KEY: "exit code 0, as if it had succeeded", D_USER: "exit code 0"},
        hint="end with an exit code that is not 0",
        encrypt=(('sys.exit(f"Not', 'print(f"Not'),),
        decrypt=(
            ('sys.exit(f"Not', 'print(f"Not'),
            ('sys.exit("There is no such user.")', "sys.exit()"),
        ),
    ),
    "shows_a_stack_trace": Broken(
        marks={E_KEY: "It shows a stack trace.", E_ARGUMENTS: "It shows a stack trace."},
        hint="Say in a sentence what went wrong",
        encrypt=(("if len(sys.argv) != 3", "if False"), ("except aws.Refused", "except OSError")),
    ),
    "fails_without_a_word": Broken(
        marks={E_ARGUMENTS: "without a word", D_ARGUMENTS: "without a word"},
        hint="Say in a sentence what went wrong",
        encrypt=(('sys.exit("Usage: encrypt.py PASSWORD KEY_ID")', "sys.exit(1)"),),
        decrypt=(('sys.exit("Usage: decrypt.py APPUSER KEY_ID")', "sys.exit(1)"),),
    ),
    "other_words": Broken(
        marks={LINES: "It prints another line."},
        hint="Print the two lines of the lab, letter by letter",
        encrypt=(("A new encrypted password", "A new password"),),
    ),
    "prints_more": Broken(
        marks={BACK: "It prints one more line."},
        hint="print the two lines of the lab, letter by letter",
        decrypt=(('> {password}")', "> {password}\")\n    print('done')"),),
    ),
    "splits_at_spaces": Broken(
        marks={SPACES: "It prints another password."},
        hint="no shell in between that splits it",
        decrypt=(("-> {password}", "-> {' '.join(password.split())}"),),
    ),
    "ascii_only": Broken(
        marks={ACCENTS: "It ends with exit code 1.", LONG: "It ends with exit code 1."},
        hint="UTF-8 on the way in and out",
        encrypt=(("password.encode()", "password.encode('ascii')"),),
    ),
    "takes_an_option": Broken(
        marks={OPTION: "The table is empty."},
        hint="no option parser that takes it for its own",
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
        marks={LONG: "It prints another password."},
        hint="room for 4,096 bytes",
        encrypt=(("encrypt(password, key_id))", "encrypt(password[:1000], key_id))"),),
    ),
    "hangs": Broken(
        marks={LINES: "It did not end within 10 seconds."},
        hint="Let it wait for nobody",
        encrypt=(("import random", "import time\n\ntime.sleep(1000)\nimport random"),),
    ),
    "floods_its_output": Broken(
        marks={BACK: "It printed more than 1,000,000 bytes."},
        hint="Look for a loop that prints",
        decrypt=(("import sys\n", "import sys\n\nwhile True:\n    print('y' * 1000)\n"),),
    ),
    "forks": Broken(
        marks={LINES: "It started more than 64 processes."},
        hint="Let it start no processes without end",
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
