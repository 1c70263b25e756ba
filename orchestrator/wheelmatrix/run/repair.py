"""Grafting of external libraries: repairwheel does it on a copy; what comes back is audited and packed by us."""

import hashlib
import re
import sys
import tempfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

from anyio import to_thread

from wheelmatrix.audit.outside import outside
from wheelmatrix.errors import AuditError, Issue, ToolMissing
from wheelmatrix.model import Artifact, Command, Entry, Expectation, Grafted, Plan, Report, Wheel
from wheelmatrix.pack.compress import Compressor
from wheelmatrix.pack.finish_elf import without_foreign_rpaths
from wheelmatrix.pack.layout import wheel_entries, wheel_filename, wheel_tags
from wheelmatrix.run.files import make_directory
from wheelmatrix.run.pack import write_wheel
from wheelmatrix.run.process import capture
from wheelmatrix.run.shop import Shop

_RENAMED = re.compile(r"(.+)-[0-9a-f]{8,}(\..+)")
"""What copied libraries are called: a part of their digest stands before the first dot."""


async def repaired(
    wheel: Wheel, artifact: Artifact, report: Report, extra: tuple[Entry, ...], shop: Shop
) -> tuple[Report, tuple[Entry, ...], bytes, tuple[Grafted, ...]]:
    """Return the report on the repaired library, the entries to add, the repaired library, and what was copied.

    Neither cargo's library nor the wheel directory is touched. Raises AuditError if repairwheel fails, or its result
    does not pass the audit.
    """
    if wheel.programs:
        raise AuditError.of(
            f"{', '.join(report.graft)} would have to be copied into the wheel, and a program finds no library there",
            where=wheel.id,
            hint="link it statically, or accept a plain tag with --auditwheel warn",
        )
    target = shop.plan.expectations[artifact.build].target
    with tempfile.TemporaryDirectory(dir=shop.folder, prefix="repair-") as scratch:
        before, after = Path(scratch, "before"), Path(scratch, "after")
        make_directory(before)
        plain = (target.plain_tag,)
        path = before / wheel_filename(wheel.stem, plain)
        tags = wheel_tags(wheel.stem, plain)
        entries = wheel_entries(shop.plan.project, wheel, artifact.path, tags, shop.generator, extra)
        await write_wheel(entries, path, compressor=Compressor(name="stored", level=0))
        await _repairwheel(path, after, wheel, artifact, report, shop)
        members = await to_thread.run_sync(_members, after)
    known = {entry.name for entry in entries}
    return await to_thread.run_sync(_taken, wheel, artifact, members, known, extra, shop)


def check_repair(plan: Plan) -> None:
    """Raise ToolMissing if a library may have to be copied into a wheel and nothing is there that does it.

    Whether one has to be is known when everything is compiled, and that is too late to hear of it.
    """
    named = sorted(build.name for build in plan.builds if _may_repair(plan.expectations[build.id]))
    if named and find_spec("repairwheel") is None:
        raise ToolMissing.of(
            "repairwheel, which copies foreign libraries into wheels, is not installed",
            where=named[0],
            hint="pip install repairwheel, or do without: --auditwheel check",
        )


def _may_repair(expected: Expectation) -> bool:
    return expected.mode == "repair" and not expected.plain


async def _repairwheel(path: Path, after: Path, wheel: Wheel, artifact: Artifact, report: Report, shop: Shop) -> None:
    places = (option for place in artifact.linked_directories for option in ("-l", str(place)))
    there = outside(shop.plan.expectations[artifact.build], report.needed)
    kept = (option for name in sorted(there) for option in ("-e", name))
    argv = (sys.executable, "-m", "repairwheel", "-o", str(after), *places, *kept, str(path))
    command = Command(argv=argv, environment={}, directory=path.parent)
    said = await capture(command, guardian=shop.guardian)
    if said.exit.ok:
        return
    libraries = ", ".join(report.graft)
    text = said.stderr.decode("utf-8", "replace").strip()
    last = text.splitlines()[-1] if text else f"exit code {said.exit.code}"
    raise AuditError.of(f"repairwheel could not copy {libraries} into the wheel: {last}", where=wheel.id)


def _members(after: Path) -> dict[str, bytes]:
    path = next(after.glob("*.whl"), None)
    if path is None:
        raise AuditError.of("repairwheel wrote no wheel")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def _taken(
    wheel: Wheel,
    artifact: Artifact,
    members: dict[str, bytes],
    known: set[str],
    extra: tuple[Entry, ...],
    shop: Shop,
) -> tuple[Report, tuple[Entry, ...], bytes, tuple[Grafted, ...]]:
    from wheelmatrix.audit import audit_library

    grafted = {
        name: without_foreign_rpaths(content)[0]
        for name, content in members.items()
        if name not in known and ".dist-info/" not in name
    }
    image, _ = without_foreign_rpaths(members[wheel.extension])
    expected = shop.plan.expectations[artifact.build]
    needed = audit_library(image, expected, shop.tables, name=wheel.extension).needed
    bundled = frozenset(name.rpartition("/")[2] for name in grafted) | outside(expected, needed)
    report = audit_library(image, expected, shop.tables, name=wheel.extension, bundled=bundled)
    own = [
        audit_library(content, expected, shop.tables, name=name, is_extension=False, bundled=bundled)
        for name, content in sorted(grafted.items())
    ]
    problems = [problem for each in (report, *own) for problem in each.problems]
    if problems:
        raise AuditError(*(Issue(message=problem, where=wheel.id) for problem in problems))
    # The wheel runs where all of its libraries run: the highest floor of them is the wheel's.
    worst = max((report, *own), key=lambda each: each.floor or (0, 0))
    added = tuple(Entry(name=name, source=content, executable=True) for name, content in sorted(grafted.items()))
    copied = tuple(_grafted(name, content) for name, content in sorted(grafted.items()))
    return worst, (*extra, *added), image, copied


def _grafted(member: str, content: bytes) -> Grafted:
    name = member.rpartition("/")[2]
    own = _RENAMED.fullmatch(name)
    return Grafted(
        soname=f"{own[1]}{own[2]}" if own else name, member=member, sha256=hashlib.sha256(content).hexdigest()
    )  # fmt: skip
