"""A .pypirc is read as twine reads it, and its lines are never told to anybody."""

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.errors import ConfigError
from wheelmatrix.publish.pypirc import Pypirc, Section, pypirc_of
from wheelmatrix.publish.secret import Secret

FULL = """\
\ufeff[distutils]
index-servers =
    pypi
    internal
    gone

[pypi]
username = __token__
password = pypi-canary%x;#1

[internal]
repository: https://alice:canary@index.example/legacy/
ca_cert = /etc/ca.pem
client_cert = client.pem

[unlisted]
password = canary
"""


def read(text, mode=0o600):
    return pypirc_of(text, where="~/.pypirc", mode=mode)


def test_sections_that_are_listed_are_read():
    found = read(FULL)

    assert found.sections == {
        "pypi": Section(name="pypi", repository=Secret(""), user="__token__", password=Secret("pypi-canary%x;#1")),
        "internal": Section(
            name="internal",
            repository=Secret("https://alice:canary@index.example/legacy/"),
            user=None,
            password=None,
            ca_cert="/etc/ca.pem",
            client_cert="client.pem",
        ),
    }
    assert found.secrets == (Secret("pypi-canary%x;#1"),)


def test_sections_that_are_not_listed_are_known_as_such():
    assert read(FULL).unlisted == ("unlisted",)


def test_without_a_list_the_two_public_indexes_are_read():
    found = read("[pypi]\nusername = a\n[testpypi]\nusername = b\n[other]\nusername = c\n")

    assert list(found.sections) == ["pypi", "testpypi"]
    assert found.unlisted == ("other",)


def test_an_empty_user_is_a_user_and_an_empty_password_is_none():
    section = read("[pypi]\nusername =\npassword =\n").sections["pypi"]

    assert (section.user, section.password) == ("", None)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o777, 0o620])
def test_others_that_may_read_a_password_are_warned_of(mode):
    assert "chmod 600" in read(FULL, mode).warnings[0]


@pytest.mark.parametrize(
    ("text", "mode"), [(FULL, 0o600), (FULL, 0o400), (FULL, None), ("[pypi]\nusername = a\n", 0o644)]
)
def test_a_file_of_ones_own_is_not(text, mode):
    assert read(text, mode).warnings == ()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[pypi]\npassword = ok\ncanary without a sign\ncanary again\n", "line 3, 4"),
        ("canary = before every section\n", "line 1"),
        ("[pypi]\npassword = canary\npassword = canary\n", "line 3"),
        ("[canary]\n[canary]\n", "line 2"),
    ],
)
def test_a_line_that_cannot_be_read_is_numbered_and_never_shown(text, lines):
    with pytest.raises(ConfigError) as caught:
        read(text)

    assert lines in str(caught.value)
    assert "canary" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_no_file_says_nothing():
    assert read("") == Pypirc(where="~/.pypirc")


def test_no_repr_shows_a_password():
    assert "canary" not in repr(read(FULL))


@given(st.text(alphabet="[]=:\n ab#;%\t\r\x0b", max_size=40))
def test_any_text_is_read_or_a_config_error(text):
    for whole in (text, f"[pypi]\npassword = canary{text}"):
        try:
            said = repr(read(whole))
        except ConfigError as error:
            said = str(error)
        assert "canary" not in said
