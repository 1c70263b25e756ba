"""What keeps a release from being sent, found before its first byte and told at once: all or nothing.

Every index wants files that are whole and belong together. What a text or tag may say is the known indexes' affair
(they run warehouse): a private one takes local versions and any platform, and nothing is held against them there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import PurePath

from packaging.utils import canonicalize_name, canonicalize_version, parse_sdist_filename, parse_wheel_filename

from wheelmatrix.audit.collection import torn
from wheelmatrix.errors import Issue
from wheelmatrix.model import Index
from wheelmatrix.model.release import Distribution, Listing
from wheelmatrix.publish.distribution import WHEEL
from wheelmatrix.publish.metadata_rules import metadata_problems
from wheelmatrix.publish.past import Past
from wheelmatrix.publish.transfer import Standing
from wheelmatrix.tables import accepts
from wheelmatrix.values import dataclass

_MOST_PROBLEMS = 20
"""Of one file."""
_OPEN = timedelta(days=14)
"""How long a version takes new files after its first. Source: warehouse, live since 2026-07-08."""
_PROJECT_LIMIT_BYTES = 10 << 30
"""Of all files of a project together, unless raised. Source: warehouse, 2026-08."""
_ONCE = "a name can be used once only: release a new version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file that is to be sent, and what its audit found."""

    distribution: Distribution
    metadata: bytes
    """METADATA or PKG-INFO, whole."""
    problems: tuple[str, ...] = ()
    """Why it must not be shipped."""
    warnings: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Its path, as messages name it."""
        return str(self.distribution.path)

    @property
    def is_wheel(self) -> bool:
        """Whether it is a wheel, and no sdist."""
        return self.distribution.filetype == "bdist_wheel"

    @property
    def identity(self) -> tuple[str, str]:
        """Name and version, to be compared: 1.0 and 1.0.0 are one version."""
        return canonicalize_name(self.distribution.name), _normal(self.distribution.version)


# Without the index


def local_findings(
    files: Sequence[Looked],
    index: Index | None,
    *,
    known_classifiers: frozenset[str] | None = None,
    rendering: str = "",
) -> tuple[Issue, ...]:
    """Return everything that is wrong with files as one release for `index`; None: one that is not in the tables.

    `known_classifiers`: those that trove-classifiers has and does not call deprecated; None: it is not installed.
    `rendering`: what a renderer says against the description, the release's only one; empty: nothing, or there is none.
    """
    found = [*_unfit(files), *_repeated(files), *_strange(files), *_torn([each for each in files if each.is_wheel])]
    if index is not None:
        found += _unwelcome(files, index)
        found += _misworded(files, known_classifiers)
        if rendering and files:
            message = f"the description does not render: {rendering}"
            found.append(Issue(message=message, where=files[0].where, hint="the index takes none that does not"))
    return tuple(found)


def _unfit(files: Iterable[Looked]) -> Iterator[Issue]:
    for each in files:
        yield from (Issue(message=problem, where=each.where) for problem in each.problems[:_MOST_PROBLEMS])
        if (more := len(each.problems) - _MOST_PROBLEMS) > 0:
            yield Issue(message=f"and {more} more problems", where=each.where, hint=f"wheelmatrix audit {each.where}")


def _repeated(files: Iterable[Looked]) -> Iterator[Issue]:
    seen: dict[str, Looked] = {}
    for each in files:
        first = seen.setdefault(each.distribution.filename, each)
        if first is not each:
            yield Issue(message=f"has the name of {first.where}", where=each.where, hint="take away one of the two")
    sdists = [each for each in seen.values() if not each.is_wheel]
    for other in sdists[1:]:
        yield Issue(message=f"a release has one sdist, and {sdists[0].where} is one, too", where=other.where)


def _strange(files: Sequence[Looked]) -> Iterator[Issue]:
    """Yield an issue for each file of another name or version than most have."""
    for usual, _ in Counter(each.identity for each in files).most_common(1):
        named = next(each.distribution for each in files if each.identity == usual)
        for each in files:
            if each.identity != usual:
                own = f"{each.distribution.name} {each.distribution.version}"
                message = f"this is {own}, the other files are {named.name} {named.version}"
                yield Issue(message=message, where=each.where, hint="send one version of one project at a time")


def _torn(wheels: Sequence[Looked]) -> Iterator[Issue]:
    """Yield an issue for each wheel that says otherwise than most; those of another version have one already."""
    for usual, _ in Counter(each.identity for each in wheels).most_common(1):
        yield from torn({each.where: each.metadata for each in wheels if each.identity == usual})


def _unwelcome(files: Iterable[Looked], index: Index) -> Iterator[Issue]:
    """Yield an issue for each file that `index` does not take for its platform or size."""
    for each in files:
        size_bytes = each.distribution.size_bytes
        if size_bytes > index.file_limit_bytes:
            message = f"it has {size_bytes} bytes, {index.name} takes {index.file_limit_bytes} a file"
            yield Issue(message=message, where=each.where, hint="make it smaller, or ask the index for a higher limit")
        tags = each.distribution.filename.removesuffix(WHEEL).rpartition("-")[2].split(".") if each.is_wheel else []
        if refused := [tag for tag in tags if not accepts(index, tag)]:
            message = f"{index.name} takes no wheels for {', '.join(refused)}"
            yield Issue(message=message, where=each.where, hint="see `platform_tags` of matrix/indexes.toml")


def _misworded(files: Iterable[Looked], known_classifiers: frozenset[str] | None) -> Iterator[Issue]:
    """Yield an issue for each thing that the index has against a text of metadata, once for all files that say it."""
    texts: dict[bytes, str] = {}
    for each in files:
        texts.setdefault(each.metadata, each.where)
    told: dict[str, str] = {}
    for text, where in texts.items():
        for problem in metadata_problems(text, known_classifiers):
            told.setdefault(problem, where)
    yield from (Issue(message=problem, where=where) for problem, where in told.items())


def rebuilt(files: Sequence[Looked], before: Past | None) -> tuple[Issue, ...]:
    """Return an issue for each file that is not the one which an earlier run planned: no release is of two builds."""
    if before is None or before.planned is None:
        return ()
    names = (PurePath(path).name for path in before.planned.files)
    planned = dict(zip(names, before.planned.sha256, strict=True))
    return tuple(
        Issue(
            message="it was built anew since the release began: this would mix two builds",
            where=each.where,
            hint="send the files that were built first, or release a new version",
        )
        for each in files
        if planned.get(each.distribution.filename, each.distribution.sha256) != each.distribution.sha256
    )


# With what the index says


def standing(distribution: Distribution, listing: Listing) -> Standing:
    """Return how the index has a file; only its digest tells whether a file of its name is this one."""
    if listing.state == "unknown":
        return "unknown"
    listed = listing.files.get(distribution.filename)
    if listed is None:
        return "absent"
    if not listed.sha256:
        return "named"
    return "same" if listed.sha256 == distribution.sha256 else "conflict"


def remote_findings(
    files: Sequence[Distribution], listing: Listing, today: datetime, *, is_warehouse: bool
) -> tuple[Issue, ...]:
    """Return why the index would not take files of one release, by what it lists; empty if it could not be asked.

    `is_warehouse`: whether its limits are those of PyPI's server.
    """
    found = [*_closed(files, listing), *_conflicts(files, listing)]
    absent = [each for each in files if standing(each, listing) == "absent"]
    if is_warehouse and absent and listing.state == "known":
        found += _too_late(absent, listing, today)
        found += _too_much(absent, listing)
        found += _second_sdist(absent, listing)
    return tuple(found)


def closes(listing: Listing, version: str, today: datetime) -> str:
    """Return when PyPI's server closes a version to new files, ISO 8601; empty if that is not known.

    One that has no file yet is opened by the first: `today`.
    """
    if listing.state == "unknown":
        return ""
    moment = _closing(listing, version) if _names(listing, version) else today + _OPEN
    return "" if moment is None else moment.isoformat(timespec="seconds")


def warnings(files: Sequence[Looked], listing: Listing, *, is_trusted: bool) -> tuple[Issue, ...]:
    """Return what is worth saying, and stops nothing; `is_trusted`: the token is of a trusted publisher."""
    found = [Issue(message=warning, where=each.where) for each in files for warning in each.warnings]
    if listing.state == "unknown":
        found.append(Issue(message=f"what the index has is not known: {listing.because or 'it gave no answer'}"))
    if listing.state == "absent" and is_trusted and files:
        name = files[0].distribution.name
        message = f"this is the first release of {name}, through a trusted publisher"
        hint = f"the publisher that is registered at the index has to say exactly {name!r}"
        found.append(Issue(message=message, hint=hint))
    return (*found, *_without_provenance(files, listing))


def _without_provenance(files: Iterable[Looked], listing: Listing) -> Iterator[Issue]:
    for each in files:
        listed = listing.files.get(each.distribution.filename)
        if each.distribution.attestations and listed is not None and not listed.has_provenance:
            message = "the index has it already; whether with its attestations is not known"
            yield Issue(message=message, where=each.where, hint="they cannot be added later")


def _closed(files: Sequence[Distribution], listing: Listing) -> Iterator[Issue]:
    where = files[0].name if files else ""
    if listing.status == "archived":
        yield Issue(message="the project is archived", where=where, hint="unarchive it at the index first")
    if listing.status == "quarantined":
        hint = "the index took it out of sight as suspicious: talk to its administrators, nobody would see the release"
        yield Issue(message="the project is quarantined", where=where, hint=hint)


def _conflicts(files: Iterable[Distribution], listing: Listing) -> Iterator[Issue]:
    for each in files:
        if standing(each, listing) == "conflict":
            listed = listing.files[each.filename].sha256
            message = f"the index has other bytes of this name: sha256 {listed}, this file has {each.sha256}"
            yield Issue(message=message, where=str(each.path), hint=f"send the files that were built first; {_ONCE}")


def _too_late(absent: Sequence[Distribution], listing: Listing, today: datetime) -> Iterator[Issue]:
    closing = _closing(listing, absent[0].version)
    if closing is not None and today > closing:
        missing = ", ".join(each.filename for each in absent)
        message = f"version {absent[0].version} takes no new files since {closing:%Y-%m-%d}, and has no {missing}"
        yield Issue(message=message, where=absent[0].name, hint="release a new version")


def _too_much(absent: Sequence[Distribution], listing: Listing) -> Iterator[Issue]:
    there = sum(each.size_bytes or 0 for each in listing.files.values())
    new = sum(each.size_bytes for each in absent)
    if there + new > _PROJECT_LIMIT_BYTES:
        message = f"the project has {there} bytes, with {new} more it would have over {_PROJECT_LIMIT_BYTES}"
        hint = "delete old files, or ask the index for a higher limit"
        yield Issue(message=message, where=absent[0].name, hint=hint)


def _second_sdist(absent: Iterable[Distribution], listing: Listing) -> Iterator[Issue]:
    for each in absent:
        if each.filetype == "sdist":
            others = [name for name in _names(listing, each.version) if not name.endswith(WHEEL)]
            yield from (
                Issue(message=f"the version has an sdist already, {other}", where=str(each.path), hint=_ONCE)
                for other in others
            )


def _closing(listing: Listing, version: str) -> datetime | None:
    moments = [listing.files[name].uploaded for name in _names(listing, version)]
    known = [moment for moment in moments if moment is not None]
    return min(known) + _OPEN if known else None


def _names(listing: Listing, version: str) -> list[str]:
    """Return the filenames of a version."""
    return [name for name in listing.files if _version_of(name) == _normal(version)]


def _version_of(filename: str) -> str | None:
    """Return the version by a filename, to be compared; None: it is neither a wheel's nor an sdist's."""
    try:
        parse = parse_wheel_filename if filename.endswith(WHEEL) else parse_sdist_filename
        return canonicalize_version(parse(filename)[1])
    except ValueError:
        return None


def _normal(version: str) -> str:
    try:
        return canonicalize_version(version)
    except ValueError:  # of numbers with more digits than Python counts
        return version
