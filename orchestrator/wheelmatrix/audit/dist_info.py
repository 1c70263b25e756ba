"""The texts in a wheel's `.dist-info`: headers, RECORD, entry points."""

import csv
import hashlib
import io
import re
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from email.parser import HeaderParser

from packaging.utils import canonicalize_name
from packaging.version import Version

_WEAK = frozenset({"md5", "sha1"})
"""Digests that RECORD must not use. Source: "Recording installed projects"."""
_OLD_METADATA = frozenset({"1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "2.3"})
"""Before 2.4 setuptools wrote License-File too, and laid the files elsewhere. Source: PEP 639."""
_SCRIPT_NAME = re.compile(r"[\w.-]+")
_ENTRY_NAME = re.compile(r"[^\[=\s](?:[^=]*[^=\s])?")
_REFERENCE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(\s*:\s*[^\W\d]\w*(\.[^\W\d]\w*)*)?(\s*\[[^\]]*\])?")
"""`package.module:object.attribute [extra]`. Source: "Entry points specification"."""
_SCRIPTS = ("console_scripts", "gui_scripts")


def headers(text: bytes) -> Mapping[str, tuple[str, ...]]:
    """Return the headers of METADATA or WHEEL, by lower-case name, each with its values in their order."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, value in HeaderParser().parsestr(text.decode("utf-8", "replace")).items():
        found[name.lower()].append(value.strip())
    return {name: tuple(values) for name, values in found.items()}


def identity_problems(title: str, found: Mapping[str, tuple[str, ...]], name: str, version: str) -> Iterator[str]:
    """Return how the headers `found` in the text `title` and the filename's `name` and `version` disagree."""
    said_name, said_version = (next(iter(found.get(key, ())), "") for key in ("name", "version"))
    if canonicalize_name(said_name) != canonicalize_name(name):
        yield f"{title} says the project is {said_name!r}, the filename says {name!r}"
    try:
        is_same = Version(said_version) == Version(version)
    except ValueError:  # no version, or one of more digits than Python counts
        is_same = False
    if not is_same:
        yield f"{title} says the version is {said_version!r}, the filename says {version!r}"


def licence_files(found: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the files that License-File promises; empty before metadata 2.4, which laid down where they are."""
    is_old = next(iter(found.get("metadata-version", ())), "") in _OLD_METADATA
    return () if is_old else found.get("license-file", ())


def record_problems(stem: str, contents: Mapping[str, bytes | memoryview], names: frozenset[str]) -> Iterator[str]:
    """Return how RECORD and the archive disagree; empty if each file is listed once, with its own digest and size.

    `names` are all files of the archive, `contents` those that could be read. A missing RECORD is not told here.
    Only RECORD itself is listed without a digest; its signatures, RECORD.jws and RECORD.p7s, need not be (PEP 427).
    """
    own = f"{stem}.dist-info/RECORD"
    text = contents.get(own)
    if text is None:
        return
    rows, faults = _rows(bytes(text))
    yield from faults
    exempt = {own + ".jws", own + ".p7s"}
    for name in sorted(names - rows.keys() - exempt):
        yield f"RECORD does not list {name!r}"
    for name in sorted(rows.keys() - names):
        yield f"RECORD lists {name!r}, which the archive does not have"
    for name, (digest, size) in rows.items():
        content = contents.get(name)
        if content is None or name in exempt:
            continue
        if name == own:
            if digest or size:
                yield "RECORD gives a digest or size for itself"
        else:
            yield from _row_problems(name, digest, size, content)


def entry_point_problems(text: bytes) -> Iterator[str]:
    """Return what is wrong with entry_points.txt: encoding, syntax, names and references of its entries."""
    parser = ConfigParser(delimiters=("=",), strict=True, interpolation=None, default_section="")
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names are case-sensitive; documented way to say so
    try:
        parser.read_string(text.decode("utf-8"))
    except (UnicodeDecodeError, IniError) as error:
        yield f"entry_points.txt cannot be read: {' '.join(str(error).split())}"
        return
    for group in parser.sections():
        for name, reference in parser.items(group):
            form = _SCRIPT_NAME if group in _SCRIPTS else _ENTRY_NAME
            if not form.fullmatch(name):
                yield f"entry_points.txt: {name!r} in [{group}] is no valid name"
            if not _REFERENCE.fullmatch(reference):
                yield f"entry_points.txt: {name} in [{group}] refers to {reference!r}, expected `module:object`"


def _rows(text: bytes) -> tuple[dict[str, tuple[str, str]], list[str]]:
    rows: dict[str, tuple[str, str]] = {}
    faults: list[str] = []
    try:
        for fields in csv.reader(io.StringIO(text.decode("utf-8"), newline=""), strict=True):
            if not fields:
                continue
            if len(fields) != 3:
                faults.append(f"RECORD has a line of {len(fields)} fields, expected 3: {fields[0]!r}")
            elif fields[0] in rows:
                faults.append(f"RECORD lists {fields[0]!r} twice")
            else:
                rows[fields[0]] = (fields[1], fields[2])
    except (UnicodeDecodeError, csv.Error) as error:
        faults.append(f"RECORD cannot be read: {error}")
    return rows, faults


def _row_problems(name: str, digest: str, size: str, content: bytes | memoryview) -> Iterator[str]:
    algorithm, _, written = digest.partition("=")
    if not digest:
        yield f"RECORD gives no digest for {name!r}"
    elif algorithm in _WEAK or algorithm not in hashlib.algorithms_guaranteed or algorithm.startswith("shake"):
        yield f"RECORD uses {algorithm!r} for {name!r}, expected sha256 or stronger"
    elif written != urlsafe_b64encode(hashlib.new(algorithm, content).digest()).rstrip(b"=").decode("ascii"):
        yield f"RECORD has another digest for {name!r} than its content"
    if size != str(len(content)):
        yield f"RECORD says {name!r} has {size or 'no'} bytes, it has {len(content)}"
