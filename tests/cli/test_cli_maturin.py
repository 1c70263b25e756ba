"""Options of `maturin build` that this version does not have are refused, and the needless one is dropped."""

import pytest

from wheelmatrix.cli.maturin import check
from wheelmatrix.errors import ConfigError


def test_other_words_are_left_as_they_are() -> None:
    words = ["-i", "3.12", "--compression-enable-large-file-support", "--out", "x"]

    assert check(words) == ["-i", "3.12", "--out", "x"]


def test_every_refused_option_is_named_once() -> None:
    with pytest.raises(ConfigError) as caught:
        check(["--pgo", "--generate-stubs=a", "--pgo", "--generate-stubs=b"])

    assert [issue.where for issue in caught.value.issues] == ["--pgo", "--generate-stubs"]
    assert all("comes with a later version" in issue.message and issue.hint for issue in caught.value.issues)
