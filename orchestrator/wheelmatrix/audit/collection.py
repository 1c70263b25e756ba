"""Whether wheels that were built in several places belong together: one project, one version, one METADATA."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from wheelmatrix.audit.dist_info import headers
from wheelmatrix.audit.wheel import WheelReport, audit_wheel
from wheelmatrix.errors import Issue
from wheelmatrix.model import Tables
from wheelmatrix.values import dataclass

Identity = tuple[str, str]
"""Name and version of a project, both normalised."""

_DESCRIPTION = "description"
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A wheel that was found, and what can be told from its bytes."""

    where: str
    """Its path, as messages name it."""
    filename: str
    size_bytes: int
    sha256: str
    """Hexadecimal."""
    report: WheelReport
    metadata: bytes | None
    """METADATA, whole; None: it has none that can be read."""

    @property
    def identity(self) -> Identity | None:
        """Name and version by the filename; None if it is no wheel's."""
        try:
            name, version, _, _ = parse_wheel_filename(self.filename)
        except InvalidWheelFilename:
            return None
        return name, str(version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is wrong with a wheel, or with several as a set."""

    issue: Issue
    wheels: tuple[str, ...]
    """Paths of the wheels that must not be taken for it."""


def examined(where: str, filename: str, data: bytes, tables: Tables) -> Found:
    """Return what the bytes of a wheel say; nothing is raised for what is in them."""
    report = audit_wheel(filename, data, tables)
    return Found(
        where=where,
        filename=filename,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        report=report,
        metadata=report.metadata,
    )


def identity_of(found: Iterable[Found]) -> Identity | None:
    """Return the name and version that most of the wheels have, the first of several; None if there are none."""
    counts = Counter(each.identity for each in found if each.identity is not None)
    return next((identity for identity, _ in counts.most_common(1)), None)


def faults(found: Sequence[Found], project: Identity | None = None) -> tuple[Fault, ...]:
    """Return everything that keeps the wheels from being one release: each by itself first, then as a set.

    `project`: what their name and version have to be; None: those that most of them have.
    """
    wanted = project or identity_of(found)
    own = [each for each in found if each.identity == wanted]
    return (*_unfit(found), *_strange(found, wanted, is_project=project is not None), *_differing(own), *_torn(own))


def distinct(found: Iterable[Found]) -> tuple[tuple[Found, ...], ...]:
    """Return the wheels by filename, sorted by it; those of one name stand together, in their order."""
    ordered = sorted(found, key=lambda each: each.filename)
    return tuple(tuple(group) for _, group in groupby(ordered, key=lambda each: each.filename))


def metadata_differences(one: bytes, other: bytes) -> tuple[str, ...]:
    """Return the fields, sorted, that two texts of METADATA do not agree on; empty: both say the same.

    What may differ does not count: the fields that either names as dynamic (PEP 643), the order of fields and values,
    and how lines end (a checkout on Windows may have changed that).
    """
    if one == other:
        return ()
    first, second = _fields(one), _fields(other)
    dynamic = {name.lower() for fields in (first, second) for name in fields.get("dynamic", ())}
    return tuple(sorted(
        name for name in (first.keys() | second.keys()) - dynamic if first.get(name) != second.get(name)
    ))  # fmt: skip


def torn(texts: Mapping[str, bytes]) -> Iterator[Issue]:
    """Yield an issue for each wheel that says otherwise than the text of METADATA that most of them have.

    `texts`: METADATA by the wheel's path. The index shows what the first one says.
    """
    for usual, _ in Counter(texts.values()).most_common(1):
        reference = next(where for where, text in texts.items() if text == usual)
        for where, text in texts.items():
            if differing := metadata_differences(text, usual):
                message = f"its METADATA differs from that of {reference} in {', '.join(differing)}"
                yield Issue(message=message, where=where, hint="build all wheels from one state of the sources")


def _fields(metadata: bytes) -> dict[str, tuple[str, ...]]:
    text = metadata.replace(b"\r\n", b"\n")
    body = text.partition(b"\n\n")[2].decode("utf-8", "replace").strip()
    fields = {name: tuple(sorted(values)) for name, values in headers(text).items()}
    return {**fields, _DESCRIPTION: (body,)} if body else fields


def _unfit(found: Iterable[Found]) -> Iterator[Fault]:
    for each in found:
        for problem in each.report.all_problems[:_MOST_PROBLEMS]:
            yield Fault(issue=Issue(message=problem, where=each.where), wheels=(each.where,))


def _strange(found: Iterable[Found], wanted: Identity | None, *, is_project: bool) -> Iterator[Fault]:
    for each in found:
        if wanted is not None and each.identity is not None and each.identity != wanted:
            others = "the project is" if is_project else "the other wheels are"
            message = f"this is {' '.join(each.identity)}, {others} {' '.join(wanted)}"
            yield Fault(issue=Issue(message=message, where=each.where), wheels=(each.where,))


def _differing(found: Iterable[Found]) -> Iterator[Fault]:
    for first, *others in distinct(found):
        for other in others:
            if other.sha256 != first.sha256:
                issue = Issue(
                    message=f"has other bytes than {first.where}, and the same name",
                    where=other.where,
                    hint="take away one of the two, or build each wheel in one job only",
                )
                yield Fault(issue=issue, wheels=(first.where, other.where))


def _torn(found: Iterable[Found]) -> Iterator[Fault]:
    read = {each.where: each.metadata for each in found if each.metadata is not None}
    yield from (Fault(issue=issue, wheels=(issue.where,)) for issue in torn(read))
