"""SOURCE_DATE_EPOCH: the one time that every member of an archive has."""

from wheelmatrix.errors import ConfigError


def epoch_of(text: str | None, *, usual_s: int, earliest_s: int, latest_s: int) -> int:
    """Return SOURCE_DATE_EPOCH's `text` in seconds since 1970, the nearest that the archive can name; else `usual_s`.

    Raises ConfigError if the text is no whole number. Source: reproducible-builds.org, SOURCE_DATE_EPOCH 1.1.
    """
    if not text:
        return usual_s
    try:
        return min(max(int(text), earliest_s), latest_s)
    except ValueError as error:
        raise ConfigError.of(
            f"{text!r} is no whole number of seconds since 1970",
            where="SOURCE_DATE_EPOCH",
            hint="for the time of the last commit: SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)",
        ) from error
