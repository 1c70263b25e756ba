"""Whole wheels for Linux that pass the audit, made in memory: a release is several of them."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from tests.audit.elf_image import AARCH64, X86_64, elf_image
from tests.audit.zip_image import parts, zip_image


def wheel(filename: str, *, metadata: str = "", text: str = "") -> bytes:
    """Return a wheel whose content fits its filename: `name-version-python-abi-platform.whl`, of one CPython.

    `metadata` comes behind the lines for name and version; `text` is a file's, so that bytes differ where nothing else
    does.
    """
    name, version, python, abi, platform = filename.removesuffix(".whl").split("-")
    arch = "aarch64" if "aarch64" in platform else "x86_64"
    image = elf_image(machine=AARCH64 if arch == "aarch64" else X86_64, defined=(f"PyInit_{name}",))
    info = f"{name}-{version}.dist-info"
    tags = "".join(f"Tag: {python}-{abi}-{each}\n" for each in platform.split("."))
    members = {
        f"{name}/{name}.cpython-{abi.removeprefix('cp')}-{arch}-linux-gnu.so": image,
        f"{name}/notes.txt": text.encode(),
        f"{info}/METADATA": f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{metadata}".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\n{tags}".encode(),
    }
    rows = [
        f"{member},sha256={urlsafe_b64encode(sha256(content).digest()).rstrip(b'=').decode()},{len(content)}\n"
        for member, content in members.items()
    ]
    record = "".join([*rows, f"{info}/RECORD,,\n"]).encode()
    return zip_image(parts({**members, f"{info}/RECORD": record}))


def spread(folder: Path, filenames: Iterable[str], **content: str) -> list[Path]:
    """Write wheels as CI downloads them: each in a directory of its job; returns their paths."""
    paths = []
    for number, filename in enumerate(filenames):
        path = folder / f"wheels-{number}" / filename
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wheel(filename, **content))
        paths.append(path)
    return paths
