"""The HTTP server: it parses AWS requests, authenticates them, and passes them to ``kms`` or moto.

Imports ``access``, ``kms`` and the modules directly in ``sandbox``, none of which imports it.
"""
