"""RECORD: every file of a wheel with its digest and size, as CSV."""

import csv
import io
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence

from wheelmatrix.errors import Issue, PackError
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of RECORD."""

    name: str
    """Name in the archive."""
    digest: str
    """`sha256=…`, URL-safe base64 without padding; empty for RECORD itself."""
    size_bytes: int | None
    """None for RECORD itself."""


def record_name(names: Iterable[str]) -> str:
    """Return the name of the RECORD that belongs to a wheel of these members: `pkg-1.0.dist-info/RECORD`.

    Raises PackError unless there is exactly one `.dist-info` with WHEEL, and METADATA lies in it.
    """
    found = frozenset(names)
    folders = sorted(name.removesuffix("/WHEEL") for name in found if name.endswith(".dist-info/WHEEL"))
    match [folder for folder in folders if "/" not in folder]:
        case [folder] if f"{folder}/METADATA" in found:
            return f"{folder}/RECORD"
        case [folder]:
            raise PackError.of(f"the wheel has no {folder}/METADATA")
        case []:
            raise PackError.of("the wheel has no .dist-info/WHEEL")
        case several:
            raise PackError.of(f"the wheel has several .dist-info directories: {', '.join(several)}")


def sha256_digest(digest: bytes) -> str:
    """Return a SHA-256 as RECORD writes it: `sha256=` and URL-safe base64 without padding (PEP 427)."""
    return "sha256=" + urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def record_text(rows: Iterable[Row], own_name: str) -> str:
    """Return RECORD whole: `rows` in their order, then RECORD itself with empty digest and size; lines end in LF.

    A name with a comma or a quote is quoted, as the csv module reads it (PEP 376: "RECORD is a CSV file").
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows((row.name, row.digest, "" if row.size_bytes is None else row.size_bytes) for row in rows)
    writer.writerow((own_name, "", ""))
    return text.getvalue()


def parse_record(text: str) -> tuple[Row, ...]:
    """Return the rows of a RECORD in their order, RECORD's own among them.

    Raises PackError with every line that has not three fields, whose size is no number, or that names a file twice.
    """
    rows: list[Row] = []
    issues: list[Issue] = []
    seen: set[str] = set()
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for fields in filter(None, reader):
            fault = _fault(fields, seen)
            if fault:
                issues.append(Issue(message=fault, where=f"RECORD:{reader.line_num}"))
                continue
            seen.add(fields[0])
            rows.append(Row(name=fields[0], digest=fields[1], size_bytes=int(fields[2]) if fields[2] else None))
    except csv.Error as error:
        raise PackError.of(f"not CSV: {error}", where=f"RECORD:{reader.line_num}") from error
    if issues:
        raise PackError(*issues)
    return tuple(rows)


def _fault(fields: Sequence[str], seen: set[str]) -> str:
    if len(fields) != 3:
        return f"{len(fields)} fields, expected 3 (name, digest, size); a comma in a name has to be quoted"
    name, _, size = fields
    if size and not (size.isascii() and size.isdigit()):
        return f"the size of {name!r} is {size!r}, expected a number of bytes"
    return f"{name!r} is listed twice" if name in seen else ""
