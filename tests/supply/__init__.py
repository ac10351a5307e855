"""Which versions kmsdemo runs with: the lock, the SBOM, and releases that are still to come."""
