"""``python -m kmsdemo``, and the command ``kmsdemo``."""

import sys


def main() -> None:
    """Load the commands and run one; Ctrl-C ends it from the first moment."""
    try:
        from kmsdemo.cli import main as run  # noqa: PLC0415, Ctrl-C can come meanwhile
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        sys.exit(130)
    run(prog_name="kmsdemo")


if __name__ == "__main__":
    main()
