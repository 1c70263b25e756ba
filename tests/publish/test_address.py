"""URLs lose their user at once, and lead nowhere where a password could be read."""

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.errors import ConfigError
from wheelmatrix.publish.address import UserInfo, address, is_loopback, is_same, origin
from wheelmatrix.publish.secret import Secret


def read(url, allow_http=False):
    return address(url, where="--repository-url", allow_http=allow_http)


@pytest.mark.parametrize(
    ("url", "user", "password"),
    [
        ("https://alice:s3cret@index.example:8443/legacy/", "alice", "s3cret"),
        ("https://alice%40work:a%2Fb%3Ac@index.example:8443/legacy/", "alice@work", "a/b:c"),
        ("https://:s3cret@index.example:8443/legacy/", "", "s3cret"),
        ("https://token:@index.example:8443/legacy/", "token", ""),
        ("https://alice@index.example:8443/legacy/", "alice", None),
        ("https://a:b@c@index.example:8443/legacy/", "a", "b@c"),
    ],
)
def test_user_and_password_are_taken_out(url, user, password):
    found = read(url)

    assert found.url == "https://index.example:8443/legacy/"
    assert found.user_info == UserInfo(user=user, password=None if password is None else Secret(password))


def test_a_url_without_user_has_none():
    assert read(" https://index.example/legacy/\n").user_info is None


def test_without_a_password_the_user_is_the_secret():
    assert UserInfo(user="token", password=Secret("")).secrets == (Secret("token"),)
    assert UserInfo(user="token", password=None).secrets == (Secret("token"),)
    assert UserInfo(user="alice", password=Secret("s")).secrets == (Secret("s"),)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/",
        "http://127.0.0.1/",
        "http://127.8.9.1:3141/u/i/",
        "http://[::1]:8080/",
        "HTTP://LOCALHOST/",
    ],
)
def test_this_machine_is_reached_without_encryption(url):
    assert read(url).url.casefold() == url.casefold()


@pytest.mark.parametrize(
    "url",
    [
        "http://index.example/",
        "http://128.0.0.1/",
        "http://localhost.index.example/",
        "http://[::2]/",
        "http://127.1.index.example/",
    ],
)
def test_others_are_not_unless_it_is_allowed(url):
    with pytest.raises(ConfigError, match="not encrypted"):
        read(url)
    assert read(url, allow_http=True).url == url


@pytest.mark.parametrize(
    "url",
    [
        "", "index.example/legacy/", "https://", "https:///legacy/", "https://index.example:port/", "https://[::1/",
        "https://canary:pass/word@index.example/", "https://canary:12/3@index.example/", "https://canary:12?3@index.example/",
        "https://canary:12#3@index.example/", "canary:s3cret@index.example",
        "ftp://canary:s3cret@index.example/", "https://canary:s3cret@index.example/?a=b", "https://index.example/#canary",
        "http://canary:s3cret@index.example/",
    ],
)  # fmt: skip
def test_what_is_no_url_of_an_index_is_refused_and_not_shown(url):
    with pytest.raises(ConfigError) as caught:
        read(url)

    assert "canary" not in "".join(traceback.format_exception(caught.value))
    assert "s3cret" not in str(caught.value)


@given(st.text(max_size=30))
def test_any_text_is_an_address_or_a_config_error(text):
    for url in (text, f"https://{text}", f"https://canary:{text}@index.example/"):
        try:
            found = read(url)
        except ConfigError:
            continue
        assert "@" not in found.url
        assert origin(found.url)[1]


def test_hosts_are_loopback_by_name_alone():
    assert is_loopback("LocalHost")
    assert not is_loopback("index.example")


def test_addresses_are_the_same_but_for_slash_case_and_usual_port():
    assert is_same("https://Index.example:443/legacy", "https://index.example/legacy/")
    assert not is_same("https://index.example/legacy/", "https://index.example/simple/")
    assert not is_same("https://index.example/", "http://index.example/")
