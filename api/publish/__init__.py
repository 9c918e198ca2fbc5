"""What other systems of the platform read, written by us."""
