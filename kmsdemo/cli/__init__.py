"""``kmsdemo …``: parses, calls, prints; decides nothing.

Imports all other folders, each when a command needs it; only ``__main__`` imports it.
"""

from kmsdemo.cli.group import main

__all__ = ["main"]

# Each command is imported when it runs, so that none waits for the imports of the others.
main.add_section(
    "The lab, step by step",
    {
        "setup": ("key_and_table", "Create the KMS key and the DynamoDB table."),
        "describe": ("key_and_table", "Show the key, its state, and the table."),
        "encrypt": ("passwords", "Encrypt PASSWORD and store it in the table."),
        "items": ("passwords", "List the user numbers and their ciphertext."),
        "decrypt": ("passwords", "Decrypt the password of user number APPUSER."),
        "import, export, rotate-to": (
            "many_passwords",
            "Many passwords: from and to CSV, to another key.",
        ),
        "schedule-deletion": ("deletion", "Schedule the deletion of the key."),
        "cancel-deletion, enable": ("deletion", "Cancel the deletion; enable the key again."),
        "cleanup": ("key_and_table", "Delete the table now, and the key in 30 days."),
    },
)
main.add_section(
    "Learn, teach, test",
    {
        "lab": ("lab", "Run and explain the lab; it needs no AWS account."),
        "guide": ("guide", "Write the lab as a page to read and to print."),
        "shell": ("shell", "Open a shell with a new sandbox and the two scripts."),
        "sandbox": ("sandbox", "Run AWS KMS, DynamoDB, IAM and STS on this machine."),
        "check": ("check", "Check which steps of the lab are done."),
        "grade": ("grade", "Grade your own two scripts, in any language."),
        "class": ("classroom", "Show the progress of each learner of a class."),
        "show": ("show", "Print the encrypt or the decrypt script."),
        "sweep": ("sweep", "Remove the keys and tables of killed test runs."),
    },
)
