"""The steps after the audit: what passed is packed, and verified if that was asked for."""

import hashlib
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath

from anyio import to_thread

from wheelmatrix.audit.floor import floor_of
from wheelmatrix.errors import Issue, PackError, VerifyError
from wheelmatrix.events import Warned, WheelVerified, WheelWritten
from wheelmatrix.model import Artifact, Entry, Grafted, Project, Report, Wheel
from wheelmatrix.pack.compress import compressor
from wheelmatrix.pack.layout import program_entries, wheel_entries, wheel_filename, wheel_tags
from wheelmatrix.pack.sbom import sbom
from wheelmatrix.plan.steps import artifact_of
from wheelmatrix.project.bill import packages
from wheelmatrix.project.described import lock_path
from wheelmatrix.project.outputs import companions, out_dir_entries
from wheelmatrix.project.sboms import sbom_name
from wheelmatrix.run.files import content_of, make_directory, move_whole, sha256_of, write_if_changed
from wheelmatrix.run.generate import without_earlier
from wheelmatrix.run.memory import recall, remember
from wheelmatrix.run.pack import Written, write_wheel
from wheelmatrix.run.shop import Shop

_MOST_NAMED = 3


async def pack_wheel(wheel: Wheel, shop: Shop) -> Wheel | None:
    """Write a wheel from audited libraries and return it; raises PackError and AuditError.

    A wheel that is in its place already, made of the same things, is left alone. None: it is to be verified, and waits
    for that in the run's own folder, out of sight of whoever uploads what lies in the wheel directory.
    """
    library_id = artifact_of(wheel)
    artifact, report = shop.artifacts[library_id], shop.reports[library_id]
    extra, warnings = await to_thread.run_sync(_outputs, wheel, artifact, shop)
    for text in warnings:
        shop.emit(Warned(message=f"{wheel.id}: {text}"))
    library: Path | bytes | None = Path(artifact.path) if wheel.extension else None
    programs = program_entries(wheel, artifact)
    generated = shop.generated.get(wheel.id, ())
    extra += generated
    grafted: tuple[Grafted, ...] = ()
    make_directory(shop.out if shop.verifier is None else _waiting_room(shop))
    if report.graft:
        from wheelmatrix.run.repair import repaired

        async with shop.jobserver.token(follows=True):
            report, extra, library, grafted = await repaired(wheel, artifact, report, extra, shop)
    filename = wheel_filename(wheel.stem, report.platform_tags)
    tags = wheel_tags(wheel.stem, report.platform_tags)
    project = _with_sbom(artifact, wheel, grafted, shop)
    if generated:
        project = await to_thread.run_sync(without_earlier, project, generated)
    if wheel.beside is not None:
        root = Path(shop.plan.project.python_root)
        await to_thread.run_sync(_put_beside, wheel, library, extra, root, shop)
        entries = wheel_entries(project, wheel, None, tags, shop.generator, programs)
    else:
        entries = wheel_entries(project, wheel, library, tags, shop.generator, (*extra, *programs))
    shop.entries[wheel.id] = entries
    packer = compressor(shop.options.compression_method, shop.options.compression_level)
    key = await to_thread.run_sync(_key, entries, artifact, f"{packer} {shop.epoch_s} {shop.generator}")
    path = shop.out / filename
    written = await to_thread.run_sync(_packed_before, wheel, key, path, shop)
    if written is None:
        async with shop.jobserver.token(follows=True):
            place = path if shop.verifier is None else _waiting_room(shop) / filename
            written = await write_wheel(entries, place, compressor=packer, epoch_s=shop.epoch_s)
        await to_thread.run_sync(_age, written.path, written.unchanged, shop)
        await to_thread.run_sync(remember, _memory(wheel, shop), key, {"sha256": written.sha256})
        for text in written.warnings:
            shop.emit(Warned(message=f"{filename}: {text}"))
    event = _event(wheel, written, filename, report)
    packed = replace(
        wheel, filename=filename, path=written.path, size_bytes=written.size_bytes, sha256=written.sha256
    )  # fmt: skip
    if shop.verifier is None:
        shop.emit(event)
        return packed
    shop.packed[wheel.id] = packed, event
    return None


async def verify_wheel(wheel: Wheel, shop: Shop) -> Wheel:
    """Verify a packed wheel, put it in its place and return it.

    Raises VerifyError with all that failed, or could not be tried though it was demanded; the wheel is then in the
    run's own folder, even if it was in its place before. Raises PackError, and ConfigError for a configured Python.
    """
    from wheelmatrix.verify.verdict import demanded, issues, notes

    packed, event = shop.packed[wheel.id]
    lowest = demanded(shop.options.verify)
    if shop.verifier is None or lowest is None or packed.path is None:
        raise AssertionError("only what is to be verified has a step for it")
    found = Path(packed.path)
    verdict = await shop.verifier.verify(found)
    if faults := issues(verdict, lowest):
        kept = await to_thread.run_sync(_put, found, _waiting_room(shop), shop)
        raise VerifyError(*(replace(each, where=wheel.id) for each in faults), Issue(message=f"it is kept as {kept}"))
    place = await to_thread.run_sync(_put, found, shop.out, shop)
    shop.emit(replace(event, path=str(place)))
    shop.emit(
        WheelVerified(
            wheel=wheel.id,
            tier=verdict.tier or "",
            pythons=verdict.pythons,
            seconds=round(verdict.seconds, 3),
            message="\n".join(notes(verdict)),
        )
    )
    return replace(packed, path=place)


def _waiting_room(shop: Shop) -> Path:
    return shop.folder / "unverified"


def _put(found: Path, folder: Path, shop: Shop) -> Path:
    """Have a wheel in `folder`, whole or not at all, and return its path there."""
    place = folder / found.name
    if place != found:
        make_directory(folder)
        move_whole(found, place)
        _age(place, False, shop)
    return place


def _put_beside(
    wheel: Wheel, library: PurePath | bytes | None, extra: tuple[Entry, ...], root: Path, shop: Shop
) -> None:
    """Have what is built lie beside the project's Python files, each whole; a file in use keeps its old content."""
    module = () if library is None else (Entry(name=wheel.extension, source=library),)
    for entry in (*module, *extra):
        place = root / entry.name
        make_directory(place.parent)
        _age(place, not write_if_changed(place, content_of(entry)), shop)


def _outputs(wheel: Wheel, artifact: Artifact, shop: Shop) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Return what is asked for of OUT_DIRs and of what the compiler wrote beside the library, and warnings."""
    listed = {
        name: _files(Path(place))
        for name, place in artifact.out_dirs
        if any(pattern.out_dir for pattern in shop.options.include)
    }
    entries, warnings = out_dir_entries(
        shop.options, shop.plan.project.crate.name, dict(artifact.out_dirs), listed
    )  # fmt: skip
    debug_info = {path: _files(Path(path)) for path in artifact.debug_info}
    beside, more = companions(shop.options, wheel.extension, debug_info, artifact.import_libraries)
    return (*entries, *beside), (*warnings, *more)


def _with_sbom(artifact: Artifact, wheel: Wheel, grafted: tuple[Grafted, ...], shop: Shop) -> Project:
    """Return the project with the SBOM of one of its wheels, if one is wanted."""
    options, project = shop.options, shop.plan.project
    if shop.gathered is None or not (options.sbom_rust or (grafted and options.sbom_auditwheel)):
        return project
    metadata = shop.gathered.cargo_metadata
    lock = shop.gathered.texts.get(lock_path(metadata), "")
    builds = [build.target.triple for build in shop.plan.builds if build.id in wheel.builds]
    text = sbom(
        project.metadata,
        packages(metadata, project.crate.package_id, artifact.packages, lock) if options.sbom_rust else (),
        grafted if options.sbom_auditwheel else (),
        generator=shop.generator,
        triples=builds,
    )
    own = Entry(name=sbom_name(project.crate.name), source=text)
    return replace(project, sboms=(*project.sboms, own))


def _files(place: Path) -> tuple[Path, ...]:
    """Return the file itself, or every file below a directory, sorted."""
    return (place,) if place.is_file() else tuple(sorted(path for path in place.rglob("*") if path.is_file()))


def _key(entries: tuple[Entry, ...], artifact: Artifact, made_by: str) -> str:
    """Return a digest of all that goes into a wheel; files that cargo did not make by time and size."""
    digest = hashlib.sha256(" ".join([made_by, *(each.sha256 for each in (artifact, *artifact.beside))]).encode())
    known = {each.path for each in (artifact, *artifact.beside)}
    for entry in entries:
        digest.update(f"\n{entry.name} {entry.executable} ".encode("utf-8", "surrogateescape"))
        if isinstance(entry.source, bytes):
            digest.update(hashlib.sha256(entry.source).digest())
        elif entry.source not in known:
            with suppress(OSError):  # one that is gone is the packer's to report
                facts = Path(entry.source).stat()
                digest.update(f"{facts.st_mtime_ns} {facts.st_size} {facts.st_ino}".encode())
    return digest.hexdigest()


def _memory(wheel: Wheel, shop: Shop) -> Path:
    return shop.root / "packed" / f"{wheel.stem}-{wheel.id}.json"


def _packed_before(wheel: Wheel, key: str, path: Path, shop: Shop) -> Written | None:
    """Return the wheel that is there already, if it was made of the same things and is still what was written."""
    known = recall(_memory(wheel, shop), key)
    if known is not None:
        with suppress(OSError, PackError):
            digest, size_bytes = sha256_of(path)
            if known.get("sha256") == digest:
                return Written(
                    path=path, size_bytes=size_bytes, sha256=digest, record="", unchanged=True, warnings=()
                )  # fmt: skip
    return None


def _age(path: Path, unchanged: bool, shop: Shop) -> None:
    """Give a wheel inside of the crate's own directory the manifest's time.

    A build script that names no files is run again when any file of its package is newer than its last run; a wheel
    in `dist` would be one, and an unchanged project would be compiled anew.
    """
    manifest = Path(shop.plan.project.crate.manifest)
    if not unchanged and path.resolve().is_relative_to(manifest.parent.resolve()):
        with suppress(OSError):
            then_ns = manifest.stat().st_mtime_ns
            os.utime(path, ns=(then_ns, then_ns))


def _event(wheel: Wheel, written: Written, filename: str, report: Report) -> WheelWritten:
    floor = f"{floor_of(report)} {report.floor[0]}.{report.floor[1]}" if report.floor else ""
    highest = report.blockers[0] if report.blockers else None
    named = (*highest.symbols, *highest.libraries)[:_MOST_NAMED] if highest else ()
    return WheelWritten(
        wheel=wheel.id,
        path=str(written.path),
        filename=filename,
        size_bytes=written.size_bytes,
        sha256=written.sha256,
        cells=wheel.cells,
        platform_tag=".".join(report.platform_tags),
        floor=floor,
        floor_reason=", ".join(named),
        unchanged=written.unchanged,
    )
