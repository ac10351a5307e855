"""The HTTP server: it parses AWS requests, authenticates them, and passes them to ``kms`` or moto.

Imports everything else in ``sandbox`` but ``state``, and nothing there imports it.
"""
