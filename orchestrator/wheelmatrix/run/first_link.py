"""The link step: zig links a small library, and has what it needs of the target's libc from then on."""

import re
from pathlib import Path

from anyio import to_thread

from wheelmatrix.errors import CompileError, ToolMissing
from wheelmatrix.model import FirstLink
from wheelmatrix.plan.first_link import MANIFEST, SOURCE
from wheelmatrix.run.cargo import plain_line
from wheelmatrix.run.files import make_directory, write_if_changed, write_whole
from wheelmatrix.run.process import capture
from wheelmatrix.run.shop import Shop

_KNOWN = (
    (re.compile(r"unable to provide libc"), "zig has no libc of this kind and version", "write a higher floor"),
    (re.compile(r"[Uu]nknown target CPU"), "this zig does not know the processor", "pip install --upgrade ziglang"),
    (re.compile(r"can't find crate for `(std|core)`"), "this rustc has no std for the target", "rustup target add"),
)
"""What zig and rustc say, what it means, and what helps."""


async def link_first(link: FirstLink, step: str, shop: Shop) -> None:
    """Link for a target for the first time; raises CompileError with what zig said, ToolMissing where it says why."""
    folder = Path(link.manifest).parent

    def write() -> None:
        make_directory(folder / "src")
        write_if_changed(Path(link.manifest), MANIFEST.encode())
        write_if_changed(folder / "src" / "lib.rs", SOURCE.encode())

    await to_thread.run_sync(write)
    async with shop.jobserver.token():
        said = await capture(link.command, guardian=shop.guardian)
    text = said.stderr.decode("utf-8", "replace")
    await to_thread.run_sync(shop.log(step).write_bytes, said.stderr)
    if said.exit.ok:
        await to_thread.run_sync(write_whole, Path(link.done), b"")
        return
    for pattern, meaning, hint in _KNOWN:
        if found := pattern.search(text):
            raise ToolMissing.of(f"{meaning}: {found[0]}", where=link.id, hint=hint)
    last = [line for line in map(plain_line, said.stderr.splitlines()) if line.strip()][-3:]
    raise CompileError.of("; ".join(last) or f"zig ended with exit code {said.exit.code}", where=link.id)
