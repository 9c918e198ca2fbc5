"""How fast the service answers, how much it holds, and what survives its death."""
