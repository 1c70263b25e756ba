from pathlib import PurePosixPath

import pytest

from wheelmatrix.errors import PackError
from wheelmatrix.options import BuildOptions, Pattern
from wheelmatrix.project.outputs import out_dir_entries

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
