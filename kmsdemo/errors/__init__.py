"""The errors of the library: each says what happened, to which key or table, and what to do next.

Programs read the fields (``error.key_id``, ``error.deletion_date``). People read ``str(error)``:
one line for what happened, one for what to do next. No error carries a password. Imports
``pluralize`` and ``printable``, and nothing else of kmsdemo.
"""

from kmsdemo.errors.aws import *
from kmsdemo.errors.key import *
from kmsdemo.errors.password import *
from kmsdemo.errors.root import *
from kmsdemo.errors.table import *
