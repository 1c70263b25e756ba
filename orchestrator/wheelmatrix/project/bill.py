"""Which crates a wheel was made of: what cargo said that it compiled, with what `cargo metadata` says of it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from wheelmatrix.model import Package
from wheelmatrix.project.lock import locked

_CRATES_IO = ("registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/")
"""How cargo names the public registry, by git and by HTTP."""
_LINKS = {"repository": "vcs", "homepage": "website", "documentation": "documentation"}
_URL = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


def packages(
    cargo_metadata: Mapping[str, Any], root: str, compiled: Collection[str], lock_text: str = ""
) -> tuple[Package, ...]:
    """Return the crates with an id in `compiled` that `root` leads to, it first, the others by name and version.

    `root`: the crate's id; `compiled`: ids of what cargo compiled, or found compiled, for a target with its features.
    `lock_text`: Cargo.lock, for the checksums; what cannot be read of it is left out.
    """
    known = {each["id"]: each for each in cargo_metadata["packages"] if each["id"] in compiled or each["id"] == root}
    needs = {package: dict(_needs(node, known)) for package, node in _nodes(cargo_metadata, known)}
    reached = _reached(root, needs, lambda _: True)
    shipped = _reached(root, needs, lambda edge: None in edge[1] and not _is_proc_macro(known[edge[0]]))
    sums = _checksums(lock_text)
    found = [_package(known[each], needs.get(each, {}), sums, is_shipped=each in shipped) for each in reached]
    return tuple(sorted(found, key=lambda each: (each.id != root, each.name, each.version, each.id)))


_Edge = tuple[str, frozenset[str | None]]
"""Id of what is needed, and as what: None for a normal dependency, `build`."""


def _nodes(
    cargo_metadata: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    resolve = cargo_metadata.get("resolve") or {}
    yield from ((node["id"], node) for node in resolve.get("nodes", ()) if node["id"] in known)


def _needs(node: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Iterator[_Edge]:
    for edge in node["deps"]:
        kinds = frozenset(each["kind"] for each in edge["dep_kinds"] if each["kind"] != "dev")
        if kinds and edge["pkg"] in known:
            yield edge["pkg"], kinds


def _reached(root: str, needs: Mapping[str, Mapping[str, frozenset[str | None]]], is_followed: Any) -> set[str]:
    found, todo = {root}, [root]
    while todo:
        for edge in needs.get(todo.pop(), {}).items():
            if edge[0] not in found and is_followed(edge):
                found.add(edge[0])
                todo.append(edge[0])
    return found


def _is_proc_macro(package: Mapping[str, Any]) -> bool:
    return any("proc-macro" in target["kind"] for target in package["targets"])


def _package(
    package: Mapping[str, Any],
    needs: Iterable[str],
    sums: Mapping[tuple[str, str, str], str],
    *,
    is_shipped: bool,
) -> Package:
    source = str(package.get("source") or "")
    links = {kind: str(package.get(key) or "") for key, kind in _LINKS.items()}
    return Package(
        id=package["id"],
        name=package["name"],
        version=package["version"],
        purl=_purl(package["name"], package["version"], source),
        description=" ".join(str(package.get("description") or "").split()),
        license=str(package.get("license") or ""),
        authors=tuple(package.get("authors") or ()),
        links={kind: url for kind, url in links.items() if _URL.fullmatch(url)},
        sha256=sums.get((package["name"], package["version"], source), ""),
        is_shipped=is_shipped,
        needs=tuple(sorted(needs)),
    )


def _purl(name: str, version: str, source: str) -> str:
    """Return the package URL; of a crate by path no more than its name. Source: purl-spec, type `cargo`."""
    purl = f"pkg:cargo/{quote(name)}@{quote(version)}"
    if source.startswith("git+"):
        url, _, commit = source.partition("#")
        place = url.partition("?")[0] + (f"@{commit}" if commit else "")
        return f"{purl}?vcs_url={quote(place, safe='')}"
    if source and not source.startswith(_CRATES_IO):
        return f"{purl}?repository_url={quote(source.partition('+')[2] or source, safe='')}"
    return purl


def _checksums(lock_text: str) -> dict[tuple[str, str, str], str]:
    return {
        (each.name, each.version, each.source): each.checksum
        for each in locked(lock_text)
        if each.source and re.fullmatch(r"[0-9a-f]{64}", each.checksum)
    }
