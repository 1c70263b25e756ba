"""How a hook fails: what is wrong on stderr, and an end with the code of the error, which every frontend tells."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from wheelmatrix.errors import WheelmatrixError


@contextmanager
def telling() -> Iterator[None]:
    """Print an error of ours in plain words, and end; its traceback would only hide them."""
    try:
        yield
    except WheelmatrixError as error:
        for issue in error.issues:
            print(f"error: {issue}", file=sys.stderr, flush=True)
        raise SystemExit(error.exit_code) from error
