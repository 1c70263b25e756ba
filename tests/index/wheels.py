"""Distributions made by hand: wheels and sdists that every index takes, of any size, always the same bytes."""

import base64
import gzip
import hashlib
import io
import random
import re
import tarfile
import zipfile
from collections.abc import Mapping
from itertools import product
from pathlib import Path

PLATFORM = "cp312-cp312-manylinux_2_17_x86_64"
_DATE = (2026, 1, 1, 0, 0, 0)
_EPOCH_S = 1_767_225_600
_LICENSE = b"Do with it what you like.\n"
_DESCRIPTION = "# {name}\n\nA package of random bytes.\n"


def make_wheel(
    directory: Path,
    name: str = "demo",
    version: str = "1.0",
    tag: str = PLATFORM,
    *,
    payload_bytes: int = 1000,
    metadata: str | None = None,
    seed: int = 0,
    add: Mapping[str, bytes] | None = None,
) -> Path:
    """Write a wheel with `payload_bytes` random bytes, stored, and return its path.

    `tag` may be compressed (`cp311.cp312-…`). `metadata` replaces the whole METADATA (default: `metadata_of`). Another
    `seed` gives other bytes under the same name. `add`: members beside the usual ones, which it may replace; RECORD is
    right for them too.
    """
    stem = f"{_part(name)}-{version}"
    text = metadata_of(name, version) if metadata is None else metadata
    members = {
        f"{_part(name)}/__init__.py": b"",
        f"{_part(name)}/payload.bin": _random_bytes(f"{stem}-{tag}-{seed}", payload_bytes),
        f"{stem}.dist-info/METADATA": text.encode(),
        f"{stem}.dist-info/WHEEL": _wheel_text(tag),
        f"{stem}.dist-info/licenses/LICENSE": _LICENSE,
        **(add or {}),
    }
    record = f"{stem}.dist-info/RECORD"
    members[record] = _record(members, record)
    path = directory / f"{stem}-{tag}.whl"
    # To a file that can be sought in, zipfile writes sizes into the local headers: no index takes data descriptors.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for member, content in members.items():
            entry = zipfile.ZipInfo(member, _DATE)
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return path


def make_sdist(
    directory: Path,
    name: str = "demo",
    version: str = "1.0",
    *,
    payload_bytes: int = 1000,
    metadata: str | None = None,
    seed: int = 0,
    add: Mapping[str, bytes] | None = None,
) -> Path:
    """Write an sdist with `payload_bytes` random bytes, and return its path; `add` names members below its folder."""
    stem = f"{_part(name)}-{version}"
    text = metadata_of(name, version) if metadata is None else metadata
    members = {
        "PKG-INFO": text.encode(),
        "LICENSE": _LICENSE,
        "pyproject.toml": b"[build-system]\nrequires = []\n",
        f"{_part(name)}/__init__.py": b"",
        f"{_part(name)}/payload.bin": _random_bytes(f"{stem}-{seed}", payload_bytes),
        **(add or {}),
    }
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member, content in members.items():
            entry = tarfile.TarInfo(f"{stem}/{member}")
            entry.size, entry.mtime, entry.mode = len(content), _EPOCH_S, 0o644
            archive.addfile(entry, io.BytesIO(content))
    path = directory / f"{stem}.tar.gz"
    path.write_bytes(gzip.compress(plain.getvalue(), compresslevel=1, mtime=_EPOCH_S))
    return path


def metadata_of(name: str = "demo", version: str = "1.0", *lines: str) -> str:
    """Return METADATA that no index has anything against; `lines` are headers beside the usual ones."""
    usual = (
        "Metadata-Version: 2.4",
        f"Name: {name}",
        f"Version: {version}",
        "Summary: A package of random bytes",
        "Author-email: Ada <ada@index.example>",
        "License-Expression: MIT",
        "License-File: LICENSE",
        "Keywords: random,bytes",
        "Classifier: Programming Language :: Rust",
        "Classifier: Programming Language :: Python :: 3",
        "Project-URL: Source, https://index.example/source",
        "Requires-Python: >=3.9",
        "Requires-Dist: packaging>=24; extra == 'more'",
        "Provides-Extra: more",
        "Description-Content-Type: text/markdown",
    )
    return "\n".join([*usual, *lines, "", _DESCRIPTION.format(name=name)])


def _part(name: str) -> str:
    """Return the name as filenames have it; source: the specification of binary distributions."""
    return re.sub(r"[-_.]+", "_", name).lower()


def _wheel_text(tag: str) -> bytes:
    interpreters, abis, platforms = (part.split(".") for part in tag.split("-"))
    is_pure = "true" if platforms == ["any"] else "false"
    tags = (f"Tag: {'-'.join(each)}" for each in product(interpreters, abis, platforms))
    head = ("Wheel-Version: 1.0", "Generator: tests.index", f"Root-Is-Purelib: {is_pure}")
    return "\n".join([*head, *tags, ""]).encode()


def _record(members: Mapping[str, bytes], record: str) -> bytes:
    rows = (f"{name},sha256={_digest(content)},{len(content)}" for name, content in members.items())
    return "\n".join([*rows, f"{record},,", ""]).encode()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _random_bytes(seed: str, count: int) -> bytes:
    return random.Random(seed).randbytes(count)
