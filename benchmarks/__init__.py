"""What is claimed of the speed, re-measurable: ratios, side by side in one run."""
