"""A name or a URL leads to one index, and to its simple pages."""

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Index
from wheelmatrix.model.release import Repository
from wheelmatrix.options import UploadOptions
from wheelmatrix.publish.address import UserInfo
from wheelmatrix.publish.pypirc import Pypirc, pypirc_of
from wheelmatrix.publish.repository import destination, simple_beside
from wheelmatrix.publish.secret import Secret
from wheelmatrix.resources import table_texts
from wheelmatrix.tables import load


def row(name, upload_url, simple_url):
    return Index(name=name, upload_url=upload_url, simple_url=simple_url, platform_tags=("any",), file_limit_bytes=1)


INDEXES = {
    "pypi": row("pypi", "https://upload.index.example/legacy/", "https://index.example/simple/"),
    "testpypi": row("testpypi", "https://test.index.example/legacy/", "https://test.index.example/simple/"),
}
PYPIRC = pypirc_of(
    """
[distutils]
index-servers = pypi internal plain bare
[pypi]
username = __token__
[internal]
repository = https://alice:canary@packages.example/upload/
password = canary-two
[plain]
repository = http://packages.example/
[bare]
username = x
[testpypi]
username = x
[aside]
username = x
""",
    where="~/.pypirc",
    mode=None,
)


def find(pypirc=PYPIRC, **options):
    return destination(UploadOptions(**options), INDEXES, pypirc)


@pytest.mark.parametrize(
    "options", [{}, {"repository": "pypi"}, {"repository_url": "https://upload.index.example/legacy/"}]
)
def test_the_known_index_is_found_by_default_by_name_and_by_url(options):
    found = find(**options)

    assert found.repository == Repository(
        name="pypi",
        upload_url="https://upload.index.example/legacy/",
        simple_url="https://index.example/simple/",
        index="pypi",
    )
    assert found.section == PYPIRC.sections["pypi"]


def test_a_known_index_needs_no_section():
    assert find(pypirc=Pypirc(), repository="testpypi").repository.index == "testpypi"


def test_a_missing_slash_is_put_there():
    found = find(repository_url="https://upload.index.example/legacy")

    assert found.repository.upload_url == "https://upload.index.example/legacy/"


@pytest.mark.parametrize(
    "url",
    [
        "https://index.example/simple/", "https://index.example", "https://index.example/legacy/",
        "https://upload.index.example/", "http://upload.index.example/legacy/", "https://upload.index.example:8443/legacy/",
    ],
)  # fmt: skip
def test_other_addresses_of_a_known_index_are_refused_with_the_right_one(url):
    with pytest.raises(ConfigError, match=r"upload to https://upload\.index\.example/legacy/"):
        find(repository_url=url, allow_http=True)


def test_a_section_gives_address_user_and_password():
    found = find(repository="internal")

    assert found.repository == Repository(
        name="internal", upload_url="https://packages.example/upload/", simple_url="https://packages.example/simple/"
    )
    assert found.user_info == UserInfo(user="alice", password=Secret("canary"))
    assert found.section == PYPIRC.sections["internal"]
    assert set(found.secrets) == {Secret("canary"), Secret("canary-two")}
    assert "canary" not in repr(found)


def test_a_section_may_move_a_known_index():
    moved = pypirc_of("[pypi]\nrepository = https://mirror.example/up\n", where="x", mode=None)

    found = find(pypirc=moved).repository

    assert (found.name, found.upload_url, found.index) == ("pypi", "https://mirror.example/up", "")


def test_the_section_of_a_url_is_found():
    assert find(repository_url="https://packages.example/upload").section == PYPIRC.sections["internal"]
    assert find(repository_url="https://packages.example/other").section is None


def test_a_plain_url_is_named_by_its_host_and_keeps_no_user():
    found = find(repository_url="https://bob:canary@other.example:8443/api/pypi")

    assert found.repository == Repository(
        name="other.example:8443",
        upload_url="https://other.example:8443/api/pypi",
        simple_url="https://other.example:8443/api/pypi/simple/",
    )
    assert found.user_info == UserInfo(user="bob", password=Secret("canary"))
    assert found.secrets[0] == Secret("canary")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pypl", "did you mean pypi"),
        ("test-pypi", "did you mean testpypi"),
        ("nowhere-near-it", "there are bare, internal, plain, pypi, testpypi"),
        ("aside", "index-servers"),
        ("bare", "has no repository"),
        ("plain", "not encrypted"),
        ("https://u:canary@other.example/", "use --repository-url"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_with_advice(name, message):
    with pytest.raises(ConfigError, match=message) as caught:
        find(repository=name)

    assert "canary" not in str(caught.value)


def test_a_known_index_whose_section_is_not_listed_warns():
    found = find(repository="testpypi")

    assert found.section is None
    assert "[testpypi] is not used" in found.warnings[0]


def test_warnings_of_the_file_are_handed_on():
    open_file = pypirc_of("[pypi]\npassword = x\n", where="x", mode=0o644)

    assert find(pypirc=open_file).warnings == open_file.warnings != ()


def test_the_simple_url_that_is_given_wins_and_gets_its_slash():
    found = find(simple_url="https://reader:canary@read.example/root/+simple")

    assert found.repository.simple_url == "https://read.example/root/+simple/"
    assert Secret("canary") in found.secrets
    assert "--simple-url is not used" in found.warnings[0]
    with pytest.raises(ConfigError, match="not encrypted"):
        find(simple_url="http://read.example/")


@pytest.mark.parametrize(
    ("upload", "simple"),
    [
        ("https://h.example/legacy/", "https://h.example/simple/"),
        ("http://localhost:8080/", "http://localhost:8080/simple/"),
        ("http://localhost:8080", "http://localhost:8080/simple/"),
        ("http://localhost:3141/user/index/", "http://localhost:3141/user/index/+simple/"),
        ("http://localhost:3141/", "http://localhost:3141/simple/"),
        ("https://h.example/org/_packaging/feed/pypi/upload/", "https://h.example/org/_packaging/feed/pypi/simple/"),
        (
            "https://h.example/api/v4/projects/7/packages/pypi",
            "https://h.example/api/v4/projects/7/packages/pypi/simple/",
        ),
        ("https://h.example/repository/internal/", "https://h.example/repository/internal/simple/"),
    ],
)
def test_simple_pages_are_looked_for_where_servers_have_them(upload, simple):
    assert simple_beside(upload) == simple


def test_the_shipped_indexes_are_found_by_name_and_by_url():
    shipped = load(table_texts()).indexes

    for name, index in shipped.items():
        by_name = destination(UploadOptions(repository=name), shipped, Pypirc()).repository
        by_url = destination(UploadOptions(repository_url=index.upload_url), shipped, Pypirc()).repository
        assert by_name == by_url
        assert (by_name.index, by_name.simple_url) == (name, index.simple_url)
