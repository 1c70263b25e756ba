"""What an index has against a form without a file: whom it is from, or what it says."""

import re

from wheelmatrix.errors import Issue
from wheelmatrix.publish.answer import Answer, Result
from wheelmatrix.publish.refusals import hint_of

_NO_FILE = re.compile(r"does not have a file|missing.*content|content file field not found|no file", re.IGNORECASE)
"""That only the file is missing. Sources: warehouse, pypiserver 2.4, devpi-server 6.20."""


def is_wanted(asked: str, *, is_known: bool) -> bool:
    """Return whether to send such a form; `asked`: `auto`, `always`, `never`. Of unknown servers nobody knows that they
    take it for what it is.
    """
    return asked == "always" or (asked == "auto" and is_known)


def findings(result: Result, where: str) -> tuple[Issue, ...]:
    """Return what keeps the index from taking the form, as far as its answer tells; empty: nothing that it tells.

    `where`: the index's name. No answer, and a server's error, tell nothing.
    """
    if not isinstance(result, Answer) or result.status not in (400, 401, 403, 404, 405):
        return ()
    if result.status == 400 and (_NO_FILE.search(result.text) or not result.text):
        return ()
    return (Issue(message=f"the index says: {result.says}", where=where, hint=hint_of(result)),)
