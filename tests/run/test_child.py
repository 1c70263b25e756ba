import pytest

from wheelmatrix.run.child import Exit


@pytest.mark.parametrize(("code", "ok"), [(0, True), (1, False), (137, False)])
def test_a_program_succeeded_if_its_exit_code_is_zero(code: int, ok: bool) -> None:
    assert Exit(code=code).ok is ok
