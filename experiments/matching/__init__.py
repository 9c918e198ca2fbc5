"""How well matching by meaning works, on ground truth that others made."""
