"""Upload credentials are known by their names."""

import pytest

from wheelmatrix.publish.credentials import VARIABLES
from wheelmatrix.publish.oidc import gitlab_variable
from wheelmatrix.run.credentials import is_secret


@pytest.mark.parametrize(
    "name",
    [
        "PYPI_TOKEN",
        "PYPI_PASSWORD",
        "TEST_PYPI_API_TOKEN",
        "TESTPYPI_TOKEN",
        "POETRY_PYPI_TOKEN_PYPI",
        "TWINE_USERNAME",
        "TWINE_PASSWORD",
        "TWINE_REPOSITORY_URL",
        "UV_PUBLISH_TOKEN",
        "MATURIN_PYPI_TOKEN",
        "MATURIN_PASSWORD",
        "MATURIN_USERNAME",
        "MATURIN_REPOSITORY",
        "MATURIN_REPOSITORY_URL",
        "WHEELMATRIX_TOKEN",
        "WHEELMATRIX_PASSWORD",
        "WHEELMATRIX_INTERNAL_PASSWORD",
        "WHEELMATRIX_TOKEN_INTERNAL",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "PYPI_ID_TOKEN",
        "SIGSTORE_ID_TOKEN",
        "CIRCLE_OIDC_TOKEN_V2",
        "BUILDKITE_AGENT_ACCESS_TOKEN",
        "twine_password",
    ],
)
def test_upload_credentials_are_secret(name):
    assert is_secret(name)


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_that_credentials_are_read_from_is_secret(name):
    assert is_secret(name)


@pytest.mark.parametrize("audience", ["pypi", "testpypi", "https://index.example", "1st"])
def test_the_identity_of_a_job_of_gitlab_is_secret(audience):
    assert is_secret(gitlab_variable(audience))


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "CARGO_REGISTRY_TOKEN",
        "CARGO_REGISTRIES_MINE_TOKEN",
        "GITHUB_TOKEN",
        "MATURIN_PEP517_ARGS",
        "MATURIN_PYTHON_SYSCONFIGDATA_DIR",
        "WHEELMATRIX_JOBS",
        "WHEELMATRIX_TARGETS",
        "RUSTFLAGS",
        "PIP_INDEX_URL",
        "UV_INDEX_MINE_PASSWORD",
    ],
)
def test_everything_else_passes(name):
    assert not is_secret(name)
