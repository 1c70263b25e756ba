"""The hook that makes a source distribution."""

import os
import sys
from pathlib import Path

from wheelmatrix.backend.heard import heard
from wheelmatrix.backend.told import telling
from wheelmatrix.run.again import Settings
from wheelmatrix.run.sdist import make_sdist


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """Make the source distribution, and return its file name; nothing is compiled."""
    with telling():
        asked, _ = heard(config_settings)
        made = make_sdist(asked, directory=Path.cwd(), environment=dict(os.environ), out=Path(sdist_directory))
        for warning in made.warnings:
            print(f"warning: {warning}", file=sys.stderr, flush=True)
        return made.path.name
