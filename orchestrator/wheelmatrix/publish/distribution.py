"""A wheel or sdist as what an index is told of it: bytes in, Distribution out."""

import hashlib
from pathlib import PurePath

from packaging.utils import parse_wheel_filename

from wheelmatrix.errors import UploadError
from wheelmatrix.model.release import Distribution, FileType
from wheelmatrix.publish.form import fields

WHEEL, SDIST = ".whl", ".tar.gz"
_SOURCE = "source"
"""Python version of an sdist. Source: warehouse, upload form."""


def distribution_of(
    path: PurePath, image: bytes, metadata: bytes, *, mtime_ns: int, attestations: str = ""
) -> Distribution:
    """Return what an index is told of the file at `path`, whose bytes are `image`; `metadata`: METADATA or PKG-INFO.

    Whether it may be sent is not judged here: that is `publish.preflight`'s.
    Raises UploadError if it is neither wheel nor sdist, or its metadata is not UTF-8 or names no project or version.
    """
    filetype, pyversion = kind_of(path)
    try:
        told = fields(metadata)
    except UnicodeDecodeError as error:
        raise UploadError.of("its metadata is not UTF-8", where=str(path)) from error
    own = dict(told)
    if missing := [field for field in ("Name", "Version") if field.lower() not in own]:
        raise UploadError.of(f"its metadata has no {' and no '.join(missing)}", where=str(path))
    return Distribution(
        path=path,
        filename=path.name,
        filetype=filetype,
        name=own["name"],
        version=own["version"],
        pyversion=pyversion,
        size_bytes=len(image),
        mtime_ns=mtime_ns,
        sha256=hashlib.sha256(image).hexdigest(),
        blake2b=hashlib.blake2b(image, digest_size=32).hexdigest(),
        fields=told,
        attestations=attestations,
    )


def project_of(filename: str) -> str:
    """Return the project by a filename, which has still to prove that it is one."""
    if filename.endswith(SDIST):
        stem = filename.removesuffix(SDIST)
        return stem.rpartition("-")[0] or stem
    return filename.partition("-")[0]


def kind_of(path: PurePath) -> tuple[FileType, str]:
    """Return file type and Python version; a wheel's is its Python tag as the filename spells it.

    Raises UploadError if the file is neither wheel nor sdist by its name.
    """
    if path.name.endswith(SDIST):
        return "sdist", _SOURCE
    if not path.name.endswith(WHEEL):
        raise UploadError.of(
            "neither a wheel nor an sdist", where=str(path), hint=f"what is sent ends in {WHEEL} or {SDIST}"
        )
    try:
        parse_wheel_filename(path.name)
    except ValueError as error:
        raise UploadError.of(f"not a wheel's filename: {error}", where=str(path)) from error
    return "bdist_wheel", path.name.split("-")[-3]
