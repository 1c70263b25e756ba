"""Each thing that PyPI's server has against metadata is found before anything is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.publish.metadata_rules import VERSIONS, metadata_problems

GOOD = "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n"
KNOWN = frozenset({"Typing :: Typed"})


def problems(more: str = "", *, base: str = GOOD, known: frozenset[str] | None = None) -> tuple[str, ...]:
    return metadata_problems((base + more).encode(), known)


@pytest.mark.parametrize(
    "more",
    [
        "",
        "Summary: " + "x" * 512 + "\n",
        "Project-URL: " + "x" * 32 + ", https://x.example\n",
        "Author-email: Jänis <j@x.example>, k@y.example\n",
        "Author-email: \n",
        "License-Expression: MIT\nClassifier: License :: OSI Approved :: MIT License\n",
        "License: MIT\n",
        "Dynamic: Requires-Dist\nDynamic: description\n",
        "Requires-Dist: rich>=1; extra == 'x'\nProvides-Extra: x\n",
        "Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM\n",
        "Description-Content-Type: text/x-rst\n\nbody\n",
        "Home-page: http://x.example\nDownload-URL: https://x.example/a b\n",
        "Unknown-Field: nobody reads it\n",
    ],
)
def test_what_the_server_takes_is_no_problem(more: str) -> None:
    assert problems(more) == ()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_known_metadata_version_passes(version: str) -> None:
    assert problems(base=GOOD.replace("2.4", version)) == ()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("Summary: " + "x" * 513 + "\n", "summary has 513 characters, more than 512"),
        ("Summary: one\n two\n", "summary: 'summary' must be a single line"),
        ("Summary: one\nSummary: two\n", "summary is given twice"),
        ("Project-URL: " + "x" * 33 + ", https://x.example\n", "a label of 33 characters, more than 32"),
        ("Project-URL: https://x.example\n", "has to be a label, a comma, and an address"),
        ("Project-URL: , https://x.example\n", "has to be a label, a comma, and an address"),
        ("Project-URL: Home, x.example\n", "'x.example', which is not the address of a web page"),
        ("Project-URL: Home, http://[x\n", "not the address of a web page"),
        ("Project-URL: A, https://a.example\nProject-URL: A, https://b.example\n", "project-url is given twice"),
        ("Home-page: x.example\n", "home-page 'x.example' is not the address of a web page"),
        ("Download-URL: ftp://x.example\n", "download-url 'ftp://x.example'"),
        ("Author-email: nobody\n", "author-email 'nobody' is no e-mail address"),
        ("Maintainer-email: me@localhost\n", "maintainer-email 'me@localhost' is no e-mail address"),
        ("Author-email: me@printer.local\n", "is no e-mail address"),
        ("Requires-Dist: x @ https://x.example/x.whl\n", "requires-dist 'x @ https://x.example/x.whl' names a URL"),
        ("Provides-Dist: x @ https://x.example/x.whl\n", "provides-dist"),
        ("Obsoletes-Dist: x y\n", "obsoletes-dist 'x y' is invalid"),
        ("Requires-Dist: x y\n", "requires-dist: 'x y' is invalid"),
        ("Requires-Python: three\n", "requires-python: 'three' is invalid"),
        ("License: MIT\nLicense-Expression: MIT\n", "license is given beside license-expression"),
        ("License-Expression: my own\n", "license-expression: 'my own' is invalid"),
        ("Dynamic: name\n", "dynamic: 'name' is not allowed as a dynamic field"),
        ("Dynamic: Colour\n", "dynamic: 'colour' is not a valid dynamic field"),
        ("Description-Content-Type: text/html\n", "description-content-type"),
        ("Description-Content-Type: text/markdown; charset=latin-1\n", "UTF-8 charset"),
        ("Description-Content-Type: text/markdown; variant=other\n", "Markdown variants"),
        ("Import-Name: demo\n", "import-name introduced in metadata version 2.5, not 2.4"),
        ("Classifier: Private :: Do Not Upload\n", "says that this is not to be published"),
    ],
)
def test_what_the_server_refuses_is_told(more: str, said: str) -> None:
    assert any(said in problem for problem in problems(more)), problems(more)


@pytest.mark.parametrize(
    ("base", "said"),
    [
        (GOOD.replace("2.4", "2.6"), "metadata version '2.6' is not among those that the index knows, up to 2.5"),
        (GOOD.replace("2.4", "2.0"), "metadata version '2.0'"),
        (GOOD.replace("1.0", "1.0+local"), "version 1.0+local is a local one"),
        (GOOD.replace("1.0", "one"), "version: 'one' is invalid"),
        (GOOD.replace("1.0", "9" * 5000), "digits"),
        (GOOD.replace("demo", "-demo"), "name: '-demo' is invalid"),
        ("Metadata-Version: 2.4\n", "name: 'name' is a required field"),
        ("Name: demo\nVersion: 1.0\n", "metadata-version: None is not a valid metadata version"),
        ("", "name: 'name' is a required field"),
    ],
)
def test_name_and_versions_are_what_the_server_takes(base: str, said: str) -> None:
    assert any(said in problem for problem in problems(base=base)), problems(base=base)


def test_metadata_in_another_encoding_is_told() -> None:
    found = metadata_problems(GOOD.encode() + "Author: Jänis\n".encode("latin-1"))

    assert found == ("author is given twice, or is not UTF-8",)


def test_classifiers_are_checked_if_they_are_known() -> None:
    more = "Classifier: Typing :: Typed\nClassifier: Typing :: Typo\n"

    assert problems(more) == ()
    assert problems(more, known=KNOWN) == (
        "classifier 'Typing :: Typo' is unknown or deprecated, as far as the installed trove-classifiers says",
    )


@pytest.mark.filterwarnings("error")
@given(st.binary(max_size=300))
def test_any_bytes_are_judged(noise: bytes) -> None:
    assert all(metadata_problems(noise))
    metadata_problems(GOOD.encode() + b"Description-Content-Type: " + noise)
