"""What the sentences of the features do: one module for each noun of the lab.

Imports the library, and of the rooms what a step cannot do without; only the features import it.
"""
