"""How the user's tests are run with an installed wheel, by cibuildwheel's meaning of `test-command` and its like."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from packaging.dependency_groups import resolve_dependency_groups

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Command, Tables
from wheelmatrix.model.verified import Lacking, Runner
from wheelmatrix.options import VerifyOptions
from wheelmatrix.values import dataclass
from wheelmatrix.verify.tags import ids, names

_OTHER_PYTHONS = frozenset({"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The commands that test one wheel in one Python, each to be run when the one before has succeeded."""

    environment: Command
    """Makes the virtual environment."""
    install: Command
    tests: tuple[Command, ...]


def trial_pythons(
    filename: str, runners: Sequence[Runner], options: VerifyOptions, tables: Tables
) -> tuple[Runner, ...] | Lacking:
    """Return the Pythons that a wheel is tested in, at least one; else why there is none.

    `runners`: those that take the wheel. Tests run natively alone: an environment needs pip, and pip a whole system.
    """
    if not options.test_command:
        return Lacking(
            message="there is no test-command", hint="[tool.wheelmatrix.verify] test-command, or --test-command"
        )
    native = [runner for runner in runners if runner.is_native]
    if not native:
        return Lacking(message="tests run in Pythons of this machine alone, and none takes the wheel")
    left = tuple(
        runner for runner in native if not names(options.test_skip, ids(filename, tables, runner.installed))
    )  # fmt: skip
    return left or Lacking(message="test-skip names it")


def requirements(options: VerifyOptions, groups: Mapping[str, object]) -> tuple[str, ...]:
    """Return what is installed beside the wheel: `test-requires`, then the groups of `[dependency-groups]`.

    Raises ConfigError for a group that there is not, or that is no list of requirements (PEP 735).
    """
    found: tuple[str, ...] = ()
    if options.test_groups:
        try:
            found = resolve_dependency_groups(groups, *options.test_groups)  # type: ignore[arg-type]  # it checks them itself
        except Exception as error:  # boundary: packaging, whose errors are of many types
            raise ConfigError.of(f"{_said(error)}", where="test-groups", hint=_known(groups)) from error
    return (*options.test_requires, *found)


def trial(
    runner: Runner,
    wheel: PurePath,
    options: VerifyOptions,
    required: Sequence[str],
    *,
    scratch: PurePath,
    project: PurePath,
    path: str,
    variables: Mapping[str, str],
    is_windows: bool,
) -> Trial:
    """Return the commands that test `wheel` in a fresh environment below `scratch`.

    Tests run in the empty directory `scratch/work`, so that what they import is what was installed. `path`: PATH of
    this process. `variables`: the user's own, for the tests.
    """
    venv = scratch / "venv"
    programs = venv / ("Scripts" if is_windows else "bin")
    python = programs / ("python.exe" if is_windows else "python")
    exe = str(runner.installed.executable)
    active = {"VIRTUAL_ENV": str(venv), "PATH": f"{programs}{';' if is_windows else ':'}{path}"}
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
    shell = ("cmd", "/c") if is_windows else ("sh", "-c")
    placed = {"wheel": str(wheel), "python": str(python), "project": str(project), "package": str(project)}
    work = scratch / "work"
    return Trial(
        environment=Command(
            argv=(exe, "-m", "venv", str(venv)), environment={}, directory=work, without=_OTHER_PYTHONS
        ),
        install=Command(
            argv=(*pip, str(wheel), *required), environment=active, directory=project, without=_OTHER_PYTHONS
        ),
        tests=tuple(
            Command(
                argv=(*shell, _filled(line, placed)),
                environment={**active, **variables},
                directory=work,
                without=_OTHER_PYTHONS,
            )
            for line in options.test_command
        ),
    )


def _filled(line: str, values: Mapping[str, str]) -> str:
    """Return a command with its placeholders filled; other braces are the shell's, and stay."""
    for name, value in values.items():
        line = line.replace(f"{{{name}}}", value)
    return line


def _said(error: BaseException) -> str:
    return "; ".join(_leaves(error))


def _leaves(error: BaseException) -> Iterator[str]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield str(error)


def _known(groups: Mapping[str, object]) -> str:
    return (
        f"groups of the project: {', '.join(sorted(groups))}" if groups else "pyproject.toml has no [dependency-groups]"
    )
