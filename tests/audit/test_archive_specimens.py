"""A specimen wheel for each check that an index has for archives, and what is said of it; empty: it passes.

Source: warehouse's upload checks of 2026-08 (zip files, wheels, forklift), row by row.
"""

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from elf_image import elf_image
from zip_image import INFO, NAME, Part, Pipe, parts, wheel_members, zip_image

from wheelmatrix.audit import check_archive

GOOD = wheel_members(image=elf_image())
METADATA = Part(name=f"{INFO}/METADATA", content=GOOD[f"{INFO}/METADATA"])
STORED = replace(METADATA, method=0)
SIZE = len(METADATA.content)


def wheel(**changes: object) -> bytes:
    return zip_image(parts(wheel_members(image=elf_image(), **changes)))  # type: ignore[arg-type]  # passed through


def raw(*changed: Part, **facts: object) -> bytes:
    """Return a good wheel with parts changed or added, and the archive around them."""
    names = {part.name for part in changed}
    kept = [part for part in parts(GOOD) if part.name not in names]
    return zip_image([*changed, *kept], **facts)  # type: ignore[arg-type]  # passed through


def end_twice() -> bytes:
    """Return a wheel with two end records, the first of an empty archive."""
    return raw(METADATA)[:-22] + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0) + raw(METADATA)[-22:]


def changed_end(offset: int, form: str, value: int) -> bytes:
    """Return a wheel whose end record has another value at `offset`."""
    image = bytearray(raw(METADATA))
    struct.pack_into(form, image, len(image) - 22 + offset, value)
    return bytes(image)


def changed_locator(offset: int, form: str, value: int) -> bytes:
    """Return a wheel with ZIP64 whose locator has another value at `offset`."""
    image = bytearray(raw(METADATA, zip64=True))
    struct.pack_into(form, image, len(image) - 42 + offset, value)
    return bytes(image)


def standard(*, streamed: bool, wide: bool = False) -> bytes:
    """Return a wheel as the standard library writes it: to a file, or to a pipe."""

    target = Pipe() if streamed else io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in GOOD.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=wide) as member:
                member.write(content)
    return target.getvalue()


def tar_and_zip() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("setup.py"))
    return target.getvalue() + raw(METADATA)


def extra(key: int, content: bytes) -> bytes:
    return struct.pack("<HH", key, len(content)) + content


def bomb(size_bytes: int) -> bytes:
    return wheel(add={"demo/zeros": bytes(size_bytes)})


def entry_points(text: bytes) -> bytes:
    return wheel(add={f"{INFO}/entry_points.txt": text})


def recorded(before: bytes, after: bytes) -> bytes:
    """Return a wheel whose RECORD says `after` for `before`."""
    text = GOOD[f"{INFO}/RECORD"]
    assert before in text
    return zip_image(parts({**GOOD, f"{INFO}/RECORD": text.replace(before, after, 1)}))


def without(name: str) -> bytes:
    return wheel(leave_out=frozenset({f"{INFO}/{name}"}))


UNICODE_PATH = extra(0x7075, b"\x01" + bytes(4) + METADATA.name.encode())  # type: ignore[union-attr]  # a text here
SPECIMENS: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("good", lambda: raw(METADATA), ""),
    ("zip and tar at once", tar_and_zip, "a zip archive and a tar archive at once"),
    # Members
    ("data descriptor", lambda: standard(streamed=True), "has a data descriptor"),
    ("data descriptor, one member", lambda: raw(replace(METADATA, descriptor=True)), "has a data descriptor"),
    ("flag of a descriptor alone", lambda: raw(replace(METADATA, flags=8)), "has a data descriptor"),
    ("another name in the local header", lambda: raw(replace(METADATA, local_name=b"x")), "the local header of"),
    ("another size in the local header", lambda: raw(replace(METADATA, local_size=3)), "the local header of"),
    ("in no directory", lambda: raw(Part(name="hidden", is_listed=False)), "a gap or an overlap"),
    ("in the directory alone", lambda: raw(METADATA, members=9), "its end record says 9"),
    ("twice in both", lambda: zip_image([*parts(GOOD), METADATA]), "is in the archive 2 times"),
    ("twice in the local headers", lambda: raw(METADATA, replace(METADATA, is_listed=False)), "a gap or an overlap"),
    ("bzip2", lambda: raw(replace(METADATA, method=12, encoded=b"BZh")), "compressed by method 12"),
    ("LZMA", lambda: raw(replace(METADATA, method=14, encoded=b"x")), "compressed by method 14"),
    ("zstd", lambda: raw(replace(METADATA, method=93, encoded=b"x")), "compressed by method 93"),
    ("stored", lambda: raw(STORED), ""),
    ("deflated", lambda: standard(streamed=False), ""),
    ("member comment", lambda: raw(replace(METADATA, comment=b"hello")), "has a comment"),
    ("encrypted", lambda: raw(replace(METADATA, flags=1)), "is encrypted"),
    ("symbolic link", lambda: raw(replace(METADATA, mode=0o120777)), "is a symbolic link"),
    ("directory entry", lambda: raw(Part(name="demo/", mode=0o040755)), ""),
    # Around them: an archive comment passes at the index today, and its documentation says that it will not
    ("archive comment", lambda: raw(METADATA, comment=b"signed"), "a comment of 6 bytes"),
    ("bytes before", lambda: raw(METADATA, before=b"#!/bin/sh\n"), "10 bytes stand before the archive"),
    ("bytes behind", lambda: raw(METADATA, behind=b"tail"), "4 bytes follow the end"),
    ("bytes between members", lambda: raw(replace(METADATA, gap=b"hidden")), "a gap or an overlap of 6 bytes"),
    ("unknown record", lambda: raw(replace(METADATA, gap=b"PK\x06\x08" + bytes(4))), "a gap or an overlap"),
    ("two archives", lambda: raw(METADATA) * 2, "bytes stand before the archive"),
    ("two end records", end_twice, "bytes stand before the archive"),
    ("no end record", lambda: raw(METADATA)[:-22], "it has no end record"),
    ("end record cut off", lambda: raw(METADATA)[:-1], "it has no end record"),
    ("wrong number of members", lambda: raw(METADATA, members=2), "of the central directory are no header"),
    ("wrong offset", lambda: changed_end(16, "<I", 5), "bytes stand before the archive"),
    ("offset too large", lambda: changed_end(16, "<I", 1 << 30), "does not lie where the end record says"),
    ("wrong size of the directory", lambda: changed_end(12, "<I", 10), "bytes stand before the archive"),
    ("several disks", lambda: raw(METADATA, disks=1), "several disks"),
    ("members on another disk", lambda: changed_end(8, "<H", 1), "several disks"),
    ("comment that is not there", lambda: changed_end(20, "<H", 9), "9 bytes lack at the end"),
    ("ZIP64 that nothing needs", lambda: raw(METADATA, zip64=True), ""),
    ("ZIP64 members", lambda: standard(streamed=False, wide=True), ""),
    ("ZIP64 end with extra data", lambda: raw(METADATA, zip64=True, zip64_extra=b"0123"), "zip64 locator"),
    ("ZIP64 locator elsewhere", lambda: changed_locator(8, "<Q", 7), "zip64 locator"),
    ("ZIP64 locator of several disks", lambda: changed_locator(16, "<I", 3), "claims several disks"),
    ("ZIP64 end without locator", lambda: changed_locator(0, "<I", 0), "does not lie where the end record says"),
    # Extra fields
    ("timestamp", lambda: raw(replace(METADATA, extra=extra(0x5455, b"\x01" + bytes(4)))), ""),
    ("extra field cut off", lambda: raw(replace(METADATA, extra=b"\x55\x54\x09")), "extra fields"),
    ("extra field too long", lambda: raw(replace(METADATA, extra=struct.pack("<HH", 0x5455, 99))), "extra fields"),
    ("ZIP64 field twice", lambda: raw(replace(METADATA, extra=extra(1, b"") * 2)), "0x0001 twice"),
    ("Unicode path twice", lambda: raw(replace(METADATA, extra=UNICODE_PATH * 2)), "0x7075 twice"),
    ("other Unicode path", lambda: raw(replace(METADATA, extra=extra(0x7075, bytes(5) + b"x"))), "another name"),
    ("bytes as Unicode path", lambda: raw(replace(METADATA, extra=extra(0x7075, bytes(5) + b"\xff"))), "another name"),
    ("same Unicode path", lambda: raw(replace(METADATA, extra=UNICODE_PATH)), ""),
    ("ZIP64 field, empty", lambda: raw(replace(METADATA, extra=extra(1, b""))), ""),
    ("ZIP64 field of odd length", lambda: raw(replace(METADATA, extra=extra(1, bytes(5)))), "zip64"),
    ("ZIP64 field of other sizes", lambda: raw(replace(STORED, extra=extra(1, struct.pack("<QQ", SIZE, 3)))), "zip64"),
    ("ZIP64 field, half, deflated", lambda: raw(replace(METADATA, extra=extra(1, struct.pack("<Q", SIZE)))), "zip64"),
    ("ZIP64 field of the sizes", lambda: raw(replace(STORED, extra=extra(1, struct.pack("<QQ", SIZE, SIZE)))), ""),
    # Names
    ("no UTF-8", lambda: raw(Part(name=b"demo/\xff.py")), "is not UTF-8"),
    ("UTF-8 without its flag", lambda: raw(Part(name="demo/é", flags=0)), "not marked as UTF-8"),
    ("zero in a name", lambda: raw(Part(name="demo/a\0b")), "has a control character"),
    ("line end in a name", lambda: raw(Part(name="demo/a\nb")), "has a control character"),
    ("last control character", lambda: raw(Part(name="demo/a\x1f")), "has a control character"),
    ("DEL in a name", lambda: raw(Part(name="demo/a\x7f")), "has a control character"),
    ("absolute", lambda: raw(Part(name="/etc/passwd")), "is absolute"),
    ("drive", lambda: raw(Part(name="C:/x")), "is absolute"),
    ("parent", lambda: raw(Part(name="demo/../../x")), "leaves the archive"),
    ("backslash", lambda: raw(Part(name="demo\\x")), "has a backslash"),
    # Size
    ("bomb", lambda: bomb(65 << 20), "a bomb"),
    ("high ratio, but small", lambda: bomb(60 << 20), ""),
    # Texts
    ("no WHEEL", lambda: without("WHEEL"), "WHEEL is missing"),
    ("no METADATA", lambda: without("METADATA"), "METADATA is missing"),
    ("no RECORD", lambda: zip_image(parts(GOOD)[:-1]), "RECORD is missing"),
    ("another spelling", lambda: wheel(add={"Demo-1.0.dist-info/x": b""}), "is not spelled as the filename says"),
    ("not in RECORD", lambda: recorded(b"demo/demo.c", b"demo/other.c"), "RECORD does not list"),
    ("in RECORD alone", lambda: recorded(b"demo/demo.c", b"demo/other.c"), "which the archive does not have"),
    ("RECORD not in RECORD", lambda: recorded(f"{INFO}/RECORD,,\n".encode(), b""), "RECORD does not list"),
    ("another digest", lambda: recorded(b"sha256=", b"sha256=A"), "has another digest"),
    ("signature that is not in RECORD", lambda: zip_image(parts({**GOOD, f"{INFO}/RECORD.jws": b"{}"})), ""),
    ("other signature", lambda: zip_image(parts({**GOOD, f"{INFO}/RECORD.p7s": b""})), ""),
    ("entry points, path", lambda: entry_points(b"[console_scripts]\n../x = a:b\n"), "no valid name"),
    ("entry points, blank", lambda: entry_points(b"[gui_scripts]\nmy tool = a:b\n"), "no valid name"),
    ("entry points, twice", lambda: entry_points(b"[console_scripts]\na = a:b\na = a:c\n"), "cannot be read"),
    ("entry points, no UTF-8", lambda: entry_points(b"\xff"), "cannot be read"),
    ("entry points, no INI", lambda: entry_points(b"[console_scripts]\na: a:b\n"), "cannot be read"),
    ("entry points", lambda: entry_points(b"[console_scripts]\na.b-c_d = a:b\n"), ""),
    (
        "licence that is not there",
        lambda: wheel(metadata="Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nLicense-File: LICENSE\n"),
        "names the licence file 'LICENSE'",
    ),
    (
        "licence",
        lambda: wheel(
            metadata="Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nLicense-File: LIZENZ-ä\n",
            add={f"{INFO}/licenses/LIZENZ-ä": b"MIT"},
        ),
        "",
    ),
    ("tags in WHEEL", lambda: wheel(wheel="Wheel-Version: 1.0\nRoot-Is-Purelib: false\n"), "the tags of WHEEL"),
    (
        "version in METADATA",
        lambda: wheel(metadata="Metadata-Version: 2.4\nName: demo\nVersion: 1.1\n"),
        "METADATA says the version is '1.1'",
    ),
)
FILENAMES = (
    ("Demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", "normalised it is 'demo'"),
    ("demo-1.00-cp312-cp312-manylinux_2_17_x86_64.whl", "normalised it is"),
    ("demo-1.0-cp312-cp312-linux.zip", "not a wheel's filename"),
    ("demo-1.1-cp312-cp312-manylinux_2_17_x86_64.whl", "is not spelled as the filename says"),
    (f"demo-1.0-cp312-cp312-{'x' * 222}.whl", "more than 246 bytes"),
)


@pytest.mark.parametrize(("make", "said"), [row[1:] for row in SPECIMENS], ids=[row[0] for row in SPECIMENS])
def test_what_an_index_refuses_is_refused_and_what_it_takes_passes(make: Callable[[], bytes], said: str) -> None:
    found, _ = check_archive(NAME, make())

    assert any(said in problem for problem in found) if said else found == (), found


@pytest.mark.parametrize(("filename", "said"), FILENAMES)
def test_a_filename_that_an_index_refuses_is_refused(filename: str, said: str) -> None:
    found, _ = check_archive(filename, raw(METADATA))

    assert any(said in problem for problem in found), found
