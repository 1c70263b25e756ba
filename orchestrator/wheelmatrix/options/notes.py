"""What is wrong with an input, collected while it is read, so that all of it is said at once."""

from collections.abc import Iterable
from dataclasses import field

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.options.nearest import did_you_mean
from wheelmatrix.values import dataclass


@dataclass(slots=True)
class Notes:
    """Issues and warnings found so far."""

    issues: list[Issue] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    forgives: bool = False
    """True: an unknown key is a warning, as in `[tool.maturin]`, whose own reader ignores it."""

    def forgiving(self) -> "Notes":
        """Return notes that forgive unknown keys and write to the same lists."""
        return Notes(issues=self.issues, warnings=self.warnings, forgives=True)

    def issue(self, where: str, message: str, hint: str = "") -> None:
        """Note that something is wrong."""
        self.issues.append(Issue(message=message, where=where, hint=hint))

    def wrong_type(self, where: str, expected: str, found: object) -> None:
        """Note that a value has another type than it should."""
        self.issue(where, f"expected {expected}, found {describe(found)}")

    def unknown_key(self, where: str, key: str, known: Iterable[str]) -> None:
        """Note a key that nothing reads."""
        guess = did_you_mean(key, known)
        if self.forgives:
            self.warnings.append(f"{where}: unknown key {key!r} is ignored" + (f"; {guess}" if guess else ""))
        else:
            self.issue(where, f"unknown key {key!r}", guess)

    def raise_issues(self) -> None:
        """Raise ConfigError with every issue, if there is one."""
        if self.issues:
            raise ConfigError(*self.issues)


def describe(found: object) -> str:
    """Return a configuration's value with the name of its TOML type: `3 (an integer)`."""
    name = {
        bool: "a boolean",
        str: "a string",
        int: "an integer",
        float: "a float",
        list: "an array",
        dict: "a table",
    }.get(type(found), "a date or time")
    match found:
        case bool():
            return f"{str(found).lower()} ({name})"
        case str():
            return f'"{found}" ({name})'
        case list() | dict():
            return name
        case _:
            return f"{found} ({name})"
