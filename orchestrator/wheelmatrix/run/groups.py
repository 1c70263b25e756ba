"""Task groups raise groups; callers of a single thing want the single error."""


def first_of(failures: BaseExceptionGroup[BaseException]) -> Exception:
    """Return the first exception in a group of groups; raises what is no Exception, such as KeyboardInterrupt."""
    error: BaseException = failures
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, Exception):
        raise error
    return error
