import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.show.filenames import least_room, shortened, without_middle
from wheelmatrix.show.words import ASCII, UNICODE, clean, width_of

LINUX = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
MAC = "demo-1.0-cp313-cp313t-macosx_11_0_arm64.whl"
SDIST = "demo-1.0.tar.gz"


def called(room: int | None, *filenames: str) -> tuple[str, ...]:
    return tuple(shortened(filenames, room, UNICODE).values())


@pytest.mark.parametrize(
    ("room", "linux", "mac"),
    [
        (None, LINUX, MAC),
        (70, LINUX, MAC),
        (60, LINUX.removeprefix("demo-1.0-"), MAC.removeprefix("demo-1.0-")),
        (30, "cp312-manylinux_2_17_x86_64", "cp313t-macosx_11_0_arm64"),
        (22, "cp312-manylinux_x86_64", "cp313t-macosx_arm64"),
        (15, "cp312-m…_x86_64", "cp313t-…x_arm64"),
    ],
)
def test_names_lose_first_what_all_share_and_last_what_tells_them_apart(room: int, linux: str, mac: str) -> None:
    assert called(room, LINUX, MAC, SDIST)[:2] == (linux, mac)


@pytest.mark.parametrize(
    ("wheel", "tags"),
    [
        ("demo-1.0-cp39-abi3-win_amd64.whl", "cp39-abi3-win_amd64"),
        ("demo-1.0-py3-none-any.whl", "py3-any"),
        ("demo-1.0-pp311-pypy311_pp73-win_amd64.whl", "pp311-pypy311_pp73-win_amd64"),
        ("demo-1.0-2-cp312-cp312-win_amd64.whl", "2-cp312-win_amd64"),
        ("demo-1.0-cp312-cp312-android_21_x86_64.whl", "cp312-android_21_x86_64"),
    ],
)
def test_a_wheel_is_called_as_its_cell(wheel: str, tags: str) -> None:
    assert called(least_room([wheel], UNICODE), wheel) == (tags,)


def test_names_that_would_be_the_same_stay_longer() -> None:
    old, new = (f"demo-1.0-cp312-cp312-manylinux_2_{minor}_x86_64.whl" for minor in (17, 28))

    assert called(27, old, new) == ("cp312-manylinux_2_17_x86_64", "cp312-manylinux_2_28_x86_64")
    assert least_room((old, new), UNICODE) == 27


def test_wheels_of_two_versions_keep_them() -> None:
    other = LINUX.replace("1.0", "1.1")

    assert called(60, LINUX, other)[0].startswith("demo-1.0-cp312-cp312-ma")


@given(st.text(max_size=80), st.integers(0, 60), st.sampled_from((UNICODE, ASCII)))
def test_a_name_never_takes_more_than_its_room(name: str, room: int, glyphs: object) -> None:
    shown = shortened([name, LINUX, SDIST], room, glyphs)  # type: ignore[arg-type]

    assert all(width_of(each) <= room for each in shown.values())
    assert all(clean(each) == each for each in shown.values())


@given(st.text(alphabet="ab模é", max_size=30), st.integers(0, 40))
def test_both_ends_of_what_is_cut_are_seen(text: str, room: int) -> None:
    for glyphs in (UNICODE, ASCII):
        shown = without_middle(text, room, glyphs)
        head, _, end = shown.partition(glyphs.ellipsis)

        assert width_of(shown) <= room
        assert shown == text or (text.startswith(head) and text.endswith(end))
