"""Which builds have the same half for the host, build scripts and proc macros, so that one can take over another's.

cargo has one linker for a triple. Where the target is the host, cargo-zigbuild therefore tells cargo that what is set
for the target does not apply to the host, and that is in every fingerprint of the host's half. Builds that zig links
for other targets are told the same, and compile it once for all of them. Source: cargo-zigbuild 0.24, `zigbuild`.

That is not enough: of a target that is the host, cargo has the linker in the fingerprints of the host's libraries, too,
whatever it is told. There a script of ours stands in cargo's place, which takes the linker out of cargo's settings, and
in the linker's, of which rustc alone is told. Source: fingerprints of cargo 1.95, compared.
"""

from collections.abc import Mapping
from pathlib import PurePath

from wheelmatrix.model import Build, Gathered, LinkerKind, Script, Target
from wheelmatrix.plan.cargo_config import environment_name, may_set

_AS_ZIGBUILD = {
    "CARGO_TARGET_APPLIES_TO_HOST": "false",
    "CARGO_UNSTABLE_TARGET_APPLIES_TO_HOST": "true",
    "__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS": "nightly",
}

VARIABLE = "_WHEELMATRIX_ZIG"
"""Where the script keeps zig's linker; nobody else may set it."""
_SCRIPT = """\
#!/bin/sh
# In cargo's place: moves the linker from cargo's settings to a variable that cargo does not know.
# In the linker's place: calls it.
if [ -n "${kept}" ]; then
    exec "${kept}" "$@"
fi
{kept}=${linker}
export {kept}
unset {linker}
exec cargo "$@"
"""


def environment(kind: LinkerKind, gathered: Gathered) -> Mapping[str, str]:
    """Return the variables that give a build the host half of all that zig links; empty: it has the usual one."""
    return _AS_ZIGBUILD if kind == "zig" and not _has_own_linker(gathered) else {}


def script(target: Target, home: PurePath, gathered: Gathered) -> Script | None:
    """Return what is to be called in place of cargo and of zig, by cargo-zigbuild and rustc; None: nothing.

    `home`: a directory that all projects share; the linker's path is in fingerprints.
    """
    if target.triple != gathered.host.triple or gathered.host.os == "windows" or _has_own_linker(gathered):
        return None
    text = _SCRIPT.format(kept=VARIABLE, linker=environment_name(target.triple, "LINKER"))
    return Script(path=home / f"for-{target.triple}.sh", text=text)


def may_be_shared(directory: PurePath, other: PurePath, kind: LinkerKind, gathered: Gathered) -> bool:
    """Return whether an existing directory may have the host half of a new one, which `kind` links.

    Who linked in it is not known, but the host without a floor is none of zig's, and with one nobody else's.
    """
    host, target, taken = gathered.host.triple, directory.parent.parent.name, other.parent.parent.name
    if _has_own_linker(gathered):
        return not any(name.startswith(f"{host}.") for name in (target, taken))
    return taken != host if kind == "zig" else not taken.startswith(f"{host}.")


def is_shared(one: Build, other: Build, gathered: Gathered) -> bool:
    """Return whether what runs on the host is the same for two builds: one profile, one way to link it."""
    if one.directory.parent.name != other.directory.parent.name:
        return False
    by_zig = one.linker == "zig", other.linker == "zig"
    if not _has_own_linker(gathered):
        return by_zig[0] == by_zig[1]
    host = gathered.host.triple
    return not any(each.linker == "zig" and each.target.triple == host for each in (one, other))


def _has_own_linker(gathered: Gathered) -> bool:
    """Return whether the user names a linker for the host, or may: it links build scripts then, and has to stay."""
    return may_set("linker", gathered.host.triple, gathered)
