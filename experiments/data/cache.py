"""Where data sets lie. Imports no torch."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Where data sets lie: the folder that ``GNNLAB_DATA`` names, or ``~/.cache/gnnlab``."""
    named = os.environ.get("GNNLAB_DATA")
    return Path(named) if named else Path.home() / ".cache" / "gnnlab"
