"""The link step: zig links a small library, and has what it needs of the target's libc from then on."""

from pathlib import Path

from anyio import to_thread

from wheelmatrix.errors import CompileError
from wheelmatrix.model import FirstLink
from wheelmatrix.plan.first_link import MANIFEST, SOURCE, lacking
from wheelmatrix.run.cargo import plain_line
from wheelmatrix.run.files import make_directory, write_if_changed, write_whole
from wheelmatrix.run.process import capture
from wheelmatrix.run.shop import Shop


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
    if lacks := lacking(text, link.id):
        raise lacks
    last = [line for line in map(plain_line, said.stderr.splitlines()) if line.strip()][-3:]
    raise CompileError.of("; ".join(last) or f"zig ended with exit code {said.exit.code}", where=link.id)
