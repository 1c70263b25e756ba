import pytest
from packaging.requirements import InvalidRequirement, Requirement

from wheelmatrix.project.requirements import requirement_text, requires_python_text


@pytest.mark.parametrize(
    ("text", "extra", "written"),
    [
        ("anyio>=3.0.0", "", "anyio>=3.0.0"),
        ("Foo_Bar [X] >=1, <2", "", "foo-bar[x]>=1,<2"),
        ("a; python_version < '3.11'", "", "a ; python_full_version < '3.11'"),
        ("a>=1", "test", "a>=1 ; extra == 'test'"),
        (
            "a; os_name == 'nt' or os_name == 'posix'",
            "x",
            "a ; (os_name == 'nt' or os_name == 'posix') and extra == 'x'",
        ),
        ("a @ https://example.org/a.whl", "", "a @ https://example.org/a.whl"),
        ("a>=2025.01.2,!=1.00.*", "", "a>=2025.1.2,!=1.0.*"),
        ("a>=1.0.0-beta,<2.0.0RC1,===v1.00", "", "a>=1.0.0b0,<2.0.0rc1,===v1.00"),
        (
            "a; python_version >= '3.9' and python_version < '3.10'",
            "x",
            "a ; python_full_version == '3.9.*' and extra == 'x'",
        ),
        (
            "a; python_version > '3.8' and python_version <= '3.10'",
            "",
            "a ; python_full_version >= '3.9' and python_full_version < '3.11'",
        ),
    ],
)
def test_requirements_have_one_spelling_in_their_authors_order(text: str, extra: str, written: str) -> None:
    found = requirement_text(text, extra)

    assert found == written
    assert Requirement(found).name == found.split("[")[0].split(" ")[0].split(">")[0]


def test_requires_python_keeps_its_order() -> None:
    assert requires_python_text(">=3.08,!=3.9.0.*,<4") == ">=3.8, !=3.9.0.*, <4"


def test_what_is_no_requirement_is_refused() -> None:
    with pytest.raises(InvalidRequirement):
        requirement_text("not a requirement!")
