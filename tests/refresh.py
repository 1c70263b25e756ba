"""`python -m tests.refresh [--write]`: derive matrix/policies/*.json from the installed auditwheel, show what changes.

Exits 0 if nothing differs or it was written, 1 if something differs, 2 if auditwheel is missing or no longer fits.
"""

import argparse
import datetime
import difflib
import importlib.metadata
import importlib.util
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]

POLICIES = Path(__file__).resolve().parents[1] / "matrix" / "policies"

# Soname of musl's C library as auditwheel's own code calls it; `libc.so`, which the JSON has, is what zig and
# musl's own build link against. Source: auditwheel 6.8.2, _fixup_musl_libc_soname; armhf (ARMv6) is our addition.
MUSL_SONAMES = {
    "aarch64": ("libc.musl-aarch64.so.1",),
    "armv7l": ("libc.musl-armhf.so.1", "libc.musl-armv7.so.1"),
    "i686": ("libc.musl-x86.so.1",),
    "loongarch64": ("libc.musl-loongarch64.so.1",),
    "ppc64le": ("libc.musl-ppc64le.so.1",),
    "riscv64": ("libc.musl-riscv64.so.1",),
    "s390x": ("libc.musl-s390x.so.1",),
    "x86_64": ("libc.musl-x86_64.so.1",),
}


class NotInstalled(Exception):
    """auditwheel is not in this environment."""


class Unfit(Exception):
    """auditwheel's data says what our layout cannot."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.refresh", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files instead of failing when they differ")
    write = parser.parse_args(arguments).write
    try:
        fresh = {family: derive(family, upstream(family)) for family in ("manylinux", "musllinux")}
        version = importlib.metadata.version("auditwheel")
    except NotInstalled:
        print("auditwheel is missing; get it with: python -m pip install auditwheel", file=sys.stderr)
        return 2
    except Unfit as error:
        print(f"auditwheel's policies no longer fit the layout of matrix/policies: {error}", file=sys.stderr)
        return 2
    differs = False
    for family, facts in fresh.items():
        path = POLICIES / f"{family}.json"
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new = refreshed(old, facts, f"auditwheel {version}", datetime.datetime.now(datetime.UTC).date())
        sys.stdout.writelines(difference(old, new, path.name))
        if old != new:
            differs = True
            if write:
                path.write_text(new, encoding="utf-8")
    return 1 if differs and not write else 0


def upstream(family: str) -> list[Json]:
    """Return auditwheel's policies of a family as it ships them; raise NotInstalled if it is not here."""
    found = importlib.util.find_spec("auditwheel")
    if found is None or not found.submodule_search_locations:
        raise NotInstalled
    path = Path(found.submodule_search_locations[0]) / "policy" / f"{family}-policy.json"
    policies: list[Json] = json.loads(path.read_text(encoding="utf-8"))
    return policies


def derive(family: str, policies: Iterable[Json]) -> Json:
    """Return the facts of `policies` in our layout: each policy says only what it adds to the one before.

    Raises Unfit if a policy takes away a version or a library, or forbids a symbol that an older one allowed.
    """
    ordered = sorted((each for each in policies if each["name"] != "linux"), key=_floor)
    symbols: dict[str, dict[str, Json]] = {}
    for arch in sorted({arch for each in ordered for arch in each["symbol_versions"]}):
        having = [each for each in ordered if arch in each["symbol_versions"]]
        spaces = sorted({space for each in having for space in each["symbol_versions"][arch]})
        symbols[arch] = {
            space: _added(having, [each["symbol_versions"][arch].get(space) for each in having], f"{arch} {space}")
            for space in spaces
        }
    sonames = sorted({soname for each in ordered for soname in each["blacklist"]})
    return {
        "family": family,
        "policies": [
            {"floor": _text(each), "aliases": each["aliases"], "archs": sorted(each["symbol_versions"])}
            for each in ordered
        ],
        "libraries": _added(ordered, [each["lib_whitelist"] for each in ordered], "libraries"),
        "arch_libraries": {arch: list(names) for arch, names in MUSL_SONAMES.items()} if family == "musllinux" else {},
        "forbidden": {
            soname: _until(ordered, [each["blacklist"].get(soname, ()) for each in ordered], soname)
            for soname in sonames
        },
        "symbol_versions": {arch: spaces for arch, spaces in symbols.items() if spaces},
    }


def refreshed(old: str, facts: Json, source: str, today: datetime.date) -> str:
    """Return the file's new text; source and date stay as they are where no fact changed."""
    before: Mapping[str, Any] = json.loads(old) if old else {}
    unchanged = {key: value for key, value in before.items() if key not in {"source", "date"}} == facts
    head = {"source": before["source"], "date": before["date"]} if unchanged else {"source": source, "date": str(today)}
    return _render({**head, **facts}) + "\n"


def difference(old: str, new: str, name: str) -> Iterable[str]:
    """Yield the lines of a unified diff; none if the texts are equal."""
    return difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"matrix/policies/{name}", f"{name} (auditwheel)"
    )


def _floor(policy: Json) -> tuple[int, int]:
    major, minor = policy["name"].split("_")[1:]
    return int(major), int(minor)


def _text(policy: Json) -> str:
    return "{}.{}".format(*_floor(policy))


def _added(policies: Sequence[Json], sets: Sequence[Iterable[str] | None], what: str) -> dict[str, list[str]]:
    """Return what each policy adds; the first that knows a namespace is named even if it allows no version of it."""
    added: dict[str, list[str]] = {}
    before: set[str] | None = None
    for policy, listed in zip(policies, sets, strict=True):
        found = None if listed is None else set(listed)
        if before is not None and (found is None or not before <= found):
            raise Unfit(f"{policy['name']} takes {sorted(before - (found or set()))} away from {what}")
        if found is not None and found != before:
            added[_text(policy)] = sorted(found - (before or set()), key=_natural)
        before = found
    return added


def _until(policies: Sequence[Json], sets: Sequence[Iterable[str]], what: str) -> dict[str, list[str]]:
    last: dict[str, list[str]] = {}
    before = set(sets[0])
    if not all(before >= set(found) for found in sets):
        raise Unfit(f"a policy forbids a symbol of {what} that an older one allows")
    for policy, found in zip(policies, map(set, sets[1:]), strict=False):
        if not found <= before:
            raise Unfit(f"a symbol of {what} is forbidden again after {policy['name']}")
        if before - found:
            last[_text(policy)] = sorted(before - found)
        before = found
    if before:
        last["always"] = sorted(before)
    return last


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in text.split(".")]


def _render(value: Any, indent: str = "") -> str:
    """Return JSON with objects of more than texts spread over lines and lists of texts on one."""
    deeper = f"{indent}  "
    if isinstance(value, dict) and any(isinstance(one, dict | list) for one in value.values()) and "floor" not in value:
        rows = [f"{deeper}{json.dumps(key)}: {_render(one, deeper)}" for key, one in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return "[\n" + ",\n".join(f"{deeper}{_render(one, deeper)}" for one in value) + f"\n{indent}]"
    return json.dumps(value)


if __name__ == "__main__":
    raise SystemExit(main())
