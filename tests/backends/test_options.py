"""What backends are told travels whole from one command line to the other."""

from __future__ import annotations

import pytest

from kmsdemo.backends import Options
from kmsdemo.backends.errors import OptionOfAnotherBackend


def test_what_is_given_is_handed_on_and_nothing_else() -> None:
    options = Options(aws_account="123456789012", aws_settle=0.0, aws_in_ci=True)
    given = ["--aws-account=123456789012", "--aws-settle=0.0", "--aws-in-ci"]
    assert options.as_arguments() == given
    assert Options().as_arguments() == []


def test_each_backend_takes_its_own_options_only() -> None:
    Options().validate_for("moto")
    Options(aws_settle=0.0).validate_for("aws")
    with pytest.raises(OptionOfAnotherBackend, match="--aws-settle is an option of the backend"):
        Options(aws_settle=0.0).validate_for("localstack")
