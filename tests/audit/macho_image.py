"""Mach-O images made by hand, byte for byte: what no linker at hand would make, in a few hundred bytes."""

import hashlib
import struct
from dataclasses import dataclass
from math import ceil

X86_64, X86_64H, ARM64, ARM64E = (0x01000007, 3), (0x01000007, 8), (0x0100000C, 0), (0x0100000C, 2)
I386, PPC = (7, 3), (18, 0)
OBJECT, EXECUTE, DYLIB, BUNDLE, DSYM = 1, 2, 6, 8, 10
MACOS, IOS, CATALYST = 1, 2, 6
SYSTEM = "/usr/lib/libSystem.B.dylib"
LOAD, WEAK, REEXPORT = 0xC, 0x80000018, 0x8000001F
SHA1, SHA256, SHA384 = 1, 2, 4
DYNAMIC, PROGRAM, LIBRARY = 0xFE, 0xFF, 1
"""Ordinals: where an undefined symbol is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """How an image is signed; what is None is as it should be."""

    hash_type: int = SHA256
    page_bits: int = 12
    flags: int = 0x20002
    limit: int | None = None
    pages: int | None = None
    behind: bytes = b""
    version: int = 0x20400
    certificate: bool = False
    slot: int = 0
    magic: int = 0xFADE0CC0


def macho_image(
    *,
    cpu: tuple[int, int] = ARM64,
    word_bits: int = 64,
    big_endian: bool = False,
    kind: int = DYLIB,
    platforms: tuple[tuple[int, tuple[int, int]], ...] = ((MACOS, (11, 0)),),
    version_min: tuple[int, tuple[int, int]] | None = None,
    install_name: str = "@rpath/demo.so",
    loads: tuple[tuple[str, int], ...] = ((SYSTEM, LOAD),),
    rpaths: tuple[str, ...] = (),
    defined: tuple[str, ...] = ("_PyInit_demo",),
    hidden: tuple[str, ...] = (),
    undefined: tuple[tuple[str, int], ...] = (),
    weak: tuple[tuple[str, int], ...] = (),
    local: tuple[str, ...] = (),
    exports: tuple[str, ...] | None = None,
    two_level: bool = True,
    has_ranges: bool = True,
    signed: Signed | None = Signed(),
    extra: tuple[bytes, ...] = (),
) -> bytes:
    """Return a library whose whole content is what dyld reads; names are given as the file has them, with their `_`."""
    order = ">" if big_endian else "<"
    commands = [_build_version(order, platform, minimum) for platform, minimum in platforms]
    commands += [_pack(order, "4I", version_min[0], 16, _version(version_min[1]), 0)] if version_min else []
    commands += [_with_text(order, 0xD, install_name, (2, 0x10000, 0x10000))] if install_name else []
    commands += [_with_text(order, command, path, (2, 0x10000, 0x10000)) for path, command in loads]
    commands += [_with_text(order, 0x8000001C, path, ()) for path in rpaths]
    commands += extra
    symbols, names = _symbols(order, word_bits, (local, defined, hidden, undefined, weak))
    ranges = (len(local), len(defined) + len(hidden), len(local) + len(defined) + len(hidden))
    trie = _trie(exports) if exports is not None else b""
    header_bytes = 32 if word_bits == 64 else 28
    head = header_bytes + sum(map(len, commands)) + 24 + 80 * has_ranges + 16 * bool(trie) + 16 * bool(signed)
    at = head + (72 if word_bits == 64 else 56)
    places = {}
    for name, part in (("symbols", symbols), ("names", names), ("trie", trie)):
        places[name] = (at, len(part))
        at += len(part)
    end = at + -at % 16
    count = len(symbols) // (16 if word_bits == 64 else 12)
    commands.append(_pack(order, "6I", 2, 24, places["symbols"][0], count, places["names"][0], len(names)))
    if has_ranges:
        numbers = (0, ranges[0], ranges[0], ranges[1], ranges[2], count - ranges[2])
        commands.append(_pack(order, "20I", 0xB, 80, *numbers, *(12 * (0,))))
    commands += [_pack(order, "4I", 0x80000033, 16, *places["trie"])] * bool(trie)
    signature_bytes = len(_signature(b"", end, signed)) if signed else 0
    commands += [_pack(order, "4I", 0x1D, 16, end, signature_bytes)] * bool(signed)
    commands.insert(0, _segment(order, word_bits, end + signature_bytes))
    content = symbols + names + trie + bytes(end - at)
    joined = b"".join(commands)
    magic = 0xFEEDFACF if word_bits == 64 else 0xFEEDFACE
    whole = _pack(order, "7I", magic, *cpu, kind, len(commands), len(joined), 0x80 * two_level)
    whole += bytes(header_bytes - 28) + joined + content
    return whole + (_signature(whole, end, signed) + signed.behind if signed else b"")


def fat_image(
    *slices: tuple[tuple[int, int], bytes], wide: bool = False, align: int = 14, count: int | None = None
) -> bytes:
    """Return a fat file of (CPU, image) pairs, each at a multiple of 2 to the power of `align`."""
    form = ">IIQQII" if wide else ">5I"
    head = struct.pack(">II", 0xCAFEBABF if wide else 0xCAFEBABE, len(slices) if count is None else count)
    at = len(head) + struct.calcsize(form) * len(slices)
    body = b""
    for cpu, image in slices:
        offset = at + len(body) + -(at + len(body)) % (1 << align)
        head += struct.pack(form, *cpu, offset, len(image), align, *(0,) * wide)
        body += bytes(offset - at - len(body)) + image
    return head + body


def _pack(order: str, form: str, *values: int) -> bytes:
    return struct.pack(order + form, *values)


def _version(version: tuple[int, int]) -> int:
    return version[0] << 16 | version[1] << 8


def _build_version(order: str, platform: int, minimum: tuple[int, int]) -> bytes:
    return _pack(order, "6I", 0x32, 24, platform, _version(minimum), _version((15, 5)), 0)


def _with_text(order: str, command: int, text: str, numbers: tuple[int, ...]) -> bytes:
    start = 12 + 4 * len(numbers)
    content = text.encode() + b"\0"
    content += bytes(-(start + len(content)) % 8)
    return _pack(order, f"{3 + len(numbers)}I", command, start + len(content), start, *numbers) + content


def _segment(order: str, word_bits: int, size: int) -> bytes:
    name = b"__LINKEDIT".ljust(16, b"\0")
    if word_bits == 64:
        return _pack(order, "II", 0x19, 72) + name + _pack(order, "4Q4I", 0, size, 0, size, 1, 1, 0, 0)
    return _pack(order, "II", 0x1, 56) + name + _pack(order, "8I", 0, size, 0, size, 1, 1, 0, 0)


def _symbols(order: str, word_bits: int, groups: tuple[tuple[object, ...], ...]) -> tuple[bytes, bytes]:
    """Return the symbol table and its names: local, defined, hidden, undefined, weak."""
    names, table = bytearray(1), bytearray()
    form = "IBBHQ" if word_bits == 64 else "IBBHI"
    for group, kind, weak in zip(groups, (0x0E, 0x0F, 0x1F, 0x01, 0x01), (0, 0, 0, 0, 0x40), strict=True):
        for one in group:
            name, ordinal = one if isinstance(one, tuple) else (str(one), 0)
            section = 1 if kind & 0x0E else 0
            table += _pack(order, form, len(names), kind, section, ordinal << 8 | weak, 0x1000 * section)
            names += name.encode() + b"\0"
    return bytes(table), bytes(names)


def _trie(names: tuple[str, ...]) -> bytes:
    """Return a trie of exports with one level: each name is an edge of the root."""
    head = sum(len(name) + 1 + 2 for name in names) + 2
    edges, nodes = b"", b""
    for name in names:
        place = head + len(nodes)
        edges += name.encode() + b"\0" + bytes([place & 0x7F | 0x80, place >> 7])
        nodes += bytes([2, 0, 0x10, 0])
    return bytes([0, len(names)]) + edges + nodes


def _signature(code: bytes, limit: int, how: Signed) -> bytes:
    """Return the signature of `code`, or, where `code` is empty, one of the same size."""
    limit = limit if how.limit is None else how.limit
    make = {SHA1: hashlib.sha1, SHA256: hashlib.sha256, SHA384: hashlib.sha384}.get(how.hash_type, hashlib.sha256)
    page_bytes = 1 << how.page_bits
    pages = ceil(limit / page_bytes) if how.pages is None else how.pages
    covered = code[:limit].ljust(limit, b"\0")
    hashes = b"".join(make(covered[at : at + page_bytes]).digest() for at in range(0, limit, page_bytes))
    identifier = b"demo.so\0"
    size = make().digest_size
    head = 88 + len(identifier)
    numbers = (0xFADE0C02, head + len(hashes), how.version, how.flags, head, 88, 0, pages, limit)
    directory = struct.pack(">9I4B", *numbers, size, how.hash_type, 0, how.page_bits) + bytes(48) + identifier + hashes
    parts = [(how.slot, directory)]
    parts += [(0x10000, struct.pack(">II", 0xFADE0B01, 24) + bytes(16))] * how.certificate
    at = 12 + 8 * len(parts)
    index = b""
    for slot, part in parts:
        index += struct.pack(">II", slot, at)
        at += len(part)
    return struct.pack(">III", how.magic, at, len(parts)) + index + b"".join(part for _, part in parts)
