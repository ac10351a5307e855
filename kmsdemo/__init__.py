"""The AWS KMS lab, written once as Gherkin: test, lesson and the small library behind them.

The modules beside this one are the library that people copy: it takes boto3 clients and imports
nothing of the folders here but ``errors``.
"""
