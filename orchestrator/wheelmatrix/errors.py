"""The error tree: what went wrong, where, and what to do about it; each class has its exit code."""

from typing import ClassVar, Self

from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing that is wrong with an input."""

    message: str
    """What is wrong, with the object's name, and what was expected."""
    where: str = ""
    """File, `file:line:column`, key or option; may be empty."""
    hint: str = ""
    """What to do; may be empty."""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{place}{self.message}{advice}"


class WheelmatrixError(Exception):
    """Anything that wheelmatrix says on purpose; carries every issue that was found, not only the first."""

    exit_code: ClassVar[int] = 1
    kind: ClassVar[str] = "error"

    def __init__(self, *issues: Issue) -> None:
        if not issues:
            raise AssertionError("an error without an issue says nothing")
        super().__init__(*issues)
        self.issues = issues

    @classmethod
    def of(cls, message: str, *, where: str = "", hint: str = "") -> Self:
        """Return the error with one issue."""
        return cls(Issue(message=message, where=where, hint=hint))

    def __str__(self) -> str:
        return "\n".join(map(str, self.issues))


class ConfigError(WheelmatrixError):
    """The project, its configuration or the command line asks for what cannot be."""

    exit_code, kind = 2, "configuration"


class NothingToBuild(WheelmatrixError):
    """The selection is valid but empty."""

    exit_code, kind = 3, "nothing to build"


class ToolMissing(WheelmatrixError):
    """A program that is needed is not there, or too old."""

    exit_code, kind = 4, "tool missing"


class CompileError(WheelmatrixError):
    """cargo did not build a library."""

    exit_code, kind = 5, "compile"


class AuditError(WheelmatrixError):
    """A library or wheel must not be shipped as it is."""

    exit_code, kind = 6, "audit"


class PackError(WheelmatrixError):
    """A wheel could not be written."""

    exit_code, kind = 7, "pack"


class UploadError(WheelmatrixError):
    """A release must not be sent as it is, or did not arrive whole."""

    exit_code, kind = 8, "upload"


class VerifyError(WheelmatrixError):
    """A wheel does not do what its name promises, or that could not be proved as far as was asked for."""

    exit_code, kind = 9, "verify"


class InstallError(WheelmatrixError):
    """What was built could not be installed."""

    exit_code, kind = 10, "install"


class Interrupted(WheelmatrixError):
    """A signal ended the run; `exit_code` is 128 plus the signal's number."""

    kind = "interrupted"

    @classmethod
    def by(cls, signal_number: int, message: str) -> Self:
        """Return the error of a signal."""
        error = cls(Issue(message=message, hint="run the same command again: what is done is not done twice"))
        error.exit_code = 128 + signal_number  # type: ignore[misc]  # the one class whose code depends on the event
        return error
