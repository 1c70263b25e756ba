"""Plans for other machines than this one: what is missing here must refuse nothing there."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath

from wheelmatrix.model import Gathered, Target

_PROGRAMS = ("cargo-zigbuild", "zig", "cargo-xwin")
_GNU_TOOLS = ("gcc", "g++", "ar")
_OURS = frozenset({"ziglang", "cargo-zigbuild"})
"""Packages whose version here says nothing of the one there."""


def equipped(gathered: Gathered, targets: Iterable[Target]) -> Gathered:
    """Return the facts of a machine like this one that has all it takes to link for `targets`.

    Every std, zig, GNU cross compiler, SDK and import library; where none of these links for a target, a linker that
    cargo's configuration names. So a plan that is made from it is refused for what cannot be, and never for what is
    not installed here. It is for telling cells and wheels: its commands name programs that may not exist.
    """
    rows = tuple(targets)
    triples = {triple for row in rows for triple in row.slices or (row.triple,)}
    gnu = (f"{row.gcc}-{tool}" for row in rows if row.gcc for tool in _GNU_TOOLS)
    assumed = {name: PurePath(name) for name in (*_PROGRAMS, *gnu)}
    named = {row.triple: {"linker": "cc"} for row in rows if not (row.zig or row.gcc or row.slices or _is_msvc(row))}
    return replace(
        gathered,
        host=replace(gathered.host, stds=gathered.host.stds | triples),
        programs={**assumed, **gathered.programs},
        tools={name: version for name, version in gathered.tools.items() if name not in _OURS},
        environment={"SDKROOT": "SDK", "PYO3_CROSS_LIB_DIR": "libs", **gathered.environment},
        cargo_config=(*gathered.cargo_config, {"target": named}),
    )


def _is_msvc(target: Target) -> bool:
    return target.os == "windows" and target.libc == "msvc"
