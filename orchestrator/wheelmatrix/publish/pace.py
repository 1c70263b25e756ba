"""How many files are sent at once, and how long an attempt waits: values and one small state, no clock."""

from wheelmatrix.publish.answer import Lost, Result
from wheelmatrix.values import dataclass

_BASE_S, _MOST_S = 1.0, 30.0
_BREAKING = 3
"""Files in a row that end in a server's error or a lost connection, after which one at a time is tried."""


def backoff_s(tries: int, share: float) -> float:
    """Return the seconds to wait after `tries` failed ones (from 1); `share` is a random number from 0 to 1.

    Full jitter: any time up to a limit that doubles, so that many who failed together do not come back together.
    Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
    """
    return share * min(_MOST_S, _BASE_S * 2.0 ** min(tries, 10))


@dataclass(slots=True)
class Pace:
    """Places for files that are being sent: fewer after a 429, one when the index seems to be down."""

    most: int
    """What was asked for."""
    places: int = 0
    """What holds now; 0 stands for `most`."""
    failed_in_a_row: int = 0

    @property
    def limit(self) -> int:
        """How many may be sent at this moment; at least 1."""
        return 1 if self.is_broken else self.places or self.most

    @property
    def is_broken(self) -> bool:
        """Whether the circuit is open: one probe at a time, until something succeeds."""
        return self.failed_in_a_row >= _BREAKING

    def took(self, result: Result) -> None:
        """Note what came of an attempt; a refusal of one file says nothing of the index."""
        if isinstance(result, Lost) or result.status >= 500:
            self.failed()
        elif result.status == 429:
            self.slowed()
        elif result.status < 300:
            self.succeeded()

    def slowed(self) -> None:
        """Note a 429: half as many from here on."""
        self.places = max(1, (self.places or self.most) // 2)

    def failed(self) -> None:
        """Note an attempt that ended in a server's error or without an answer."""
        self.failed_in_a_row += 1

    def succeeded(self) -> None:
        """Note that the index took something: the circuit closes, and one more place is tried."""
        self.failed_in_a_row = 0
        if self.places:
            self.places = min(self.places + 1, self.most)
