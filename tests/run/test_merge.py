import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path, PurePath

import anyio
import pytest
from tests.plan.gathered import TABLES, gathered, planned
from tests.run.small_shop import small_shop

from wheelmatrix.errors import PackError
from wheelmatrix.model import Artifact
from wheelmatrix.options import BuildOptions
from wheelmatrix.pack.fat import fat
from wheelmatrix.run.merge import merge_slices
from wheelmatrix.run.shop import Shop

INTEL = struct.pack("<III", 0xFEEDFACF, 0x0100_0007, 3) + bytes(range(100))
ARM = struct.pack("<III", 0xFEEDFACF, 0x0100_000C, 0) + bytes(range(200))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Give the tools of a run whose two slices of universal2 are compiled."""
    options = BuildOptions(interpreters=("3.12",), targets=("universal2-apple-darwin",))
    plan = planned(options, gathered(stds=TABLES.targets, programs=("cargo-zigbuild", "zig")))
    with small_shop(tmp_path, plan, options) as made:
        for build, image in zip(plan.builds, (INTEL, ARM), strict=True):
            made.artifacts[build.id] = compiled(tmp_path / build.id, build.id, image)
        yield made


def compiled(folder: Path, build: str, image: bytes, *, is_fresh: bool = True) -> Artifact:
    """Write a library and return it as a build leaves it."""
    folder.mkdir(exist_ok=True)
    path = folder / "libsample.dylib"
    path.write_bytes(image)
    digest = hashlib.sha256(image).hexdigest()
    out_dirs = (("sample", PurePath(folder, "out")),)
    return Artifact(build=build, kind="cdylib", path=path, size_bytes=len(image), sha256=digest, out_dirs=out_dirs,
                    is_fresh=is_fresh)  # fmt: skip


def merged(shop: Shop) -> Artifact:
    (wheel,) = shop.plan.wheels
    return anyio.run(merge_slices, wheel, shop)


def test_the_slices_of_a_wheel_become_one_file_under_the_modules_name(shop: Shop) -> None:
    found = merged(shop)

    image = fat([INTEL, ARM])
    assert Path(found.path).read_bytes() == image
    assert found.path == shop.root / "merged" / "cp312-macosx_universal2" / "sample.cpython-312-darwin.so"
    assert (found.size_bytes, found.sha256) == (len(image), hashlib.sha256(image).hexdigest())
    assert found.build == "cp312-macosx_universal2"


def test_what_build_scripts_wrote_is_taken_from_the_first_slice(shop: Shop) -> None:
    assert merged(shop).out_dirs == shop.artifacts[shop.plan.builds[0].id].out_dirs


def test_it_is_fresh_if_both_slices_are(shop: Shop, tmp_path: Path) -> None:
    arm = shop.plan.builds[1].id

    assert merged(shop).is_fresh
    shop.artifacts[arm] = compiled(tmp_path / arm, arm, ARM, is_fresh=False)
    assert not merged(shop).is_fresh


def test_what_did_not_change_is_not_written_again(shop: Shop) -> None:
    first = Path(merged(shop).path).stat()

    again = Path(merged(shop).path).stat()

    assert (again.st_ino, again.st_mtime_ns) == (first.st_ino, first.st_mtime_ns)


def test_a_slice_that_changed_is_in_the_new_file(shop: Shop, tmp_path: Path) -> None:
    before = merged(shop)
    arm = shop.plan.builds[1].id
    shop.artifacts[arm] = compiled(tmp_path / arm, arm, ARM + b"more")

    after = merged(shop)

    assert (after.path, after.sha256) == (before.path, hashlib.sha256(fat([INTEL, ARM + b"more"])).hexdigest())


def test_two_slices_of_one_machine_are_refused_and_nothing_is_written(shop: Shop, tmp_path: Path) -> None:
    arm = shop.plan.builds[1].id
    shop.artifacts[arm] = compiled(tmp_path / arm, arm, INTEL)

    with pytest.raises(PackError, match="two images of a universal library are for the same CPU"):
        merged(shop)

    assert not any(path.is_file() for path in (shop.root / "merged").rglob("*"))
    assert shop.jobserver.outstanding() == 0
