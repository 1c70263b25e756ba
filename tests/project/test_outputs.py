from pathlib import PurePosixPath

import pytest

from wheelmatrix.errors import PackError
from wheelmatrix.options import BuildOptions, Pattern
from wheelmatrix.project.outputs import out_dir_entries

OUT = PurePosixPath("/t/out")


def test_files_of_a_build_script_go_where_include_says() -> None:
    options = BuildOptions(include=(Pattern(path="*.h", out_dir=True, to="tiny/include"), Pattern(path="*.h")))

    found = out_dir_entries(options, "tiny", {"tiny": OUT}, {"tiny": [OUT / "a.h", OUT / "b.c"]})

    assert [(each.name, each.source) for each in found] == [("tiny/include/a.h", OUT / "a.h")]


def test_a_crate_without_build_script_is_an_error() -> None:
    options = BuildOptions(include=(Pattern(path="*", out_dir=True, to="x", crate="other"),))

    with pytest.raises(PackError, match="other has no build script that ran; those that did: tiny"):
        out_dir_entries(options, "tiny", {"tiny": OUT}, {})
