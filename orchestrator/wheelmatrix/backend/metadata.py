"""The hooks that tell a wheel's metadata before it is built."""

from wheelmatrix.run.again import Settings, metadata_again


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Settings = None) -> str:
    """Write the `.dist-info` directory that the wheel will have, and return its name; nothing is compiled."""
    if (name := metadata_again(metadata_directory, config_settings)) is not None:
        return name
    from wheelmatrix.backend.anew import metadata_anew

    return metadata_anew(metadata_directory, config_settings)


def prepare_metadata_for_build_editable(metadata_directory: str, config_settings: Settings = None) -> str:
    """Write the `.dist-info` directory of an editable wheel, which is that of the wheel; return its name."""
    return prepare_metadata_for_build_wheel(metadata_directory, config_settings)
