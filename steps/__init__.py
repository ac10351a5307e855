"""What the sentences of the features do: one module for each noun of the lab."""
