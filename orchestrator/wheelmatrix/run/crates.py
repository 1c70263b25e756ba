"""What cargo says of a crate and of every path dependency below it, without resolving or fetching anything."""

import json
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import anyio

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Command
from wheelmatrix.options import BuildOptions
from wheelmatrix.options.toolchain import toolchain_environment
from wheelmatrix.project.layout import normal
from wheelmatrix.project.shipped import parsed
from wheelmatrix.project.uniffi import bindgen_package, is_bound
from wheelmatrix.run.process import capture
from wheelmatrix.run.pyproject import text_of
from wheelmatrix.values import dataclass

Package = Mapping[str, Any]

_MANY = 3
"""Crates outside of the workspace that are not asked about one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crates:
    """A crate with those that it needs by path."""

    metadata: Mapping[str, Any]
    """What `cargo metadata` says of the crate's workspace."""
    main: Package
    dependencies: tuple[Package, ...]
    """Sorted by manifest."""
    workspaces: Mapping[str, Path]
    """Directory of the workspace's root by manifest path."""
    warnings: tuple[str, ...] = ()
    """Optional dependencies that are not there, and that cargo does not miss."""


async def find_crates(options: BuildOptions, manifest: Path) -> Crates:
    """Return the crate of a manifest and its path dependencies, theirs too; optional and other targets' included.

    Raises ConfigError for a path dependency that is not there, and for what cargo refuses.
    """
    metadata = await cargo_metadata(options, manifest, "--no-deps")
    known = dict(_packages(metadata))
    members = frozenset(known)
    roots = dict.fromkeys(known, Path(metadata["workspace_root"]))
    main = _main(known, manifest)
    found: dict[str, Package] = {}
    at_once: dict[str, Package] | None = None
    wanted = {
        **_needed([main], members),
        **_patched(Path(metadata["workspace_root"])),
        **_bindgen(options, main, known),
    }
    while wanted:
        new = {path: why for path, why in wanted.items() if path not in found and path != main["manifest_path"]}
        unknown = {path: why for path, why in new.items() if path not in known}
        _check_there(unknown)
        if at_once is None and len(unknown) >= _MANY:
            at_once = await _all_at_once(options, manifest, "--offline")
        easy = {path: each for path, each in (at_once or {}).items() if path in unknown and _is_alone(Path(path))}
        known.update(easy)
        roots.update({path: Path(path).parent for path in easy})
        for root, packages in await _asked(options, manifest, [path for path in unknown if path not in easy]):
            known.update(packages)
            roots.update(dict.fromkeys(packages, root))
        here = {path: known[path] for path in new if path in known}
        found.update(here)
        wanted = _needed(here.values(), members)
    return Crates(
        metadata=metadata,
        main=main,
        dependencies=tuple(found[path] for path in sorted(found)),
        workspaces=roots,
        warnings=tuple(_missed(found[path] for path in sorted(found) if path not in members)),
    )


async def cargo_metadata(options: BuildOptions, manifest: Path, *more: str) -> dict[str, Any]:
    """Return what `cargo metadata` says of a manifest; raises ConfigError with cargo's own words."""
    argv = ("cargo", "metadata", "--format-version", "1", "--manifest-path", str(manifest), *more)
    command = Command(argv=argv, environment=toolchain_environment(options), directory=manifest.parent)
    said = await capture(command)
    if said.exit.ok:
        return dict(json.loads(said.stdout))
    words = said.stderr.decode("utf-8", "replace").strip()
    raise ConfigError.of(words.removeprefix("error: "), where=str(manifest))


async def _all_at_once(options: BuildOptions, manifest: Path, *more: str) -> dict[str, Package]:
    """Return all packages that cargo can name, by manifest; empty if it cannot: then each is asked.

    One process instead of one a crate; it does not tell in which workspaces they are.
    """
    try:
        said = await cargo_metadata(options, manifest, "--all-features", *more)
    except ConfigError:
        return {}
    return {path: each for path, each in _packages(said) if each["source"] is None}


def _is_alone(manifest: Path) -> bool:
    """Return whether a crate can be in no workspace but its own: no directory above it has a manifest."""
    said = text_of(manifest)
    return "workspace" not in said and not any((place / "Cargo.toml").exists() for place in manifest.parent.parents)


async def _asked(
    options: BuildOptions, manifest: Path, manifests: Iterable[str]
) -> list[tuple[Path, dict[str, Package]]]:
    """Return what cargo says of manifests outside of the workspaces that are known: root and packages.

    A workspace may name members that are not there, as in sdists that hold a part of it: cargo refuses to describe it,
    and builds its crates all the same where others need them.
    """
    answers: list[tuple[Path, dict[str, Package]]] = []
    refused: dict[str, ConfigError] = {}

    async def ask(path: str) -> None:
        try:
            said = await cargo_metadata(options, Path(path), "--no-deps")
        except ConfigError as error:
            refused[path] = error
        else:
            answers.append((Path(said["workspace_root"]), dict(_packages(said))))

    async with anyio.create_task_group() as group:
        for path in manifests:
            group.start_soon(ask, path)
    needed = await _all_at_once(options, manifest) if refused else {}
    for path, error in sorted(refused.items()):
        if path not in needed:
            raise error
        answers.append((_root_above(Path(path)), {path: needed[path]}))
    return answers


def _bindgen(options: BuildOptions, main: Package, known: Mapping[str, Package]) -> dict[str, str]:
    """Return the manifest of the workspace's bindgen, if the crate needs it: no dependency leads to it."""
    if not is_bound(main, options):
        return {}
    package = bindgen_package((main, *known.values()))
    return {package["manifest_path"]: package["name"]} if package else {}


def _root_above(manifest: Path) -> Path:
    """Return the directory of the workspace that a manifest is in; its own where there is none."""
    named = parsed(text_of(manifest), manifest).get("package", {}).get("workspace")
    if named is not None:
        return Path(normal(manifest.parent / str(named)))
    above = (place / "Cargo.toml" for place in (manifest.parent, *manifest.parent.parents))
    roots = (each for each in above if each.is_file() and "workspace" in parsed(text_of(each), each))
    return next(roots, manifest).parent


def _main(known: Mapping[str, Package], manifest: Path) -> Package:
    """Return the package of a manifest, whose path may lead through a link."""
    same = (each for path, each in known.items() if Path(path).resolve() == manifest.resolve())
    main = known.get(str(manifest)) or next(same, None)
    if main is None:
        names = ", ".join(sorted(each["name"] for each in known.values()))
        hint = "name one: -m PATH/Cargo.toml, or manifest-path in [tool.maturin]"
        message = f"the workspace itself is no package; its members are {names}"
        raise ConfigError.of(message, where=str(manifest), hint=hint)
    return main


def _check_there(manifests: Mapping[str, str]) -> None:
    hint = "correct its `path`; an sdist has every path dependency, the crate's optional ones too"
    issues = [
        Issue(message=f"the path dependency {why} is not there", where=path, hint=hint)
        for path, why in manifests.items()
        if not Path(path).is_file()
    ]
    if issues:
        raise ConfigError(*issues)


def _packages(metadata: Mapping[str, Any]) -> Iterator[tuple[str, Package]]:
    yield from ((str(each["manifest_path"]), each) for each in metadata["packages"])


def _needed(packages: Iterable[Package], members: Set[str]) -> dict[str, str]:
    """Return the manifests that packages name by path, and who names them.

    What only tests need may be missing; so may what no feature turns on, unless a member of the crate's own workspace
    (`members`: manifests) names it: of these cargo wants to see all.
    """
    found = {}
    for package in packages:
        for each, path in _by_path(package):
            may_be_missing = each["kind"] == "dev" or (each["optional"] and package["manifest_path"] not in members)
            if path.is_file() or not may_be_missing:
                found[str(path)] = f"{each['name']} of {package['name']}"
    return found


def _missed(packages: Iterable[Package]) -> Iterator[str]:
    for package in packages:
        for each, path in _by_path(package):
            if each["kind"] != "dev" and not path.is_file():
                said = f"the optional path dependency {each['name']} of {package['name']} is not there"
                yield f"{path}: {said}: the sdist lacks it, too, and a feature that needs it cannot be turned on"


def _by_path(package: Package) -> Iterator[tuple[Package, Path]]:
    for each in package["dependencies"]:
        if each.get("path"):
            yield each, Path(normal(Path(each["path"]))) / "Cargo.toml"


def _patched(root: Path) -> dict[str, str]:
    """Return the manifests that [patch] and [replace] of a workspace name by path."""
    manifest = root / "Cargo.toml"
    table = parsed(text_of(manifest), manifest)
    sources = [*table.get("patch", {}).values(), table.get("replace", {})]
    named = ((name, each) for source in sources if isinstance(source, dict) for name, each in source.items())
    return {
        str(Path(normal(root / str(each["path"]))) / "Cargo.toml"): f"{name} of [patch]"
        for name, each in named
        if isinstance(each, dict) and "path" in each
    }
