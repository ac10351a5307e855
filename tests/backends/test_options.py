"""The options of backends pass from one command line to the other."""

from __future__ import annotations

import pytest

from kmsdemo.backends import Options
from kmsdemo.backends.errors import OptionOfAnotherBackend


def test_only_options_that_are_set_are_passed_on() -> None:
    options = Options(aws_account="123456789012", aws_settle=0.0, aws_in_ci=True)
    given = ["--aws-account=123456789012", "--aws-settle=0.0", "--aws-in-ci"]
    assert options.as_arguments() == given
    assert Options().as_arguments() == []


def test_a_backend_rejects_options_of_other_backends() -> None:
    Options().validate_for("moto")
    Options(aws_settle=0.0).validate_for("aws")
    with pytest.raises(OptionOfAnotherBackend) as raised:
        Options(aws_settle=0.0).validate_for("localstack")
    error = raised.value
    assert (error.option, error.backend, error.chosen) == ("--aws-settle", "aws", "localstack")
