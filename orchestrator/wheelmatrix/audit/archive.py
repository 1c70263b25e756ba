"""The rules for a wheel as an archive: what indexes refuse, what installers disagree on, what RECORD has to say."""

import re
from collections.abc import Iterator, Mapping

from packaging.tags import parse_tag
from packaging.utils import parse_wheel_filename

from wheelmatrix.audit import dist_info
from wheelmatrix.audit.member_names import LONGEST_FILENAME_BYTES, folded_names, name_faults
from wheelmatrix.audit.tar_reader import TAR_BLOCK_BYTES, TAR_SUM, tar_sum
from wheelmatrix.audit.zip_reader import Contents, Member, unzip

_RUNS = re.compile(r"[-_.]+")
_ELF = b"\x7fELF"


def check_archive(filename: str, data: bytes) -> tuple[tuple[str, ...], Contents]:
    """Return everything that is wrong with a wheel as an archive, and its members by name with their content.

    `filename` is the file's name without directory. The problems are empty if an index and every installer take it;
    the members are those that could be read, directories left out, and may be empty. Nothing in `data` raises.
    Sources: "Binary distribution format", PEP 427, 491, 639; warehouse's upload checks of 2026-08.
    """
    found = unzip(data)
    problems = [*_filename_problems(filename), *found.problems]
    if _is_tar(data):
        problems.append("the file is a zip archive and a tar archive at once")
    problems += _name_problems(found.members)
    stem = _dist_info_stem(filename)
    if stem and found.members:
        problems += _layout_problems(filename, stem, found.contents)
        problems += dist_info.record_problems(stem, found.contents.views, frozenset(_files(found.members)))
    return tuple(problems), found.contents


def _filename_problems(filename: str) -> Iterator[str]:
    if len(filename.encode("utf-8", "surrogatepass")) > LONGEST_FILENAME_BYTES:
        yield f"the filename has more than {LONGEST_FILENAME_BYTES} bytes"
    try:
        name, version, _, _ = parse_wheel_filename(filename)
    except ValueError as error:
        yield f"not a wheel's filename: {error}"
        return
    written_name, written_version, *_ = filename.split("-")
    normal_name, normal_version = _RUNS.sub("_", name), str(version).replace("-", "_")
    if written_name != normal_name:
        yield f"the filename spells the project {written_name!r}, normalised it is {normal_name!r}"
    if written_version != normal_version:
        yield f"the filename spells the version {written_version!r}, normalised it is {normal_version!r}"


def _dist_info_stem(filename: str) -> str:
    """Return `name-version` as the filename spells it; empty if it is no wheel's."""
    parts = filename.removesuffix(".whl").split("-")
    return "-".join(parts[:2]) if len(parts) in (5, 6) and filename.endswith(".whl") else ""


def _is_tar(data: bytes) -> bool:
    """Return whether the file begins with a tar header, which has its checksum in it (POSIX ustar)."""
    block = data[:TAR_BLOCK_BYTES]
    written = block[TAR_SUM].strip(b"\0 ")
    if len(block) < TAR_BLOCK_BYTES or not re.fullmatch(rb"[0-7]{1,7}", written):
        return False
    return tar_sum(block) == int(written, 8)


def _name_problems(members: tuple[Member, ...]) -> Iterator[str]:
    for member in members:
        for fault in name_faults(member.name):
            yield f"the name {member.name!r} {fault}"
    for folder, name in folded_names((member.name for member in members), frozenset(_files(members))):
        yield f"{folder!r} is a file, and the directory of {name!r} too"


def _files(members: tuple[Member, ...]) -> Iterator[str]:
    return (member.name for member in members if not member.is_directory)


def _layout_problems(filename: str, stem: str, contents: Contents) -> Iterator[str]:
    """Return what is wrong with `.dist-info` and where the members lie, RECORD apart."""
    folder = f"{stem}.dist-info"
    for other in sorted({name.partition("/")[0] for name in contents}):
        if other.endswith(".dist-info") and other != folder:
            yield f"the directory {other!r} is not spelled as the filename says: {folder!r}"
        if other.endswith(".data") and other != f"{stem}.data":
            yield f"the directory {other!r} is not spelled as the filename says: {stem + '.data'!r}"
    for required in ("WHEEL", "METADATA", "RECORD"):
        if f"{folder}/{required}" not in contents:
            yield f"{folder}/{required} is missing"
    if (wheel := contents.get(f"{folder}/WHEEL")) is not None:
        yield from _wheel_problems(filename, stem, wheel, contents)
    if (metadata := contents.get(f"{folder}/METADATA")) is not None:
        yield from _metadata_problems(stem, metadata, contents)
    if (entry_points := contents.get(f"{folder}/entry_points.txt")) is not None:
        yield from dist_info.entry_point_problems(entry_points)


def _wheel_problems(filename: str, stem: str, text: bytes, contents: Contents) -> Iterator[str]:
    headers = dist_info.headers(text)
    version = next(iter(headers.get("wheel-version", ())), "")
    if not re.fullmatch(r"1\.\d+", version):
        yield f"WHEEL says Wheel-Version {version!r}, expected 1.0"
    parts = filename.removesuffix(".whl").split("-")
    named = {str(tag) for tag in parse_tag("-".join(parts[-3:]))}
    lines = [line for line in headers.get("tag", ()) if line.count("-") == 2 and len(line) <= LONGEST_FILENAME_BYTES]
    listed = {str(tag) for line in lines for tag in parse_tag(line)}
    if named != listed:
        differing = ", ".join(sorted(named ^ listed)[:8])
        yield f"the tags of WHEEL and of the filename differ: {differing} stand in one of them only"
    build = next(iter(headers.get("build", ())), "")
    if build != (parts[2] if len(parts) == 6 else ""):
        yield f"WHEEL says build {build!r}, the filename {parts[2] if len(parts) == 6 else ''!r}"
    purelib = next(iter(headers.get("root-is-purelib", ())), "").lower()
    if purelib not in ("true", "false"):
        yield f"WHEEL says Root-Is-Purelib {purelib!r}, expected true or false"
    yield from _purelib_problems(stem, purelib == "true", parts[-1] == "any", contents)


def _purelib_problems(stem: str, is_pure: bool, is_any: bool, contents: Contents) -> Iterator[str]:
    for name in sorted(name for name, content in contents.views.items() if content[: len(_ELF)] == _ELF):
        first, _, rest = name.partition("/")
        place = rest.partition("/")[0] if first == f"{stem}.data" else ("purelib" if is_pure else "platlib")
        if place == "purelib":
            yield f"{name!r} is a binary in purelib: WHEEL has to say Root-Is-Purelib: false"
        if is_any:
            yield f"{name!r} is a binary, but the filename's platform tag is `any`"


def _metadata_problems(stem: str, text: bytes, contents: Mapping[str, bytes]) -> Iterator[str]:
    headers = dist_info.headers(text)
    written_name, _, written_version = stem.partition("-")
    yield from dist_info.identity_problems("METADATA", headers, written_name, written_version.replace("_", "-"))
    for licence in dist_info.licence_files(headers):
        if f"{stem}.dist-info/licenses/{licence}" not in contents:
            yield f"METADATA names the licence file {licence!r}, but {stem}.dist-info/licenses/{licence} is missing"
