"""Wheels of a few bytes, Pythons that are this one, and a verifier for them."""

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from tests.audit.zip_image import parts, wheel_members, zip_image

from wheelmatrix import resources, tables
from wheelmatrix.model import Installed
from wheelmatrix.model.verified import Check, Verdict
from wheelmatrix.options import BuildOptions
from wheelmatrix.run.pythons import probe_one
from wheelmatrix.run.verify import Verifier

ANY = "py3-none-any"
TABLES = tables.load(resources.table_texts())


def this_python() -> Installed:
    """Return what the Python that runs the tests says of itself."""
    return anyio.run(partial(probe_one, Path(sys.executable), "asked for", cache=None))


def wheel(
    folder: Path, files: Mapping[str, bytes | str], tags: str = ANY, *, purelib: str = "true"
) -> Path:  # fmt: skip
    """Write a wheel that the audit has nothing against, and return its path."""
    path = folder / f"demo-1.0-{tags}.whl"
    content = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    members = wheel_members(
        filename=path.name, add=content, leave_out=frozenset({"demo/none"}), extension="none", purelib=purelib
    )
    path.write_bytes(zip_image(parts(members)))
    return path


def package(folder: Path, source: str, tags: str = ANY) -> Path:
    """Write a wheel with one package, `demo`, and return its path."""
    return wheel(folder, {"demo/__init__.py": source}, tags)


def verify(
    path: Path, *, natives: Iterable[Installed] = (), groups: Mapping[str, object] | None = None, **options: Any
) -> Verdict:
    """Return the verdict on a wheel, tried in `natives` and in what the options say."""

    async def work() -> Verdict:
        verifier = Verifier(
            options=BuildOptions(**options),
            tables=TABLES,
            natives=tuple(natives),
            directory=path.parent,
            project=path.parent,
            groups=groups or {},
            environment=dict(os.environ),
            scratch=None,
            token=contextlib.nullcontext,
        )
        return await verifier.verify(path)

    return anyio.run(work)


def only(verdict: Verdict, tier: str) -> Check:
    """Return the one check of a tier."""
    (found,) = (check for check in verdict.checks if check.tier == tier)
    return found
