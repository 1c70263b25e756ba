"""A few targets, Pythons and policies: enough for every rule, and independent of the real tables."""

from datetime import date
from pathlib import Path

from wheelmatrix.model import (
    Abi,
    AbiKind,
    AuditMode,
    CarriedLibrary,
    Expectation,
    Implementation,
    Interpreter,
    Policy,
    Tables,
    Target,
    Version,
    WindowsPolicy,
)

GOLDEN = Path(__file__).parent / "golden"


def target(
    triple: str,
    arch: str,
    machine: str,
    *,
    libc: str = "gnu",
    word_bits: int = 64,
    big_endian: bool = False,
    environment: str = "linux-gnu",
    installer_floor: Version = (2, 17),
) -> Target:
    family = "musllinux" if libc == "musl" else "manylinux"
    return Target(
        triple=triple,
        os="linux",
        arch=arch,
        libc=libc,
        word_bits=word_bits,
        big_endian=big_endian,
        elf_machine=machine,
        suffix_arch={"i686": "i386", "armv7l": "arm"}.get(arch, arch),
        suffix_env=environment,
        pypy_arch="",
        tag=family + "_{major}_{minor}_" + arch,
        plain_tag=f"linux_{arch}",
        installer_floor=installer_floor,
        rustc_floor=(1, 2) if libc == "musl" else (2, 17),
        zig_floor=None,
    )


def apple(triple: str, arch: str, installer_floor: Version, rustc_floor: Version) -> Target:
    return Target(
        triple=triple,
        os="macos",
        arch=arch,
        libc="",
        word_bits=64,
        big_endian=False,
        elf_machine="",
        suffix_arch="",
        suffix_env="darwin",
        pypy_arch="",
        tag="macosx_{major}_{minor}_" + arch,
        plain_tag="macosx_{major}_{minor}_" + arch,
        installer_floor=installer_floor,
        rustc_floor=rustc_floor,
        zig_floor=None,
    )


def policy(
    name: str, arch: str, *aliases: str, libraries: str = "", forbidden: str = "zcalloc", **versions: str
) -> Policy:
    floor = tuple(map(int, name.split("_")[1:]))
    is_musl = name.startswith("musllinux")
    system = "libz.so.1" if is_musl else "libc.so.6 libm.so.6 libgcc_s.so.1 libstdc++.so.6 libz.so.1"
    return Policy(
        name=name,
        aliases=aliases,
        arch=arch,
        floor=(floor[0], floor[1]),
        symbol_versions={namespace: frozenset(numbers.split()) for namespace, numbers in versions.items()},
        libraries=frozenset(f"{system} {libraries}".split()),
        forbidden={"libz.so.1": frozenset(forbidden.split())},
    )


def python(version: Version, *, implementation: Implementation = "cpython", free_threaded: bool = False) -> Interpreter:
    number, t = f"{version[0]}{version[1]}", "t" * free_threaded
    names = {
        "cpython": (f"cp{number}", f"cp{number}{t}", f"cpython-{number}{t}"),
        "pypy": (f"pp{number}", f"pypy{number}_pp73", f"pypy{number}-pp73"),
        "graalpy": (f"graalpy{number}", f"graalpy250_{number}_native", f"graalpy250-{number}-native"),
    }[implementation]
    return Interpreter(
        id=names[1],
        implementation=implementation,
        version=version,
        free_threaded=free_threaded,
        python_tag=names[0],
        abi_tag=names[1],
        soabi=names[2],
        status="final",
        end_of_life=date(2030, 10, 1),
        group="",
        offered=True,
    )


GNU = target("x86_64-unknown-linux-gnu", "x86_64", "EM_X86_64", installer_floor=(2, 5))
MUSL = target(
    "x86_64-unknown-linux-musl", "x86_64", "EM_X86_64", libc="musl", environment="linux-musl", installer_floor=(1, 1)
)
ARMV7 = target(
    "armv7-unknown-linux-gnueabihf", "armv7l", "EM_ARM", word_bits=32, environment="linux-gnueabihf"
)  # fmt: skip
S390X = target("s390x-unknown-linux-gnu", "s390x", "EM_S390", big_endian=True)
MAC_ARM = apple("aarch64-apple-darwin", "arm64", (11, 0), (11, 0))
MAC_INTEL = apple("x86_64-apple-darwin", "x86_64", (10, 4), (10, 12))
UNIVERSAL2 = apple("universal2-apple-darwin", "universal2", (10, 4), (10, 12))
MACOS = tuple(
    Policy(
        name="macosx_10_4",
        aliases=(),
        arch=arch,
        floor=(10, 4),
        symbol_versions={},
        libraries=frozenset({"/usr/lib/", "/System/Library/"}),
        forbidden={},
    )
    for arch in ("arm64", "x86_64")
)
POLICIES = (
    policy("manylinux_2_5", "x86_64", "manylinux1", GLIBC="2.2.5 2.3 2.5", GLIBCXX="3.4", ZLIB=""),
    policy(
        "manylinux_2_17", "x86_64", "manylinux2014",
        GLIBC="2.2.5 2.3 2.5 2.14 2.17", GLIBCXX="3.4 3.4.19", ZLIB="1.2.0",
    ),
    policy(
        "manylinux_2_28", "x86_64", libraries="libmvec.so.1",
        GLIBC="2.2.5 2.3 2.5 2.14 2.17 2.28", GLIBCXX="3.4 3.4.19 3.4.24", ZLIB="1.2.0",
    ),
    policy(
        "manylinux_2_36", "x86_64", libraries="libmvec.so.1", forbidden="deflate_medium",
        GLIBC="2.2.5 2.3 2.5 2.14 2.17 2.28 2.34 2.36 ABI_DT_RELR", GLIBCXX="3.4 3.4.19 3.4.24 3.4.30", ZLIB="1.2.0",
    ),
    policy("manylinux_2_17", "armv7l", "manylinux2014", GLIBC="2.4 2.17"),
    policy("manylinux_2_17", "s390x", "manylinux2014", GLIBC="2.2 2.17"),
    policy("musllinux_1_1", "x86_64"),
    policy("musllinux_1_2", "x86_64"),
    *MACOS,
)  # fmt: skip
PYTHONS = (*(python((3, minor)) for minor in range(8, 16)), python((3, 14), free_threaded=True))


def windows(triple: str, arch: str, tag: str) -> Target:
    return Target(
        triple=triple,
        os="windows",
        arch=arch,
        libc="msvc",
        word_bits=32 if arch == "x86" else 64,
        big_endian=False,
        elf_machine="",
        suffix_arch="",
        suffix_env=tag,
        pypy_arch="",
        tag=tag,
        plain_tag=tag,
        installer_floor=None,
        rustc_floor=None,
        zig_floor=None,
    )


WIN_AMD64 = windows("x86_64-pc-windows-msvc", "amd64", "win_amd64")
WIN32 = windows("i686-pc-windows-msvc", "x86", "win32")
WIN_ARM64 = windows("aarch64-pc-windows-msvc", "arm64", "win_arm64")
WINDOWS_POLICY = WindowsPolicy(
    libraries=frozenset({"kernel32.dll", "msvcrt.dll", "ucrtbase.dll", "ws2_32.dll", "winspool.drv"}),
    prefixes=("api-ms-win-", "ext-ms-win-"),
    carried=(
        CarriedLibrary(
            library="vcruntime140.dll", implementation="cpython", since=(3, 5), word_bits=frozenset({32, 64})
        ),
        CarriedLibrary(library="vcruntime140_1.dll", implementation="cpython", since=(3, 9), word_bits=frozenset({64})),
        CarriedLibrary(library="vcruntime140.dll", implementation="pypy", since=(3, 7), word_bits=frozenset({64})),
    ),
)
TABLES = Tables(
    targets={one.triple: one for one in (GNU, MUSL, ARMV7, S390X, MAC_ARM, MAC_INTEL, WIN_AMD64, WIN32, WIN_ARM64)},
    interpreters=PYTHONS,
    policies=POLICIES,
    windows=WINDOWS_POLICY,
    indexes={},
)


def expectation(
    *,
    target: Target = GNU,
    kind: AbiKind = "version",
    interpreter: Interpreter | None = None,
    mode: AuditMode = "repair",
    ceiling: tuple[str, Version] | None = None,
    plain: bool = False,
    module: str = "demo",
) -> Expectation:
    return Expectation(
        target=target,
        abi=Abi(kind=kind, interpreter=interpreter or python((3, 12))),
        module=module,
        mode=mode,
        ceiling=ceiling,
        plain=plain,
    )
