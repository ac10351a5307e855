"""The AWS KMS lab, written once as Gherkin: test, lesson and the small library behind them."""
