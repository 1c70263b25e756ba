from pathlib import PurePosixPath

import pytest

from wheelmatrix.errors import PackError
from wheelmatrix.options import BuildOptions, Pattern
from wheelmatrix.project.outputs import companions, out_dir_entries

OUT = PurePosixPath("/t/out")


def test_files_of_a_build_script_go_where_include_says() -> None:
    options = BuildOptions(include=(Pattern(path="*.h", out_dir=True, to="tiny/include"), Pattern(path="*.h")))

    found, warnings = out_dir_entries(options, "tiny", {"tiny": OUT}, {"tiny": [OUT / "a.h", OUT / "b.c"]})

    assert [(each.name, each.source) for each in found] == [("tiny/include/a.h", OUT / "a.h")]
    assert warnings == ()


def test_a_file_keeps_its_place_below_the_directory_and_comes_once() -> None:
    patterns = (Pattern(path="**/*.h", out_dir=True, to="inc"), Pattern(path="sub/b.h", out_dir=True, to="inc"))

    found, _ = out_dir_entries(
        BuildOptions(include=patterns), "tiny", {"tiny": OUT}, {"tiny": [OUT / "a.h", OUT / "sub/b.h"]}
    )

    assert [each.name for each in found] == ["inc/a.h", "inc/sub/b.h"]


def test_the_crate_may_be_another_one_and_a_glob_without_a_hit_is_told() -> None:
    options = BuildOptions(include=(Pattern(path="*.c", out_dir=True, to="x", crate="dep"),))

    found, warnings = out_dir_entries(options, "tiny", {"tiny": OUT, "dep": OUT}, {"dep": [OUT / "a.h"]})

    assert found == ()
    assert warnings == ("include '*.c': nothing in OUT_DIR of dep matches",)


def test_a_crate_without_build_script_is_an_error() -> None:
    options = BuildOptions(include=(Pattern(path="*", out_dir=True, to="x", crate="other"),))

    with pytest.raises(PackError, match="other has no build script that ran; those that did: tiny"):
        out_dir_entries(options, "tiny", {"tiny": OUT}, {})


DWP, PDB, SYM = PurePosixPath("/t/libtiny.so.dwp"), PurePosixPath("/t/tiny.pdb"), PurePosixPath("/t/libtiny.dylib.dSYM")
INFO = {DWP: [DWP], PDB: [PDB], SYM: [SYM / "Contents/Info.plist"]}


@pytest.mark.parametrize(
    ("extension", "place"), [("pkg/_n.abi3.so", "pkg/"), ("tiny.abi3.so", "")], ids=["package", "top"]
)  # fmt: skip
def test_debug_information_lies_beside_the_module_where_debuggers_look(extension: str, place: str) -> None:
    module = extension.rpartition("/")[2]

    found, warnings = companions(BuildOptions(include_debuginfo=True), extension, INFO, [])

    assert [each.name for each in found] == [
        f"{place}{module}.dwp", f"{place}tiny.pdb", f"{place}{module}.dSYM/Contents/Info.plist",
    ]  # fmt: skip
    assert warnings == ()


def test_debug_information_that_nobody_wrote_is_told_unless_it_is_stripped() -> None:
    asked, stripped = BuildOptions(include_debuginfo=True), BuildOptions(include_debuginfo=True, strip=True)

    assert companions(asked, "x.so", {}, [])[1] != ()
    assert companions(stripped, "x.so", INFO, []) == ((), ())
    assert companions(BuildOptions(), "x.so", INFO, []) == ((), ())


def test_an_import_library_comes_along_if_it_is_asked_for() -> None:
    libraries = [PurePosixPath("/t/tiny.dll.lib")]

    assert companions(BuildOptions(), "tiny/tiny.pyd", {}, libraries) == ((), ())
    found, _ = companions(BuildOptions(include_import_lib=True), "tiny/tiny.pyd", {}, libraries)
    assert [each.name for each in found] == ["tiny/tiny.dll.lib"]
