"""What else is on this machine for builds: tools beside us, programs on the PATH, cargo's own configuration."""

import shutil
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath

import tomli

from wheelmatrix.model import Target
from wheelmatrix.plan.install import MANAGERS

_PACKAGES = ("repairwheel", "ziglang", "cargo-zigbuild")
_GNU_TOOLS = ("gcc", "g++", "ar")


def tools() -> dict[str, str]:
    """Return the optional packages that are installed beside us, each with its version."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


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
    """Return cargo's configuration for a crate in `directory`, what counts more first: `--config`, then files upwards.

    What is no TOML is left out: cargo itself refuses it, in its own words.
    """
    texts = [text for text in given if "=" in text]
    texts += [path.read_text(encoding="utf-8") for path in _config_files(directory, environment, given)]
    return tuple(config for text in texts if (config := _parsed(text)))


def _config_files(directory: Path, environment: Mapping[str, str], given: Iterable[str]) -> Iterator[Path]:
    named = [directory / text for text in given if "=" not in text]
    folders = [place / ".cargo" for place in (directory, *directory.parents)]
    home = Path(cargo_home(environment))
    for folder in [*folders, *([home] if home not in folders else [])]:
        named += [next((path for name in ("config", "config.toml") if (path := folder / name).is_file()), folder)]
    yield from (path for path in named if path.is_file())


def _parsed(text: str) -> Mapping[str, object] | None:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError:
        return None
