"""The variables that every call of cargo gets from the options."""

from wheelmatrix.options.build import BuildOptions


def toolchain_environment(options: BuildOptions) -> dict[str, str]:
    """Return the variables that a user asked for: own ones, and the toolchain that rustup shall take."""
    return {**dict(options.environment), **({"RUSTUP_TOOLCHAIN": options.toolchain} if options.toolchain else {})}
