"""What else is on this machine for builds: tools beside us, programs on the PATH, cargo's own configuration."""

import re
import shutil
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath

import tomli

from wheelmatrix.errors import ConfigError, ToolMissing
from wheelmatrix.model import Command, Target
from wheelmatrix.plan.install import MANAGERS
from wheelmatrix.run.process import capture

_PACKAGES = ("ziglang", "cargo-zigbuild")
_VERSION_OF = {"zig": ("version",), "cargo-zigbuild": ("--version",)}
"""How programs that may have come without a package are asked for their version."""
_PATIENCE_S = 10.0
_GNU_TOOLS = ("gcc", "g++", "ar")
_CONFIG_NAMES = ("config", "config.toml")
"""Of two in one folder cargo takes the one without ending."""


def tools() -> dict[str, str]:
    """Return the packages for linking that are installed beside us, each with its version."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


async def tool_versions(packages: Mapping[str, str], found: Mapping[str, PurePath], directory: Path) -> dict[str, str]:
    """Return `packages` with the versions of those `found` programs that are none of them, as far as they say it.

    A zig beside the package ziglang is not asked: the package is what will be taken.
    """
    known = dict(packages)
    for name, words in _VERSION_OF.items():
        if name not in found or name in packages or (name == "zig" and "ziglang" in packages):
            continue
        command = Command(argv=(str(found[name]), *words), environment={}, directory=directory)
        try:
            said = (await capture(command, timeout_s=_PATIENCE_S)).stdout
        except (ConfigError, ToolMissing):
            continue
        if number := re.search(rb"\d+\.\d+\S*", said):
            known[name] = number[0].decode("ascii", "replace")
    return known


def programs(targets: Iterable[Target], environment: Mapping[str, str]) -> dict[str, PurePath]:
    """Return the programs that linking for `targets` may need, with their paths, and the package managers.

    What is installed beside us counts before what is on the PATH. Empty without targets: nothing is looked for then.
    """
    rows = tuple(targets)
    if not rows:
        return {}
    prefixes = {row.gcc for row in rows if row.gcc}
    names = ["cargo-zigbuild", "zig", "cargo-xwin", *MANAGERS]
    names += [f"{prefix}-{tool}" for prefix in sorted(prefixes) for tool in _GNU_TOOLS]
    places = [sysconfig.get_path("scripts"), environment.get("PATH", "")]
    found = (
        (name, next((path for place in places if (path := shutil.which(name, path=place))), None)) for name in names
    )
    return {name: PurePath(path) for name, path in found if path}


def cargo_home(environment: Mapping[str, str]) -> PurePath:
    """Return where cargo keeps its registry. Source: The Cargo Book, "Cargo Home"."""
    return PurePath(environment.get("CARGO_HOME") or Path.home() / ".cargo")


def cargo_config(
    directory: Path, environment: Mapping[str, str], given: Iterable[str]
) -> tuple[Mapping[str, object], ...]:
    """Return cargo's configuration for a crate in `directory`, what counts more first.

    That is `--config` (`given`, a file or `KEY=VALUE`), the last one before the first, then the files upwards from
    `directory`, then that of cargo's home; what a file includes comes after it. What cannot be read or is no TOML is
    left out: cargo itself refuses it, in its own words.
    """
    return tuple(config for _, config in _configs(directory, environment, given) if config)


def config_files(directory: Path, environment: Mapping[str, str], given: Iterable[str]) -> Iterator[Path]:
    """Yield the files that `cargo_config` reads or would read if they were there."""
    return (path for path, _ in _configs(directory, environment, given))


def _configs(
    directory: Path, environment: Mapping[str, str], given: Iterable[str]
) -> Iterator[tuple[Path, Mapping[str, object]]]:
    for text in reversed(tuple(given)):
        path = directory / text
        yield from _with_included(path) if _read(path) else [(path, _parsed(text))]
    above = (place / ".cargo" for place in (directory, *directory.parents))
    for folder in dict.fromkeys((*above, Path(cargo_home(environment)))):
        for name in _CONFIG_NAMES:
            yield from _with_included(folder / name)
            if (folder / name).is_file():
                break


def _with_included(path: Path, above: frozenset[Path] = frozenset()) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """Yield a file and what it includes, what counts more first. Source: The Cargo Book, "Including extra files"."""
    own = _parsed(_read(path))
    yield path, own
    included = own.get("include")
    for each in reversed(included if isinstance(included, list) else [included]):
        name = each.get("path") if isinstance(each, Mapping) else each
        if isinstance(name, str) and path not in above:
            yield from _with_included(path.parent / name, above | {path})


def _read(path: Path) -> str:
    """Return the text of a file; empty: it cannot be read, or is no file but `KEY=VALUE`."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _parsed(text: str) -> Mapping[str, object]:
    try:
        return tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError):
        return {}
