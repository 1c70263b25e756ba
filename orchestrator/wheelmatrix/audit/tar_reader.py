"""A tar archive read the strict way: what one reader takes for a header must be none to another's content.

    [header, content padded to 512] × n   two empty blocks   nothing but zeros
     └ a header may be described by those before it: pax (`x`, `g`) or GNU long names (`L`, `K`)

The standard library's reader stops without a word at the first block that is no header, and lets later headers change
what earlier ones said. Sources: POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
"""

import re
from collections.abc import Callable, Iterator
from typing import Literal

from wheelmatrix.audit.gzip_reader import GzipReader
from wheelmatrix.values import dataclass

Kind = Literal["file", "directory", "symbolic link", "hard link"]

TAR_BLOCK_BYTES, TAR_SUM = 512, slice(148, 156)
_NAME, _SIZE, _LINK, _MAGIC, _PREFIX = (
    slice(0, 100), slice(124, 136), slice(157, 257), slice(257, 265), slice(345, 500),
)  # fmt: skip
_TYPE = 156
_KINDS: dict[bytes, Kind] = {
    b"0": "file", b"\0": "file", b"1": "hard link", b"2": "symbolic link", b"5": "directory",
}  # fmt: skip
_PAX, _PAX_FOR_ALL, _LONG_NAME, _LONG_LINK, _SPARSE = b"x", b"g", b"L", b"K", b"S"
_USTAR, _GNU, _OLD = b"ustar\x0000", b"ustar  \0", bytes(8)
_MOST_DESCRIBED, _MOST_KEPT, _SKIPPED = 1 << 20, 16 << 20, 1 << 20
"""Bytes of a description, of a member that is kept whole, and of content that is passed over at once."""
_RECORD = re.compile(rb"([0-9]{1,7}) ([^=\0]+)=", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class TarMember:
    """One entry, as all its headers together describe it."""

    name: str
    """A directory's without its slash."""
    kind: Kind
    target: str
    """Of a link."""
    content: bytes
    """Empty unless it was asked for."""


Described = dict[str, bytes]
"""What the headers before a member say of it: its `path`, `linkpath`, `size`, and whether it is `sparse`."""


def tar_members(stream: GzipReader, is_wanted: Callable[[str], bool]) -> Iterator[TarMember]:
    """Yield the members in their order, those with their content whose name `is_wanted`.

    Raises ValueError for whatever two readers could take for different things, and for what `stream` raises it.
    """
    described: Described = {}
    while any(header := _exactly(stream, TAR_BLOCK_BYTES)):
        _check_sum(header)
        flag, size_bytes = header[_TYPE : _TYPE + 1], _number(header[_SIZE])
        if flag in (_PAX, _PAX_FOR_ALL, _LONG_NAME, _LONG_LINK):
            _describe(described, flag, _content(stream, size_bytes, _MOST_DESCRIBED))
            continue
        yield _member(stream, header, size_bytes, described, is_wanted)
        described = {}
    if described:
        raise ValueError("the tar archive ends with the description of a member, and without the member")
    if any(_exactly(stream, TAR_BLOCK_BYTES)):
        raise ValueError("the tar archive goes on behind an empty block")
    while rest := stream.read(_SKIPPED):
        if any(rest):
            raise ValueError("something stands behind the end of the tar archive")


def _member(
    stream: GzipReader, header: bytes, size_bytes: int, described: Described, is_wanted: Callable[[str], bool]
) -> TarMember:
    name, flag = _text(described.get("path", _name(header))), header[_TYPE : _TYPE + 1]
    kind = _KINDS.get(flag)
    if flag == _SPARSE or "sparse" in described:
        raise ValueError(f"{name!r} is a sparse file")
    if kind is None:
        raise ValueError(f"{name!r} is neither a file, nor a directory, nor a link")
    if "size" in described and _decimal(described["size"]) != size_bytes:
        raise ValueError(f"two headers give {name!r} different sizes")
    if size_bytes and kind != "file":
        raise ValueError(f"{name!r} is a {kind}, and has content")
    if name.endswith("/") and kind != "directory":
        raise ValueError(f"{name!r} is a {kind} with the name of a directory")
    content = b""
    if is_wanted(name):
        content = _content(stream, size_bytes, _MOST_KEPT)
    else:
        _skip(stream, size_bytes + -size_bytes % TAR_BLOCK_BYTES)
    target = _text(described.get("linkpath", _until_zero(header[_LINK]))) if kind.endswith("link") else ""
    return TarMember(name=name.removesuffix("/"), kind=kind, target=target, content=content)


def _check_sum(header: bytes) -> None:
    """Raise ValueError unless the header has its checksum."""
    written = _number(header[TAR_SUM])
    if tar_sum(header) != written:
        raise ValueError("a header of the tar archive has a wrong checksum: it is damaged, or no tar archive")


def tar_sum(header: bytes) -> int:
    """Return the checksum that a header should have: its own field counts as blanks."""
    return sum(header) - sum(header[TAR_SUM]) + 8 * ord(" ")


def _name(header: bytes) -> bytes:
    """Return the name; only ustar has a prefix to it, elsewhere the field is something else or nothing."""
    name, magic = _until_zero(header[_NAME]), header[_MAGIC]
    if magic not in (_USTAR, _GNU, _OLD):
        raise ValueError(f"the tar archive has a header of unknown format {magic!r}")
    if magic == _USTAR:
        prefix = _until_zero(header[_PREFIX])
        return prefix + b"/" + name if prefix else name
    if any(header[_PREFIX]):
        raise ValueError(f"the header of {name!r} has something where only ustar has a part of the name")
    return name


def _describe(described: Described, flag: bytes, content: bytes) -> None:
    """Add what a header before a member says; raises ValueError if another one said it already."""
    found = {_LONG_NAME: [(b"path", _until_zero(content))], _LONG_LINK: [(b"linkpath", _until_zero(content))]}
    for raw, value in found.get(flag) or _records(content):
        key = "sparse" if raw.startswith(b"GNU.sparse.") else raw.decode("utf-8", "replace")
        if key not in ("path", "linkpath", "size", "sparse"):
            continue
        if flag == _PAX_FOR_ALL:
            raise ValueError(f"a header for all members sets their {key}")
        if key in described and key != "sparse":
            raise ValueError(f"two headers give a member its {key}")
        described[key] = value


def _records(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Return keys and values of a pax header: `LENGTH KEY=VALUE\\n`, the length of all of it."""
    at = 0
    while at < len(content):
        found = _RECORD.match(content, at)
        end = at + int(found[1]) if found else 0
        if found is None or not found.end() < end <= len(content) or content[end - 1 : end] != b"\n":
            raise ValueError("a pax header of the tar archive is malformed")
        yield found[2], content[found.end() : end - 1]
        at = end


def _decimal(value: bytes) -> int:
    if not re.fullmatch(rb"[0-9]{1,15}", value):
        raise ValueError(f"{value!r} is no size")
    return int(value)


def _number(raw: bytes) -> int:
    """Return an octal number; raises ValueError for anything else, also for GNU's numbers of 8 GiB and more."""
    written = raw.strip(b"\0 ")
    if not re.fullmatch(rb"[0-7]{0,12}", written):
        raise ValueError(f"a header of the tar archive has {raw!r} for a number")
    return int(written or b"0", 8)


def _until_zero(raw: bytes) -> bytes:
    return raw.partition(b"\0")[0]


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"the name {raw!r} is not UTF-8") from error


def _content(stream: GzipReader, size_bytes: int, most_bytes: int) -> bytes:
    if size_bytes > most_bytes:
        raise ValueError(f"a header or text in the tar archive has {size_bytes} bytes, more than {most_bytes}")
    content = _exactly(stream, size_bytes)
    _skip(stream, -size_bytes % TAR_BLOCK_BYTES)
    return content


def _skip(stream: GzipReader, size_bytes: int) -> None:
    while size_bytes:
        size_bytes -= len(_exactly(stream, min(size_bytes, _SKIPPED)))


def _exactly(stream: GzipReader, size_bytes: int) -> bytes:
    found = stream.read(size_bytes)
    if len(found) != size_bytes:
        raise ValueError("the tar archive is cut off")
    return found
