"""An editable installation: what it needs beside the wheel, who installs it, and whether it is there already."""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from packaging.dependency_groups import resolve_dependency_groups
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from wheelmatrix.errors import ConfigError, PackError
from wheelmatrix.pack.record import Row, parse_record, record_text, sha256_digest
from wheelmatrix.values import dataclass

MEMO = "wheelmatrix.json"
"""Name of what `memo` returns in the `.dist-info`: it is in RECORD, so it is gone when the project is uninstalled."""

_USUAL_GROUP = "dev"
"""The group of `[dependency-groups]` that is installed when none is named, if there is one; as with maturin and uv."""
_INSTALLER = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_cache.json")
"""Files of a `.dist-info` that whoever installs writes, or rewrites."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What is installed of the project in an environment."""

    record: str
    """RECORD, as the installer wrote it."""
    direct_url: str
    """direct_url.json; empty if there is none."""
    memo: str
    """What `memo` gave when it was installed; empty if it was not by `develop`."""
    sizes: Mapping[str, int]
    """Files that RECORD names and that are there, by name, with their size in bytes."""
    versions: Mapping[str, str]
    """Every distribution that is installed, by its normalised name."""


def requirements(
    document: Mapping[str, Any], extras: Iterable[str], groups: Sequence[str] | None, where: str
) -> tuple[str, ...]:
    """Return what is installed beside the project: dependencies, those of extras, and dependency groups (PEP 735).

    `groups`: None: the group `dev`, if there is one. Requirements on extras of the project itself are replaced by what
    they stand for. Raises ConfigError for an extra or group that there is not, or one that cannot be read.
    """
    project = document.get("project", {})
    table = document.get("dependency-groups", {})
    named = groups if groups is not None else [name for name in (_USUAL_GROUP,) if name in table]
    own = canonicalize_name(str(project.get("name", "")))
    optional: dict[str, Sequence[str]] = {
        canonicalize_name(name): texts for name, texts in project.get("optional-dependencies", {}).items()
    }
    found = [*project.get("dependencies", ())]
    found += [f"{own}[{canonicalize_name(extra)}]" for extra in extras]
    for group in named:
        found += _group(table, group, where)
    return tuple(dict.fromkeys(_expanded(found, own, optional, where)))


def settled(found: Installation | None, needed: Iterable[str]) -> bool:
    """Return whether the requirements were given to an installer before, and are still met.

    Those with a marker are for other Pythons, maybe: they are taken to be met.
    """
    texts = tuple(needed)
    if not texts:
        return True
    return found is not None and found.memo == memo(texts) and all(_is_met(text, found.versions) for text in texts)


def current(wheel_record: str, found: Installation | None, direct_url: str) -> bool:
    """Return whether an installation is what installing the wheel again would make of it."""
    if found is None or found.direct_url != direct_url:
        return False
    there = {row.name: row.digest for row in parse_record(found.record)}
    for row in parse_record(wheel_record):
        if row.name.rpartition("/")[2] in _INSTALLER or ".data/" in row.name:
            continue
        if there.get(row.name) != row.digest or found.sizes.get(row.name) != row.size_bytes:
            return False
    return True


def memo(needed: Iterable[str]) -> str:
    """Return the text of a file for the wheel's `.dist-info` that tells what was installed beside it."""
    return json.dumps({"requirements": list(needed)}, indent=1)


def direct_url(root: PurePath) -> str:
    """Return direct_url.json of an editable installation. Source: "Recording the Direct URL Origin" (PEP 610)."""
    return json.dumps({"url": root.as_uri(), "dir_info": {"editable": True}})


def with_direct_url(record: str, name: str, content: str) -> str:
    """Return RECORD with the digest and size of a rewritten direct_url.json; `name`: its name in RECORD."""
    encoded = content.encode()
    digest = sha256_digest(sha256(encoded).digest())
    rows = [row for row in parse_record(record) if row.name != name]
    own = next((row.name for row in rows if row.name.endswith(".dist-info/RECORD")), None)
    if own is None:
        raise PackError.of("RECORD does not name itself", where=name)
    kept = [row for row in rows if row.name != own]
    return record_text([*kept, Row(name=name, digest=digest, size_bytes=len(encoded))], own)


def _group(table: Mapping[str, Any], group: str, where: str) -> list[str]:
    try:
        return list(resolve_dependency_groups(table, group))
    except Exception as error:  # boundary: packaging, whose errors are of many types
        found = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        message = str(found.args[0] if found.args else found)
        raise ConfigError.of(message, where=f"{where} [dependency-groups]", hint=_known("groups", table)) from error


def _expanded(
    texts: Iterable[str],
    own: str,
    optional: Mapping[str, Sequence[str]],
    where: str,
    above: frozenset[str] = frozenset(),
) -> Iterable[str]:
    for text in texts:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            raise ConfigError.of(f"{text!r} is no requirement: {error}", where=where) from error
        if canonicalize_name(requirement.name) != own:
            yield text
            continue
        for extra in sorted(map(canonicalize_name, requirement.extras)):
            if extra not in optional:
                raise ConfigError.of(f"there is no extra {extra}", where=where, hint=_known("extras", optional))
            if extra not in above:
                yield from _expanded(optional[extra], own, optional, where, above | {extra})


def _known(kind: str, table: Mapping[str, object]) -> str:
    return f"{kind} of the project: {', '.join(sorted(table))}" if table else f"the project has no {kind}"


def _is_met(text: str, versions: Mapping[str, str]) -> bool:
    requirement = Requirement(text)
    if requirement.marker is not None:
        return True
    found = versions.get(canonicalize_name(requirement.name))
    try:
        return found is not None and requirement.specifier.contains(Version(found), prereleases=True)
    except InvalidVersion:
        return False
