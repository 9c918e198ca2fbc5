"""A simulated civil service whose true levels are known: it judges beliefs and paths against the truth.

Simulation cannot prove that people learn; it shows what the estimators recover when the world is as assumed, and that
a claim does not hang on one assumption (each is halved and doubled).
"""
