"""What an option is called, and where it may be given: the metadata of an options field."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from wheelmatrix.values import dataclass

Scope = Literal["run", "project", "target", "cell"]
"""What an option speaks of; `[[tool.wheelmatrix.overrides]]` may set those of a target or a cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an option is called and where it may be given; the metadata of a BuildOptions field."""

    help: str
    """One sentence without a full stop."""
    scope: Scope = "project"
    flags: tuple[str, ...] = ()
    """Command line spellings, `-i` and `--interpreter`; empty: not on the command line."""
    hidden_flags: tuple[str, ...] = ()
    """Further spellings that the help does not show: maturin's older ones."""
    no_flag: str = ""
    """Spelling that turns a boolean off."""
    shorthands: Mapping[str, str] = field(default_factory=dict)
    """Flags and keys without a value of their own to the value they stand for: `--release` → `release`."""
    hides_shorthands: bool = False
    """True: the help does not show them."""
    greedy: bool = False
    """True: one occurrence on the command line takes every argument up to the next option, as maturin has it."""
    takes_boolean: bool = False
    """True: a boolean's flag may be followed by `true` or `false`."""
    bare: str = ""
    """Value that the flag stands for when none follows it; empty: one has to follow."""
    counts: bool = False
    """True: a number that is given by repeating the flag."""
    key: str = ""
    """Key in `[tool.wheelmatrix]`; empty: not in the configuration."""
    aliases: tuple[str, ...] = ()
    """Other spellings of the key."""
    maturin: bool = False
    """True: the same key in `[tool.maturin]` means the same."""
    maturin_key: str = ""
    """What `[tool.maturin]` calls it, where the name of our key is taken there or differs."""
    variable: bool = True
    """False: no `WHEELMATRIX_…` variable."""
    variables: tuple[str, ...] = ()
    """Variables read after `WHEELMATRIX_…`: maturin's and cargo's own."""
    metavar: str = ""
    choices: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    """Values that maturin takes and we do not, with the reason."""
    splits: str = ""
    """Characters that separate several values in one text: `, ` for cargo's features; where it is not empty, the
    configuration takes one text in place of a list."""
    minimum: int | None = None
    maximum: int | None = None
    is_path: bool = False
    """True: in the configuration relative to pyproject.toml, elsewhere to the directory that the program runs in."""
    excludes: tuple[str, ...] = ()
    """Fields that make no sense beside this one: the same source must not give both, a lower one is dropped."""
    panel: str = "Project"
    """Group in the help and on the reference page."""


def option(default: Any, help: str, /, **facts: Any) -> Any:  # noqa: A002  # any type, as dataclasses.field has it
    """Return a dataclass field whose metadata is its Facts."""
    return field(default=default, metadata={"facts": Facts(help=help, **facts)})
