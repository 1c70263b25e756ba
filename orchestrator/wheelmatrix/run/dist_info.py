"""The `.dist-info` directory that a frontend asks for before it wants a wheel, and hands back then."""

from collections.abc import Mapping
from pathlib import Path

from wheelmatrix.errors import ConfigError, PackError
from wheelmatrix.pack.layout import dist_info_entries, wheel_tags
from wheelmatrix.run.files import issue_of, write_whole
from wheelmatrix.run.prepare import Prepared
from wheelmatrix.verify.tags import likely_tag


def write_dist_info(prepared: Prepared, directory: Path, generator: str) -> str:
    """Write the metadata of the first wheel of a plan below `directory`, and return the name of its folder.

    WHEEL has the tag that promises nothing, since nothing is built yet. Raises PackError.
    """
    plan = prepared.plan
    wheel = plan.wheels[0]
    target = next(cell.target for cell in plan.cells if cell.id in wheel.cells)
    tags = wheel_tags(wheel.stem, (likely_tag(target),))
    folder, entries = dist_info_entries(plan.project, wheel, tags, generator)
    for entry in entries:
        place = directory / entry.name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            content = entry.source if isinstance(entry.source, bytes) else Path(entry.source).read_bytes()
        except OSError as error:
            raise PackError(issue_of(error, place)) from error
        write_whole(place, content)
    return folder


def read_dist_info(folder: Path) -> Mapping[str, bytes]:
    """Return the content of every file of a `.dist-info` directory by its name in it; raises ConfigError."""
    try:
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    except OSError as error:
        raise ConfigError(issue_of(error, folder)) from error
