"""Which variables let somebody upload in the user's name: no child process gets them."""

import re

_SECRET = re.compile(
    r"""
      (.+_)?(TEST_?)?PYPI_.*                                # PYPI_TOKEN, TEST_PYPI_API_TOKEN, POETRY_PYPI_TOKEN_PYPI
    | TWINE_.*
    | UV_PUBLISH_.*
    | MATURIN_(PYPI_TOKEN|USERNAME|PASSWORD|REPOSITORY(_URL)?)
    | WHEELMATRIX_(.+_)?(TOKEN|PASSWORD|USERNAME|SECRET|API_KEY|REPOSITORY)(_.+)?
    | ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)                  # GitHub: who has both gets an OIDC token
    | (.+_)?(ID|OIDC)_TOKEN(_V\d+)?                         # GitLab's id_tokens, CircleCI's CIRCLE_OIDC_TOKEN_V2
    | BUILDKITE_AGENT_ACCESS_TOKEN                          # the agent gives an OIDC token to who has it
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
"""Of upload clients by their documentation; of CI systems what can be exchanged for an upload token."""


def is_secret(name: str) -> bool:
    """Return whether a variable of this name may hold an upload credential; case does not count."""
    return _SECRET.fullmatch(name) is not None
