"""``kmsdemo …``: parses, calls, prints; decides nothing."""

from kmsdemo.cli.check import check
from kmsdemo.cli.classroom import classroom
from kmsdemo.cli.deletion import cancel_deletion, enable, schedule_deletion
from kmsdemo.cli.grade import grade
from kmsdemo.cli.group import main
from kmsdemo.cli.guide import guide
from kmsdemo.cli.key_and_table import cleanup, describe, setup
from kmsdemo.cli.lab import lab
from kmsdemo.cli.many_passwords import export, import_, rotate_to
from kmsdemo.cli.passwords import decrypt, encrypt, items
from kmsdemo.cli.sandbox import sandbox
from kmsdemo.cli.shell import shell
from kmsdemo.cli.show import show
from kmsdemo.cli.sweep import sweep

__all__ = ["main"]

main.add_section(
    "The lab, step by step",
    (
        setup,
        describe,
        encrypt,
        items,
        decrypt,
        (import_, export, rotate_to),
        schedule_deletion,
        (cancel_deletion, enable),
        cleanup,
    ),
)
main.add_section(
    "Learn, teach, test",
    (lab, guide, shell, sandbox, check, grade, classroom, show, sweep),
)
