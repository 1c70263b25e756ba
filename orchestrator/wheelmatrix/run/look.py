"""Reads the files of a release, a few at a time, and says what they are and what is wrong with them."""

import io
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
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
from wheelmatrix.run.credentials import is_secret
from wheelmatrix.run.files import issue_of
from wheelmatrix.values import dataclass

_MOST_TOLD = 5
"""Problems of a file without metadata; `wheelmatrix audit` tells all."""
AT_ONCE = 2
"""Files in memory at a time: an audit needs all of one, and what is in it."""
_LARGE_BYTES = 16 << 20
"""Of larger ones the audit's memory is several times the upload's; a process of its own gives it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of the files of a release."""

    files: tuple[Looked, ...]
    """Those that are wheels or sdists, in the order asked for."""
    issues: tuple[Issue, ...]
    """Of the others."""


async def look_at(
    paths: Sequence[Path],
    known: Tables,
    *,
    with_attestations: bool,
    begun: Callable[[Path], Looked | None] | None = None,
) -> Seen:
    """Return what the files are and what is wrong with each; nothing is raised for what is in them.

    `begun`: waits for a file that was looked at before, if it was; None: none was.
    """

    def look_once(path: Path) -> Looked:
        looked = (begun(path) if begun else None) or seen(path, known)
        return _attested(looked, path) if with_attestations else looked

    found: dict[Path, Looked] = {}
    issues: dict[Path, tuple[Issue, ...]] = {}
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def look_one(path: Path) -> None:
        try:
            found[path] = await to_thread.run_sync(look_once, path, limiter=limiter)
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


def apart(path: Path) -> Looked:
    """Return what `look` does, done by another process, which gets no credentials."""
    code = f"import sys; sys.path[:] = {sys.path!r}; from wheelmatrix.run.look import main; main()"
    ended = subprocess.run(
        [sys.executable, "-I", "-c", code, str(path)],
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
    found: Looked | Exception
    try:
        found = look(Path(sys.argv[1]), tables.load(resources.table_texts()))
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


def seen(path: Path, known: Tables) -> Looked:
    """Return what `look` does, for a large file by another process; raises UploadError and OSError."""
    return apart(path) if path.stat().st_size > _LARGE_BYTES else look(path, known)


def look(path: Path, known: Tables) -> Looked:
    """Return what a file is, and what is wrong with it; raises UploadError and OSError."""
    with path.open("rb") as file:
        image = file.read()
        mtime_ns = os.fstat(file.fileno()).st_mtime_ns
    filetype, _ = kind_of(path)
    report = audit_wheel(path.name, image, known) if filetype == "bdist_wheel" else audit_sdist(path.name, image)
    if report.metadata is None:
        said = "; ".join(report.problems[:_MOST_TOLD])
        raise UploadError.of(f"its metadata cannot be read: {said}", where=str(path))
    distribution = distribution_of(path, image, report.metadata, mtime_ns=mtime_ns)
    found = Looked(distribution=distribution, metadata=report.metadata, problems=report.problems)
    if isinstance(report, WheelReport):
        return replace(found, problems=report.all_problems, warnings=report.warnings)
    return found


def _attested(found: Looked, path: Path) -> Looked:
    """Return a file with the attestations beside it."""
    texts = [(each.name, each.read_bytes()) for each in sorted(path.parent.glob(f"{path.name}.*.attestation"))]
    told = attestations_of(path.name, found.distribution.sha256, texts)
    return replace(found, distribution=replace(found.distribution, attestations=told))
