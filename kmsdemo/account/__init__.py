"""An AWS account to work in: its clients, and what a run makes in one that others use too."""
