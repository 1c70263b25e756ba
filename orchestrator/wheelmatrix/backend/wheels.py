"""The hooks that build."""

from wheelmatrix.run.again import Settings, wheel_again


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    """Build the wheel of the running Python, and return its file name."""
    if (filename := wheel_again(wheel_directory, config_settings, metadata_directory)) is not None:
        return filename
    from wheelmatrix.backend.anew import wheel_anew

    return wheel_anew(wheel_directory, config_settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build a wheel that leads Python to the project's own files, the library put beside them; return its file name.

    A project without Python files of its own has a wheel like any other.
    """
    from wheelmatrix.backend.anew import editable_anew

    return editable_anew(wheel_directory, config_settings, metadata_directory)
