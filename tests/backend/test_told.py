import pytest

from wheelmatrix.backend.told import telling
from wheelmatrix.errors import ConfigError, Issue


def test_a_hook_ends_with_every_issue_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, telling():
        raise ConfigError(Issue(message="one", where="a"), Issue(message="two", hint="mend it"))

    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: a: one\nerror: two\n  hint: mend it\n"
