"""The merge step: the slices of one library become one file."""

from dataclasses import replace
from pathlib import Path, PurePath

from anyio import to_thread

from wheelmatrix.model import Artifact, Wheel
from wheelmatrix.pack.fat import fat
from wheelmatrix.run.files import make_directory, sha256_of, write_if_changed
from wheelmatrix.run.shop import Shop


async def merge_slices(wheel: Wheel, shop: Shop) -> Artifact:
    """Write the libraries of all builds of a wheel as one file, and return it; raises PackError.

    Files that build scripts made are taken from the first build, as their content does not differ by machine as a rule.
    """
    artifacts = [shop.artifacts[build] for build in wheel.builds]
    path = shop.root / "merged" / wheel.id / PurePath(wheel.extension).name

    def merge() -> tuple[str, int]:
        make_directory(path.parent)
        write_if_changed(path, fat([Path(artifact.path).read_bytes() for artifact in artifacts]))
        return sha256_of(path)

    async with shop.jobserver.token():
        digest, size_bytes = await to_thread.run_sync(merge)
    is_fresh = all(artifact.is_fresh for artifact in artifacts)
    return replace(
        artifacts[0],
        build=wheel.id,
        path=path,
        size_bytes=size_bytes,
        sha256=digest,
        is_fresh=is_fresh,
        packages=frozenset().union(*(artifact.packages for artifact in artifacts)),
        debug_info=(),  # each slice has its own, and one cannot stand for both
        import_libraries=(),
    )
