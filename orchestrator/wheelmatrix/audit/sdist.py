"""The rules for an sdist: what indexes refuse, what unpackers disagree on, what its PKG-INFO has to say."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from packaging.utils import parse_sdist_filename

from wheelmatrix.audit import dist_info
from wheelmatrix.audit.gzip_reader import GzipReader
from wheelmatrix.audit.member_names import LONGEST_FILENAME_BYTES, folded_names, name_faults
from wheelmatrix.audit.tar_reader import TarMember, tar_members
from wheelmatrix.values import dataclass

SUFFIX = ".tar.gz"
_ZIP_END, _ZIP_END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class SdistReport:
    """Audit of one sdist; true if it may be shipped."""

    filename: str
    problems: tuple[str, ...]
    metadata: bytes | None
    """PKG-INFO, whole; None: it has none that can be read."""

    def __bool__(self) -> bool:
        return not self.problems


def audit_sdist(filename: str, data: bytes) -> SdistReport:
    """Return what is wrong with an sdist, from its bytes alone; nothing is raised for what is in them."""
    problems, metadata = check_sdist(filename, data)
    return SdistReport(filename=filename, problems=problems, metadata=metadata)


def check_sdist(filename: str, data: bytes) -> tuple[tuple[str, ...], bytes | None]:
    """Return everything that is wrong with an sdist, and its PKG-INFO; None: it has none that can be read.

    `filename` is the file's name without directory. The problems are empty if an index and every installer take it.
    Nothing in `data` raises. Sources: "Source distribution format", PEP 625, 639, 706; warehouse's upload checks of
    2026-08.
    """
    problems = [*_filename_problems(filename)]
    if _is_zip(data):
        problems.append("the file is a gzip file and a zip archive at once")
    stem = filename.removesuffix(SUFFIX)
    own = f"{stem}/PKG-INFO"
    members: list[TarMember] = []
    stream, damage = GzipReader(data), ""
    try:
        members.extend(tar_members(stream, lambda name: name == own))
        if stream.behind_bytes:
            damage = f"{stream.behind_bytes} bytes follow the gzip file"
    except ValueError as error:
        damage = str(error)
    problems += [damage] if damage else []
    problems += _member_problems(members, stem)
    files = {member.name: member for member in members if member.kind != "directory"}
    if own in files and files[own].kind == "file":
        text = files[own].content
        return (*problems, *_text_problems(stem, text, files.keys())), text
    if not damage:
        problems.append(f"{own} is missing")
    return tuple(problems), None


def _filename_problems(filename: str) -> Iterator[str]:
    if len(filename.encode("utf-8", "surrogatepass")) > LONGEST_FILENAME_BYTES:
        yield f"the filename has more than {LONGEST_FILENAME_BYTES} bytes"
    if not filename.endswith(SUFFIX):
        yield f"not an sdist's filename: it has to end in {SUFFIX}"
        return
    try:
        name, version = parse_sdist_filename(filename)
    except ValueError as error:
        yield f"not an sdist's filename: {error}"
        return
    normal = f"{name.replace('-', '_')}-{version}{SUFFIX}"
    if filename != normal:
        yield f"the filename is {filename!r}, normalised it is {normal!r}"


def _is_zip(data: bytes) -> bool:
    """Return whether the file ends with a zip archive's end record, its comment included."""
    at = data.rfind(_ZIP_END, max(len(data) - _ZIP_END_BYTES - _LONGEST_COMMENT, 0))
    comment_bytes = len(data) - at - _ZIP_END_BYTES
    return at >= 0 <= comment_bytes and data[at + 20 : at + 22] == comment_bytes.to_bytes(2, "little")


def _member_problems(members: Sequence[TarMember], stem: str) -> Iterator[str]:
    names = Counter(member.name for member in members)
    for name, times in sorted(names.items()):
        yield from (f"the name {name!r} {fault}" for fault in name_faults(name))
        if times > 1:
            yield f"{name!r} is in the archive {times} times"
    for other in sorted({name.partition("/")[0] for name in names} - {stem}):
        yield f"everything has to lie in the directory {stem!r}, and there is {other!r}"
    files = frozenset(member.name for member in members if member.kind != "directory")
    yield from (f"{file!r} is no directory, and {name!r} lies in it" for file, name in folded_names(names, files))
    seen: set[str] = set()
    for member in members:
        if member.kind == "symbolic link" and not _stays_inside(member):
            yield f"{member.name!r} links to {member.target!r}, outside of the directory"
        if member.kind == "hard link" and member.target not in seen:
            yield f"{member.name!r} is the same file as {member.target!r}, which is not before it in the archive"
        if member.kind == "file":
            seen.add(member.name)


def _stays_inside(link: TarMember) -> bool:
    """Return whether a symbolic link leads to something below the top directory, whatever links it passes.

    It may go up from where it lies, and then down: up again after a name would be up from where that name leads to.
    """
    parts = link.target.split("/")
    ups = next((place for place, part in enumerate(parts) if part != ".."), len(parts))
    down = parts[ups:]
    return ups < link.name.count("/") and not (down and any(name_faults("/".join(down))))


def _text_problems(stem: str, text: bytes, files: Collection[str]) -> Iterator[str]:
    headers = dist_info.headers(text)
    name, _, version = stem.rpartition("-")
    yield from dist_info.identity_problems("PKG-INFO", headers, name, version)
    for licence in dist_info.licence_files(headers):
        if f"{stem}/{licence}" not in files:
            yield f"PKG-INFO names the licence file {licence!r}, but {stem}/{licence} is missing"
