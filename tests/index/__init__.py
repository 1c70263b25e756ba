"""An index to upload to, on this machine, that does what a test wants: FakeIndex, its scripts, and files for it.

    with FakeIndex({"*.whl": [refused(503, times=2), stored_then(502)]}) as index:
        …  # send to index.upload_url, look at index.simple_url
    assert index.files == {…}

Its faults are turns of a script, one an attempt: see `tests.index.script`. Nothing but the standard library is needed.
"""

from tests.index.fake import PASSWORD, USER, FakeIndex, Post, Read
from tests.index.oidc import REQUEST_TOKEN, Oidc
from tests.index.pages import Pages
from tests.index.script import (
    FOREVER,
    Turn,
    basic,
    hanging,
    http_date,
    late,
    moved,
    refused,
    refused_early,
    reset,
    slow,
    stored_then,
    stored_then_reset,
)
from tests.index.wheels import make_sdist, make_wheel, metadata_of

__all__ = [
    "FOREVER",
    "PASSWORD",
    "REQUEST_TOKEN",
    "USER",
    "FakeIndex",
    "Oidc",
    "Pages",
    "Post",
    "Read",
    "Turn",
    "basic",
    "hanging",
    "http_date",
    "late",
    "make_sdist",
    "make_wheel",
    "metadata_of",
    "moved",
    "refused",
    "refused_early",
    "reset",
    "slow",
    "stored_then",
    "stored_then_reset",
]
