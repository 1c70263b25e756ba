"""The `.dist-info` directory that a frontend asks for before it wants a wheel, and hands back then."""

from collections.abc import Mapping
from pathlib import Path

from wheelmatrix.errors import ConfigError, PackError
from wheelmatrix.pack.layout import dist_info_entries, wheel_tags
from wheelmatrix.plan.command import metadata_command
from wheelmatrix.plan.frontend import RECORD
from wheelmatrix.run.files import issue_of, write_whole
from wheelmatrix.run.prepare import Prepared
from wheelmatrix.run.said import Said, record
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


def keep_said(prepared: Prepared, folder: Path) -> None:
    """Put into a `.dist-info` directory what cargo said of a build for this machine; raises PackError."""
    gathered = prepared.gathered
    host = gathered.host
    if any(cell.target.triple != host.triple for cell in prepared.plan.cells):
        return
    asked = metadata_command(prepared.given.options, prepared.plan.project.crate.manifest, (host.triple,))
    said = Said(triple=host.triple, rustc=host.rustc, metadata=dict(gathered.cargo_metadata))
    write_whole(folder / RECORD, record(said, asked, gathered.environment))


def read_dist_info(folder: Path) -> Mapping[str, bytes]:
    """Return the content of every file of a `.dist-info` directory by its name in it; raises ConfigError."""
    try:
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    except OSError as error:
        raise ConfigError(issue_of(error, folder)) from error
