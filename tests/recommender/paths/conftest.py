"""Helpers of the path tests: the folder is on the path so that tests share problems and the brute force."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
