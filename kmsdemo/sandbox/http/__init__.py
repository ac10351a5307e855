"""What listens: the server, the log of its calls, and a client of what AWS has no call for.

Imports ``kms`` and ``access`` through the modules above this folder.
"""
