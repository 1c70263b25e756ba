"""The hooks that tell a wheel's metadata before it is built."""

from pathlib import Path

from wheelmatrix import __version__
from wheelmatrix.backend.heard import Settings, prepared
from wheelmatrix.backend.told import telling
from wheelmatrix.run.dist_info import keep_said, write_dist_info


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Settings = None) -> str:
    """Write the `.dist-info` directory that the wheel will have, and return its name; nothing is compiled."""
    with telling():
        found, out = prepared(config_settings), Path(metadata_directory)
        folder = write_dist_info(found, out, f"wheelmatrix {__version__}")
        keep_said(found, out / folder)
        return folder


def prepare_metadata_for_build_editable(metadata_directory: str, config_settings: Settings = None) -> str:
    """Write the `.dist-info` directory of an editable wheel, which is that of the wheel; return its name."""
    return prepare_metadata_for_build_wheel(metadata_directory, config_settings)
