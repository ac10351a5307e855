"""The errors of the library: each says what happened, to which key or table, and what to do next.

The facts are fields (``error.key_id``, ``error.deletion_date``), for programs that act on them;
``str(error)`` is two lines, what happened and what to do, for people. No error carries a password.
"""

from kmsdemo.errors.aws import *
from kmsdemo.errors.key import *
from kmsdemo.errors.password import *
from kmsdemo.errors.root import *
from kmsdemo.errors.table import *
