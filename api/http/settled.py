"""Memory that stays: what a model and the code hold is set aside, so that nobody waits for it to be searched.

Python looks for unreachable circles among all objects that live. A catalogue is a million of them, and they live as
long as the model; looking at them again and again costs some hundredths of a second each time, in the middle of
somebody's request. What is there once a model has been loaded is therefore left out of the search.
"""

from __future__ import annotations

import gc

SEARCHED_AFTER = 20_000
"""New objects after which they are searched: what a request makes goes with the request, and hardly any is a circle."""


def settle() -> None:
    """Search what is there no more, and begin to search what comes after it (``karmapath serve`` loads unsearched).

    What was set aside before stays so: where this process was forked from one that had loaded the model, looking at it
    would copy every page that the two share.
    """
    gc.freeze()
    gc.set_threshold(SEARCHED_AFTER, 10, 10)
    gc.enable()


def settle_anew() -> None:
    """Remove what nobody reaches, of what was set aside before as well: a model has been replaced."""
    gc.unfreeze()
    gc.collect()
    settle()
