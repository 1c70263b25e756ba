"""What cargo is told by variables."""

from wheelmatrix.options import BuildOptions
from wheelmatrix.options.toolchain import toolchain_environment


def test_the_toolchain_is_the_one_that_rustup_is_told_of() -> None:
    options = BuildOptions(environment=(("A", "1"),), toolchain="nightly")

    assert toolchain_environment(options) == {"A": "1", "RUSTUP_TOOLCHAIN": "nightly"}
    assert toolchain_environment(BuildOptions()) == {}
