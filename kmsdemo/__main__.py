"""``python -m kmsdemo``."""

from kmsdemo.cli import main

main(prog_name="kmsdemo")
