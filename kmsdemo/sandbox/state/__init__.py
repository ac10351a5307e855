"""The state of a sandbox in a file: it outlives the process (``kmsdemo sandbox --state``)."""
