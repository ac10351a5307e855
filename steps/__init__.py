"""What the sentences of the features do: one module for each noun of the lab.

Imports the library, and from the other folders only what a step needs; only the features import it.
"""
