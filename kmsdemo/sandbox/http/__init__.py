"""What listens: the server, the log of its calls, and a client of what AWS has no call for.

Imports ``kms`` and ``access`` through the modules above this folder.
"""

from kmsdemo.sandbox.moto_check import NEEDED_BY_SERVER, check_moto

check_moto(NEEDED_BY_SERVER)
