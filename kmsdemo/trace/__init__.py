"""The AWS calls of any boto3 session: recorded, in words, and as an ``aws`` command.

::

    from kmsdemo.trace import trace

    with trace(session) as calls: ...

Imports ``ciphertext`` and ``printable`` of the library, and nothing else of kmsdemo.
"""

from kmsdemo.trace.recording import Call, trace

__all__ = ["Call", "trace"]
