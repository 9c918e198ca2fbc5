"""Memory that stays: what a model and the code hold is set aside, so that nobody waits for it to be searched.

Python looks for unreachable circles among all objects that live. A catalogue is a million of them, and they live as
long as the model; looking at them again and again costs some hundredths of a second each time, in the middle of
somebody's request. What is there once a model has been loaded is therefore left out of the search.
"""

from __future__ import annotations

import gc


def settle() -> None:
    """Remove what nobody reaches, and search what is left no more; what was set aside before is searched once more."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
