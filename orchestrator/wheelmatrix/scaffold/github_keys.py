"""The table `[tool.maturin.generate-ci.github]`: what of it means something here, and what does not."""

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from wheelmatrix.options import Notes
from wheelmatrix.scaffold.workflow import TARGETS
from wheelmatrix.values import dataclass

WHERE = "tool.maturin.generate-ci.github"
_NAMES = {"i686": "x86", "amd64": "x86_64", "arm64": "aarch64", "armv7l": "armv7"}
"""Architectures as platform tags spell them."""
_RARE: Mapping[str, Mapping[str, str]] = {
    "linux": {"riscv64": "riscv64gc-unknown-linux-gnu.2.31", "loongarch64": "loongarch64-unknown-linux-gnu.2.36"},
    "musllinux": {"ppc64le": "powerpc64le-unknown-linux-musl"},
    "windows": {"x86_64": "x86_64-pc-windows-gnu"},
    "macos": {"universal2": "universal2-apple-darwin"},
}
"""Targets that are built where they are named; floors as in `TARGETS`, riscv64's is the lowest that manylinux has."""
_FLOORS = {"1": "2.5", "2010": "2.12", "2014": "2.17"}
"""Years of manylinux, and the glibc that they mean. Source: PEP 600."""
_INSTEAD = {
    "runner": "which machines are needed is what `wheelmatrix plan` decides",
    "container": "zig links for the floor that a target names, without a container",
    "docker-options": "there is no container",
    "before-script-linux": "use before-all in [tool.wheelmatrix]",
    "rust-toolchain": "name it in rust-toolchain.toml, which every job reads",
    "rustup-components": "name them in rust-toolchain.toml, which every job reads",
    "args": "use [[tool.wheelmatrix.overrides]] for what holds for one platform",
}
"""Keys of one platform, and what takes their place."""
_NEEDLESS = frozenset({"-r", "--release", "-f", "--find-interpreter", "--zig"})
"""Arguments of maturin that are what is done anyhow: the interpreters are all that the project admits."""
_PLAIN: Mapping[str, bool | str] = {
    "args": "",
    "pytest": False,
    "publishing-environment": "",
    "skip-attestation": False,
    "trusted-publishing": True,
    "zig": True,  # what the machine itself does not link is linked by zig, whatever is said
}
"""Keys of the whole, and what is the case without them."""
_ELSEWHERE = {"emscripten": "Emscripten", "android": "Android"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubKeys:
    """What the table asks for."""

    targets: tuple[str, ...] = ()
    """As `--target` takes them; empty: it does not say."""
    arguments: tuple[str, ...] = ()
    """Of `wheelmatrix build`."""
    tests: bool = False
    attests: bool = True
    is_trusted: bool = True
    environment: str = ""
    warnings: tuple[str, ...] = ()
    """What has no effect, with what does that instead."""


def read(table: Mapping[str, Any]) -> GithubKeys:
    """Return what the table says; raises ConfigError for values of another type than maturin's."""
    notes = Notes(forgives=True)
    for key in table:
        if key in _ELSEWHERE:
            notes.warnings.append(f"{WHERE}.{key}: no wheels are built for {_ELSEWHERE[key]}")
        elif key not in (*TARGETS, *_PLAIN):
            notes.unknown_key(WHERE, key, (*TARGETS, *_PLAIN))
    said = {key: _value(table, key, default, WHERE, notes) for key, default in _PLAIN.items()}
    targets = tuple(target for name in TARGETS for target in _targets(name, table.get(name, {}), notes))
    arguments = _arguments(str(said["args"]), notes)
    notes.raise_issues()
    return GithubKeys(
        targets=targets,
        arguments=arguments,
        tests=bool(said["pytest"]),
        attests=not said["skip-attestation"],
        is_trusted=bool(said["trusted-publishing"]),
        environment=str(said["publishing-environment"]),
        warnings=tuple(dict.fromkeys(notes.warnings)),
    )


def _value(table: Mapping[str, Any], key: str, default: bool | str, where: str, notes: Notes) -> bool | str:
    found = table.get(key, default)
    if isinstance(found, type(default)):
        return found
    notes.wrong_type(f"{where}.{key}", "a boolean" if isinstance(default, bool) else "a string", found)
    return default


def _targets(platform: str, table: object, notes: Notes) -> Iterator[str]:
    """Yield the targets of one platform; all that are usual where other keys of it are said alone."""
    where = f"{WHERE}.{platform}"
    if not isinstance(table, Mapping):
        notes.wrong_type(where, "a table", table)
        return
    named = [{"arch": arch} for arch in _list(table, "targets", where, notes)]
    rows = [*named, *(row for row in _list(table, "target", where, notes) if isinstance(row, Mapping))]
    settings = {key: value for key, value in table.items() if key not in ("targets", "target")}
    if settings and not rows:
        rows = [{"arch": arch} for arch in TARGETS[platform]]
    for row in rows:
        _warn_of(where, {**settings, **row}, notes)
        arch = _NAMES.get(str(row.get("arch", "")), str(row.get("arch", "")))
        choices = {**TARGETS[platform], **_RARE[platform]}
        known = choices.get(arch) or (arch if arch.count("-") > 1 else "")
        if known:
            yield _with_floor(known, platform, {**settings, **row}, where, notes)
        else:
            hint = f"known are {', '.join(choices)}, and Rust's triples"
            notes.issue(f"{where}.target", f'unknown architecture "{arch}"', hint)


def _list(table: Mapping[str, Any], key: str, where: str, notes: Notes) -> list[Any]:
    found = table.get(key, [])
    if isinstance(found, list):
        return found
    notes.wrong_type(f"{where}.{key}", "an array", found)
    return []


def _warn_of(where: str, said: Mapping[str, Any], notes: Notes) -> None:
    for key in said:
        if key in _INSTEAD:
            notes.warnings.append(f"{where}.{key}: has no effect; {_INSTEAD[key]}")
        elif key not in ("arch", "manylinux"):
            notes.unknown_key(where, key, (*_INSTEAD, "arch", "manylinux"))


def _with_floor(target: str, platform: str, said: Mapping[str, Any], where: str, notes: Notes) -> str:
    """Return a target with the floor that `manylinux` names: `2_28`, `manylinux_2_28`, `2014`; auto says nothing."""
    text = str(said.get("manylinux", "auto")).removeprefix("manylinux").lstrip("_")
    if text == "auto" or platform != "linux":
        return target
    floor = _FLOORS.get(text) or (text.replace("_", ".") if re.fullmatch(r"\d+_\d+", text) else "")
    if not floor:
        notes.warnings.append(f'{where}.manylinux: "{said["manylinux"]}" names no glibc; the usual one is taken')
        return target
    triple, _, usual = target.partition(".")
    return f"{triple}.{max(floor, usual or floor, key=_parts)}"


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _arguments(text: str, notes: Notes) -> tuple[str, ...]:
    """Return what stands in `args` for `wheelmatrix build`, less what is done anyhow."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        notes.issue(f"{WHERE}.args", f"is no command line: {error}".lower())
        return ()
    kept = [word for word in words if word not in _NEEDLESS]
    for flag in ("-o", "--out"):
        while flag in kept[:-1]:
            place = kept.index(flag)
            if kept[place + 1] != "dist":
                notes.warnings.append(f"{WHERE}.args: {flag} has no effect; every job has its wheels in dist")
            del kept[place : place + 2]
    return tuple(kept)
