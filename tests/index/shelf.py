"""What the index holds, and what it says of a form that it is sent: the checks of warehouse that matter to a client."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

from tests.index.wire import Reply

Mode = Literal["idempotent", "strict-400", "strict-409", "overwriting"]
"""What a name that is taken means: `idempotent`: the same bytes are fine (warehouse, devpi); `strict-…`: no second time
(pypiserver, GitLab, …); `overwriting`: the newer bytes count."""
Dialect = Literal["warehouse", "pypiserver", "devpi"]
"""Whose words a form without a file is refused with."""

_NO_FILE: Mapping[Dialect, str] = {
    "warehouse": "Upload payload does not have a file.",
    "pypiserver": "Missing 'content' file-field!",
    "devpi": "content file field not found",
}
_NEEDED = ("metadata_version", "name", "version", "filetype")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file of the index, without its bytes."""

    filename: str
    size_bytes: int
    sha256: str
    upload_time: str
    """As PEP 700 has it."""
    has_provenance: bool = False


class _Digest(Protocol):
    def update(self, content: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


class Incoming:
    """A file as it arrives."""

    def __init__(self, filename: str, *, keeps_bytes: bool, hashes: bool) -> None:
        self.filename, self.content_type, self.size_bytes = filename, "", 0
        self.content = bytearray()
        self._keeps_bytes = keeps_bytes
        made: dict[str, _Digest] = {
            "sha256_digest": hashlib.sha256(),
            "blake2_256_digest": hashlib.blake2b(digest_size=32),
            "md5_digest": hashlib.md5(usedforsecurity=False),
        }
        self._made = made if hashes else {}

    def take(self, content: bytes) -> None:
        """Add bytes."""
        self.size_bytes += len(content)
        if self._keeps_bytes:
            self.content += content
        for digest in self._made.values():
            digest.update(content)

    def digest(self, field: str) -> str | None:
        """Return what a digest field must say, hexadecimal; None: nothing was computed."""
        return self._made[field].hexdigest() if field in self._made else None


class Shelf:
    """The files, by name."""

    def __init__(self, files: Mapping[str, bytes], *, mode: Mode, dialect: Dialect) -> None:
        self.files: dict[str, bytes] = {}
        """What is stored; bytes are empty where the index was told not to keep them."""
        self.stored: dict[str, Stored] = {}
        self._mode, self._dialect = mode, dialect
        for filename, content in files.items():
            self.put(filename, content)

    def put(self, filename: str, content: bytes) -> None:
        """Store a file as if it had been sent."""
        self._store(filename, content, len(content), hashlib.sha256(content).hexdigest())

    def judge(self, fields: Mapping[str, str], file: Incoming | None) -> Reply:
        """Return what the index thinks of a whole form, in warehouse's order; nothing is stored."""
        if fields.get(":action") != "file_upload" or fields.get("protocol_version") != "1":
            return Reply(status=400, message="Unknown protocol version.")
        if missing := [name for name in _NEEDED if not fields.get(name)]:
            return Reply(status=400, message=f"Invalid value for {missing[0]}. Error: This field is required.")
        if file is None:
            return Reply(status=400, message=_NO_FILE[self._dialect])
        if file.content_type.startswith("image/") or "/" in file.filename or not _is_distribution(file.filename):
            return Reply(status=400, message="Invalid distribution file.")
        given = {name: fields[name] for name in ("sha256_digest", "blake2_256_digest", "md5_digest") if name in fields}
        if not given:
            return Reply(status=400, message="Include at least one message digest.")
        if any(file.digest(name) not in (None, value.lower()) for name, value in given.items()):
            return Reply(
                status=400,
                message="The digest supplied does not match a digest calculated from the uploaded file.",
            )
        return self._duplicate(file, _sha256(file, fields)) or Reply(status=200)

    def store(self, fields: Mapping[str, str], file: Incoming) -> None:
        """Keep a file that was judged to be good; one that is there already stays as it is, unless overwritten."""
        if file.filename not in self.stored or self._mode == "overwriting":
            sha256 = _sha256(file, fields)
            self._store(
                file.filename, bytes(file.content), file.size_bytes, sha256, provenance="attestations" in fields
            )

    def _duplicate(self, file: Incoming, sha256: str) -> Reply | None:
        there = self.stored.get(file.filename)
        if there is None or self._mode == "overwriting" or (self._mode == "idempotent" and there.sha256 == sha256):
            return None
        status = 409 if self._mode == "strict-409" else 400
        return Reply(status=status, message=f"File already exists ('{file.filename}'). See /help/#file-name-reuse.")

    def _store(self, filename: str, content: bytes, size_bytes: int, sha256: str, *, provenance: bool = False) -> None:
        self.files[filename] = content
        self.stored[filename] = Stored(
            filename=filename,
            size_bytes=size_bytes,
            sha256=sha256,
            upload_time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            has_provenance=provenance,
        )


def project_of(filename: str) -> str:
    """Return the normalised name of the project that a file is of; source: PEP 503."""
    stem = filename.removesuffix(".tar.gz")
    name = filename.partition("-")[0] if filename.endswith(".whl") else stem.rpartition("-")[0]
    return normalised(name)


def normalised(name: str) -> str:
    """Return a project's name as URLs have it; source: PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_distribution(filename: str) -> bool:
    return re.fullmatch(r"[\w.!+-]+(\.whl|\.tar\.gz)", filename) is not None


def _sha256(file: Incoming, fields: Mapping[str, str]) -> str:
    return file.digest("sha256_digest") or fields.get("sha256_digest", "").lower()
