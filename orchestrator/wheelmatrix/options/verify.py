"""What can be asked of verification: a part of BuildOptions, and all that `wheelmatrix verify` takes."""

from wheelmatrix.options.facts import option
from wheelmatrix.options.parts import PythonSource
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """How wheels are verified."""

    verify_pythons: tuple[PythonSource, ...] = option(
        (),
        "Python of another machine to import wheels in: a directory with an unpacked distribution or a Windows Python",
        flags=("--python-root",), key="verify.pythons", metavar="[PATTERN=]DIR", splits="\n", is_path=True,
        panel="Verify",
    )  # fmt: skip
    verify_timeout: int = option(
        60, "Seconds that the imports of one wheel in one Python may take", flags=("--verify-timeout",),
        key="verify.timeout", metavar="SECONDS", minimum=1, panel="Verify",
    )  # fmt: skip
    test_command: tuple[str, ...] = option(
        (),
        "Shell commands that test the installed wheel, with {wheel}, {python} and {project}; cibuildwheel's meaning",
        flags=("--test-command",), key="verify.test-command", metavar="COMMAND", splits="\n", panel="Verify",
    )  # fmt: skip
    test_requires: tuple[str, ...] = option(
        (), "Requirements to install beside the wheel", flags=("--test-requires",), key="verify.test-requires",
        metavar="REQUIREMENT", panel="Verify",
    )  # fmt: skip
    test_groups: tuple[str, ...] = option(
        (), "Groups of [dependency-groups] to install beside the wheel", flags=("--test-groups",),
        key="verify.test-groups", metavar="GROUP", splits=" ,", panel="Verify",
    )  # fmt: skip
    test_skip: tuple[str, ...] = option(
        (), "Cells whose wheels are not tested: globs with braces over cell ids", flags=("--test-skip",),
        key="verify.test-skip", metavar="PATTERN", splits=" ", panel="Verify",
    )  # fmt: skip
    test_timeout: int = option(
        1800, "Seconds that the tests of one wheel in one Python may take", flags=("--test-timeout",),
        key="verify.test-timeout", metavar="SECONDS", minimum=1, panel="Verify",
    )  # fmt: skip
