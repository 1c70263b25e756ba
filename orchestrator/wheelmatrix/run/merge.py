"""The merge step: the slices of one library or program become one file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from anyio import to_thread

from wheelmatrix.model import Artifact, Wheel
from wheelmatrix.pack.fat import fat
from wheelmatrix.pack.layout import name_in_wheel
from wheelmatrix.run.files import make_directory, sha256_of, write_if_changed
from wheelmatrix.run.shop import Shop


async def merge_slices(wheel: Wheel, shop: Shop) -> Artifact:
    """Write the libraries and programs of all builds of a wheel, each as one file; raises PackError.

    Files that build scripts made are taken from the first build, as their content does not differ by machine as a rule.
    """
    slices = [(each, *each.beside) for each in map(shop.artifacts.__getitem__, wheel.builds)]
    async with shop.jobserver.token(follows=True):
        first, *beside = [await to_thread.run_sync(_merged, wheel, each, shop) for each in zip(*slices, strict=True)]
    return replace(
        first,
        beside=tuple(beside),
        is_fresh=all(each.is_fresh for each, *_ in slices),
        packages=frozenset().union(*(each.packages for each, *_ in slices)),
        debug_info=(),  # each slice has its own, and one cannot stand for both
        import_libraries=(),
    )


def _merged(wheel: Wheel, slices: Sequence[Artifact], shop: Shop) -> Artifact:
    path = shop.root / "merged" / wheel.id / PurePath(name_in_wheel(wheel, slices[0])).name
    make_directory(path.parent)
    write_if_changed(path, fat([Path(artifact.path).read_bytes() for artifact in slices]))
    digest, size_bytes = sha256_of(path)
    return replace(slices[0], build=wheel.id, path=path, size_bytes=size_bytes, sha256=digest)
