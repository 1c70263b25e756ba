"""What lies where in a wheel: the project's files, the library, and a `.dist-info` that says so."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from email.parser import HeaderParser
from itertools import product
from pathlib import PurePath

from wheelmatrix.errors import Issue, PackError
from wheelmatrix.model import Artifact, Entry, Metadata, Project, Wheel
from wheelmatrix.pack.names import dist_info_name, folded_into_files, name_fault

_LONGEST_FILENAME_BYTES = 246
"""Longest filename that PyPI takes. Source: warehouse, forklift, 2026-08."""


def wheel_filename(stem: str, platform_tags: Iterable[str]) -> str:
    """Return the filename of a wheel, its platform tags sorted and joined by dots (a compressed tag set, PEP 425).

    Raises PackError if it is longer than an index takes, or if there is no tag.
    """
    tags = sorted(set(platform_tags))
    if not tags:
        raise PackError.of(f"the wheel {stem} has no platform tag")
    filename = f"{stem}-{'.'.join(tags)}.whl"
    length = len(filename.encode())
    if length > _LONGEST_FILENAME_BYTES:
        raise PackError.of(
            f"the filename has {length} bytes, indexes take {_LONGEST_FILENAME_BYTES}",
            where=filename,
            hint="shorten the project's name or its local version",
        )
    return filename


def wheel_tags(stem: str, platform_tags: Iterable[str]) -> tuple[str, ...]:
    """Return every tag of a wheel by itself, sorted: `cp312-cp312-manylinux_2_34_x86_64`.

    Raises PackError if the stem is not `name-version[-build]-python-abi`.
    """
    *_, pythons, abis = _stem_parts(stem)
    every = product(pythons.split("."), abis.split("."), frozenset(platform_tags))
    return tuple(sorted("-".join(parts) for parts in every))


def wheel_entries(
    project: Project,
    wheel: Wheel,
    library: PurePath | bytes | None,
    tags: tuple[str, ...],
    generator: str,
    extra: tuple[Entry, ...] = (),
) -> tuple[Entry, ...]:
    """Return every member of a wheel but RECORD, in the order they are written: by name, `.dist-info` last.

    `library`: absolute path of the extension module, or its content, or None if there is none, or it stays outside of
    the wheel; `tags`: what `wheel_tags` gives; `generator`: the program and its version; `extra`: programs, grafted
    libraries, SBOMs and whatever else a step adds, by their names in the wheel.
    Raises PackError with every name that is forbidden or comes from two sources, and every licence that is not there.
    """
    folder, own = dist_info_entries(project, wheel, tags, generator)
    module = () if library is None else (Entry(name=wheel.extension, source=library, executable=True),)
    found = _unique((*project.sources, *module, *extra, *own), reserved=f"{folder}/RECORD")
    _check_metadata(project.metadata)
    return tuple(sorted(found, key=lambda entry: _place(entry.name, folder)))


def dist_info_entries(
    project: Project, wheel: Wheel, tags: tuple[str, ...], generator: str
) -> tuple[str, tuple[Entry, ...]]:
    """Return the name of the `.dist-info` directory and what is in it before anything is packed, RECORD left out.

    Raises PackError if the wheel's name and its metadata disagree.
    """
    name, version, *build, _, _ = _stem_parts(wheel.stem)
    expected = dist_info_name(project.metadata.name, project.metadata.version)
    if f"{name}-{version}" != expected:
        raise PackError.of(f"the wheel is called {name}-{version}, its metadata {expected}", where=wheel.stem)
    folder = f"{expected}.dist-info"
    return folder, (
        Entry(name=f"{folder}/METADATA", source=project.metadata.text),
        Entry(name=f"{folder}/WHEEL", source=_wheel_text(tags, generator, build[0] if build else "")),
        *_entry_points(folder, project.metadata),
        *(replace(each, name=f"{folder}/licenses/{each.name}") for each in project.metadata.licenses),
        *(replace(each, name=f"{folder}/sboms/{each.name}") for each in project.sboms),
    )


def name_in_wheel(wheel: Wheel, artifact: Artifact) -> str:
    """Return what a library or program is called in the wheel."""
    return wheel.programs[artifact.target] if artifact.kind == "bin" else wheel.extension


def program_entries(wheel: Wheel, artifact: Artifact) -> tuple[Entry, ...]:
    """Return the members for all programs among an artifact and those beside it."""
    programs = (each for each in (artifact, *artifact.beside) if each.kind == "bin")
    return tuple(Entry(name=name_in_wheel(wheel, each), source=each.path, executable=True) for each in programs)


def _stem_parts(stem: str) -> list[str]:
    parts = stem.split("-")
    if len(parts) not in (4, 5) or not all(parts) or (len(parts) == 5 and not parts[2][:1].isdigit()):
        raise PackError.of(
            f"{stem!r} is not name-version[-build]-python-abi", hint="a build number has to begin with a digit"
        )
    return parts


def _wheel_text(tags: tuple[str, ...], generator: str, build: str) -> bytes:
    """WHEEL of "Binary distribution format" 1.0: one Tag line for each combination, none compressed."""
    if not tags:
        raise PackError.of("the wheel has no tag")
    lines = (
        "Wheel-Version: 1.0",
        f"Generator: {' '.join(generator.split())}",
        "Root-Is-Purelib: false",
        *((f"Build: {build}",) if build else ()),
        *(f"Tag: {tag}" for tag in sorted(set(tags))),
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _entry_points(folder: str, metadata: Metadata) -> Iterator[Entry]:
    if metadata.entry_points:
        yield Entry(name=f"{folder}/entry_points.txt", source=metadata.entry_points)


def _place(name: str, folder: str) -> tuple[int, str]:
    """Order of members; `.dist-info` is last, so that tools find it at the file's end (PEP 427, recommended)."""
    first = ("METADATA", "WHEEL", "entry_points.txt")
    if not name.startswith(f"{folder}/"):
        return 0, name
    rest = name.removeprefix(f"{folder}/")
    return (1 + first.index(rest), name) if rest in first else (1 + len(first), name)


def _unique(entries: tuple[Entry, ...], *, reserved: str) -> tuple[Entry, ...]:
    """The entries, those that are there twice with one source once; every other clash is an issue."""
    by_name: dict[str, Entry] = {}
    issues: list[Issue] = []
    for entry in entries:
        fault = name_fault(entry.name) or ("is written by the packer" if entry.name == reserved else "")
        other = by_name.setdefault(entry.name, entry)
        if fault:
            issues.append(Issue(message=f"the name {entry.name!r} {fault}", where=_origin(entry)))
        elif other != entry:
            issues.append(_clash(other, entry))
    for outer, inner in folded_into_files(by_name):
        message = f"{outer} would be a file ({_origin(by_name[outer])}) and, for {inner}, a directory"
        issues.append(Issue(message=message, where=_origin(by_name[inner])))
    if issues:
        raise PackError(*issues)
    return tuple(by_name.values())


def _clash(one: Entry, other: Entry) -> Issue:
    message = f"{other.name} has two sources: {_origin(one)} and {_origin(other)}"
    if one.source == other.source:
        message = f"{other.name} is asked for both as executable and not, from {_origin(other)}"
    hint = "exclude one of them; a library that `develop` left in the source tree may be deleted"
    return Issue(message=message, where=other.name, hint=hint)


def _origin(entry: Entry) -> str:
    return f"generated, {len(entry.source)} bytes" if isinstance(entry.source, bytes) else str(entry.source)


def _check_metadata(metadata: Metadata) -> None:
    """Refuse what an index would: a METADATA whose version or licences are not those of the wheel."""
    fields = HeaderParser().parsestr(metadata.text.decode())
    issues = [
        Issue(message=f"{key} is {fields[key]!r}, expected {expected!r}", where="METADATA")
        for key, expected in (("Name", metadata.name), ("Version", metadata.version))
        if fields[key] != expected
    ]
    there = {entry.name for entry in metadata.licenses}
    issues += [
        Issue(message=f"the licence file {name!r} is not in the wheel", where="METADATA", hint="check license-files")
        for name in fields.get_all("License-File", [])
        if name not in there
    ]
    if issues:
        raise PackError(*issues)
