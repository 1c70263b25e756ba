import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.pack.epoch import epoch_of


@pytest.mark.parametrize(
    ("text", "epoch_s"), [(None, 50), ("", 50), ("70", 70), ("-3", 10), ("9", 10), ("101", 100), ("10", 10)]
)
def test_the_nearest_time_that_the_archive_can_name_is_taken(text: str | None, epoch_s: int) -> None:
    assert epoch_of(text, usual_s=50, earliest_s=10, latest_s=100) == epoch_s


def test_what_is_no_number_is_an_error_that_says_where() -> None:
    with pytest.raises(ConfigError, match="'now' is no whole number") as caught:
        epoch_of("now", usual_s=0, earliest_s=0, latest_s=1)

    assert caught.value.issues[0].where == "SOURCE_DATE_EPOCH"
