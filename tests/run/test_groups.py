import anyio
import pytest

from wheelmatrix.run.groups import first_of


def test_the_first_of_nested_groups_is_found():
    inner = ExceptionGroup("inner", [ValueError("first"), KeyError("second")])

    found = first_of(ExceptionGroup("outer", [inner, OSError("third")]))

    assert isinstance(found, ValueError)
    assert str(found) == "first"


def test_what_is_no_exception_is_raised():
    with pytest.raises(KeyboardInterrupt):
        first_of(BaseExceptionGroup("outer", [KeyboardInterrupt()]))


def test_a_task_groups_failure_is_the_tasks_own():
    async def fail():
        raise LookupError("alone")

    async def run():
        async with anyio.create_task_group() as group:
            group.start_soon(fail)

    with pytest.raises(ExceptionGroup) as caught:
        anyio.run(run)

    assert str(first_of(caught.value)) == "alone"
