"""What the user's own cargo configuration says of a target: linker and flags, which ours are added to.

Source: The Cargo Book, "Configuration" (hierarchical structure, `build.rustflags`, `target.<triple>`).
"""

from collections.abc import Iterator, Mapping

from wheelmatrix.model import Gathered
from wheelmatrix.options import BuildOptions


def environment_of(options: BuildOptions, gathered: Gathered) -> dict[str, str]:
    """Return the variables that cargo would see without ours: those of the process, and above them the user's own."""
    return {**gathered.environment, **dict(options.environment)}


def environment_name(triple: str, key: str) -> str:
    """Return the variable of `target.<triple>.<key>`: `CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER`."""
    return f"CARGO_TARGET_{triple.upper().replace('-', '_').replace('.', '_')}_{key}"


def target_setting(triple: str, key: str, options: BuildOptions, gathered: Gathered) -> str:
    """Return what variables or files say as `target.<triple>.<key>`; empty if nothing does."""
    if found := environment_of(options, gathered).get(environment_name(triple, key.upper())):
        return found
    values = (_table(_table(config, "target"), triple).get(key) for config in gathered.cargo_config)
    return next((str(value) for value in values if value), "")


def may_set(key: str, triple: str, gathered: Gathered) -> bool:
    """Return whether the user's variables or files set `target.<triple>.<key>`, or may.

    A `cfg(…)` table counts as one for the triple: which conditions hold is rustc's to say.
    """
    if environment_name(triple, key.upper()) in gathered.environment:
        return True
    tables = (pair for config in gathered.cargo_config for pair in _table(config, "target").items())
    return any(key in table for name, table in tables if isinstance(table, Mapping) and _may_be_for(name, triple))


def builds_std(options: BuildOptions, gathered: Gathered) -> bool:
    """Return whether cargo is to build the standard library itself. Source: The Cargo Book, "Unstable", `build-std`."""
    asked = any(flag.partition("=")[0] == "build-std" for flag in options.unstable_flags)
    configured = any(_table(config, "unstable").get("build-std") for config in gathered.cargo_config)
    return asked or configured or bool(environment_of(options, gathered).get("CARGO_UNSTABLE_BUILD_STD"))


def build_rustflags(triple: str, options: BuildOptions, gathered: Gathered) -> tuple[str, ...]:
    """Return the user's `build.rustflags`, if cargo would use them for `triple`.

    It does so only where nothing says `target.…rustflags`. A `cfg(…)` table counts as one for the triple: which
    conditions hold is rustc's to say.
    """
    environment = environment_of(options, gathered)
    if environment.get(environment_name(triple, "RUSTFLAGS")) or any(_target_flags(triple, gathered)):
        return ()
    listed = [_flags(_table(config, "build").get("rustflags")) for config in gathered.cargo_config]
    # Files and the variable join; what counts more comes last.
    listed.insert(0, _flags(environment.get("CARGO_BUILD_RUSTFLAGS")))
    return tuple(flag for flags in reversed(listed) for flag in flags)


def _target_flags(triple: str, gathered: Gathered) -> Iterator[bool]:
    for config in gathered.cargo_config:
        for name, table in _table(config, "target").items():
            yield _may_be_for(name, triple) and isinstance(table, Mapping) and bool(table.get("rustflags"))


def _may_be_for(name: str, triple: str) -> bool:
    return name == triple or name.startswith("cfg(")


def _table(above: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = above.get(key)
    return found if isinstance(found, Mapping) else {}


def _flags(found: object) -> tuple[str, ...]:
    if isinstance(found, str):
        return tuple(found.split())
    return tuple(map(str, found)) if isinstance(found, list) else ()
