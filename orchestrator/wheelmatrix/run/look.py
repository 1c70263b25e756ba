"""Reads the files of a release, a few at a time, and says what they are and what is wrong with them."""

import io
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
from anyio import to_thread

from wheelmatrix import resources, tables
from wheelmatrix.audit import WheelReport, audit_sdist, audit_wheel
from wheelmatrix.errors import Issue, UploadError
from wheelmatrix.model import Tables
from wheelmatrix.publish.attestation import attestations_of
from wheelmatrix.publish.distribution import distribution_of, kind_of
from wheelmatrix.publish.preflight import Looked
from wheelmatrix.run.ahead import LARGE_BYTES, Ahead
from wheelmatrix.run.credentials import is_secret
from wheelmatrix.run.files import issue_of

_MOST_TOLD = 5
"""Problems of a file without metadata; `wheelmatrix audit` tells all."""
_AT_ONCE = 2
"""Files in memory at a time: an audit needs all of one, and what is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of the files of a release."""

    files: tuple[Looked, ...]
    """Those that are wheels or sdists, in the order asked for."""
    issues: tuple[Issue, ...]
    """Of the others."""


async def look_at(paths: Sequence[Path], known: Tables, *, with_attestations: bool, ahead: Ahead | None = None) -> Seen:
    """Return what the files are and what is wrong with each; nothing is raised for what is in them."""
    begun = ahead or Ahead()
    found: dict[Path, Looked] = {}
    issues: dict[Path, tuple[Issue, ...]] = {}
    limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def look_one(path: Path) -> None:
        try:
            found[path] = await to_thread.run_sync(_seen, path, known, with_attestations, begun, limiter=limiter)
        except UploadError as error:
            issues[path] = error.issues
        except OSError as error:
            issues[path] = (issue_of(error, path),)

    async with anyio.create_task_group() as group:
        for path in paths:
            group.start_soon(look_one, path)
    return Seen(
        files=tuple(found[path] for path in paths if path in found),
        issues=tuple(issue for path in paths for issue in issues.get(path, ())),
    )


def apart(path: Path, with_attestations: bool) -> Looked:
    """Return what `look` does, done by another process, which gets no credentials."""
    code = f"import sys; sys.path[:] = {sys.path!r}; from wheelmatrix.run.look import main; main()"
    ended = subprocess.run(
        [sys.executable, "-I", "-c", code, str(path), str(int(with_attestations))],
        env={name: value for name, value in os.environ.items() if not is_secret(name)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise UploadError.of(f"looking at it failed: {''.join(said) or ended.returncode}", where=str(path))
    found = pickle.loads(ended.stdout)  # noqa: S301  # our own process wrote it
    if isinstance(found, Looked):
        return found
    raise found


def main() -> None:
    """Look at the file that the command line names, and write what comes of it to stdout, for `apart`."""
    path, with_attestations = Path(sys.argv[1]), sys.argv[2] == "1"
    found: Looked | Exception
    try:
        found = look(path, tables.load(resources.table_texts()), with_attestations)
    except (UploadError, OSError) as error:
        found = error
    sys.stdout.buffer.write(pickle.dumps(found))


def classifiers() -> frozenset[str] | None:
    """Return the classifiers that the index takes; None: trove-classifiers is not installed."""
    try:
        import trove_classifiers
    except ImportError:
        return None
    return frozenset(trove_classifiers.classifiers)


def rendering(description: str, content_type: str) -> str:
    """Return what the index's renderer says against a description; empty: nothing, or it is not installed.

    Only reStructuredText can fail. Source: warehouse, which renders with readme_renderer.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if not description or kind not in ("", "text/x-rst"):
        return ""
    try:
        from readme_renderer import rst
    except ImportError:
        return ""
    said = io.StringIO()
    if rst.render(description, stream=said) is not None:
        return ""
    return " ".join(said.getvalue().split())[:500] or "it is no reStructuredText"


def _seen(path: Path, known: Tables, with_attestations: bool, ahead: Ahead) -> Looked:
    # The audit's memory is several times the file's, and of a large file several times the upload's.
    if path.stat().st_size > LARGE_BYTES:
        return apart(path, with_attestations)
    return look(path, known, with_attestations, ahead)


def look(path: Path, known: Tables, with_attestations: bool, ahead: Ahead | None = None) -> Looked:
    """Return what a file is, and what is wrong with it; raises UploadError and OSError."""
    with path.open("rb") as file:
        image = file.read()
        state = os.fstat(file.fileno())
    filetype, _ = kind_of(path)
    report = audit_wheel(path.name, image, known) if filetype == "bdist_wheel" else audit_sdist(path.name, image)
    if report.metadata is None:
        said = "; ".join(report.problems[:_MOST_TOLD])
        raise UploadError.of(f"its metadata cannot be read: {said}", where=str(path))
    digests = None if ahead is None else ahead.take(path, state)
    distribution = distribution_of(path, image, report.metadata, mtime_ns=state.st_mtime_ns, digests=digests)
    if with_attestations:
        texts = [(each.name, each.read_bytes()) for each in sorted(path.parent.glob(f"{path.name}.*.attestation"))]
        told = attestations_of(path.name, distribution.sha256, texts)
        distribution = replace(distribution, attestations=told)
    found = Looked(distribution=distribution, metadata=report.metadata, problems=report.problems)
    if isinstance(report, WheelReport):
        return replace(found, problems=report.all_problems, warnings=report.warnings)
    return found
