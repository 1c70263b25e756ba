"""The hooks that tell a wheel's metadata before it is built."""

from pathlib import Path

from wheelmatrix import __version__
from wheelmatrix.backend.heard import Settings, prepared
from wheelmatrix.backend.told import telling
from wheelmatrix.run.dist_info import write_dist_info


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Settings = None) -> str:
    """Write the `.dist-info` directory that the wheel will have, and return its name; nothing is compiled."""
    with telling():
        return write_dist_info(prepared(config_settings), Path(metadata_directory), f"wheelmatrix {__version__}")


def prepare_metadata_for_build_editable(metadata_directory: str, config_settings: Settings = None) -> str:
    """Write the `.dist-info` directory of an editable wheel, which is that of the wheel; return its name."""
    return prepare_metadata_for_build_wheel(metadata_directory, config_settings)
