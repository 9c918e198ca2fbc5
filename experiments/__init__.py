"""How we know: train, evaluate, tune, promote, benchmark, and the demo world whose truth is known."""
