"""The demo world: an invented civil service whose truth is known.

``write_world`` writes the files that a platform would export, and beside them the truth that made them (levels,
interests, careers), which no importer reads. How people behave here is written down in ``behaviour.py``.
"""

from experiments.world.write import write_world

__all__ = ["write_world"]
