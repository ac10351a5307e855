"""The state of a sandbox in a file: it outlives the process (``kmsdemo sandbox --state``).

Imports everything else in ``sandbox`` but ``http``, and nothing there imports it.
"""
