"""The `.dist-info` directory that a frontend asks for before it wants a wheel, and hands back then."""

from collections.abc import Mapping
from pathlib import Path

from wheelmatrix.errors import ConfigError, PackError
from wheelmatrix.pack.layout import dist_info_entries, wheel_tags
from wheelmatrix.run.files import content_of, issue_of, write_whole
from wheelmatrix.run.prepare import Prepared
from wheelmatrix.values import dataclass
from wheelmatrix.verify.tags import likely_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class DistInfo:
    """A `.dist-info` directory."""

    folder: str
    """Its name."""
    files: Mapping[str, bytes]
    """By their names in it."""
    sources: tuple[Path, ...]
    """Files that some of them are copies of."""


def dist_info(prepared: Prepared, generator: str) -> DistInfo:
    """Return the metadata of the first wheel of a plan.

    WHEEL has the tag that promises nothing, since nothing is built yet. Raises PackError.
    """
    plan = prepared.plan
    wheel = plan.wheels[0]
    target = next(cell.target for cell in plan.cells if cell.id in wheel.cells)
    tags = wheel_tags(wheel.stem, (likely_tag(target),))
    folder, entries = dist_info_entries(plan.project, wheel, tags, generator)
    return DistInfo(
        folder=folder,
        files={entry.name.removeprefix(f"{folder}/"): content_of(entry) for entry in entries},
        sources=tuple(Path(entry.source) for entry in entries if not isinstance(entry.source, bytes)),
    )


def write_dist_info(found: DistInfo, directory: Path) -> str:
    """Write it below `directory`, and return the name of its folder; raises PackError."""
    for name, content in found.files.items():
        place = directory / found.folder / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PackError(issue_of(error, place)) from error
        write_whole(place, content)
    return found.folder


def read_dist_info(folder: Path) -> DistInfo:
    """Return a `.dist-info` directory with every file in it; raises ConfigError."""
    try:
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    except OSError as error:
        raise ConfigError(issue_of(error, folder)) from error
    return DistInfo(folder=folder.name, files=found, sources=tuple(files))
