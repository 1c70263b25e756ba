"""`wheelmatrix publish`: what it takes, and that a build that fails sends nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.index import PASSWORD, USER, FakeIndex

from wheelmatrix.cli.publish import command
from wheelmatrix.options import BuildOptions, UploadOptions, options_of


def test_it_takes_what_build_and_upload_take() -> None:
    known = {name for parameter in command.params for name in parameter.opts}
    wanted = {
        flag for owner in (BuildOptions, UploadOptions) for each in options_of(owner) for flag in each.facts.flags
    }

    assert wanted | {"--username", "--password", "--token-file", "--yes"} <= known


@pytest.mark.slow
def test_without_a_project_nothing_is_sent(tmp_path: Path) -> None:
    environment = {**os.environ, "WHEELMATRIX_USERNAME": USER, "WHEELMATRIX_PASSWORD": PASSWORD}
    with FakeIndex() as index:
        argv = [sys.executable, "-m", "wheelmatrix", "publish", "--repository-url", index.upload_url, "-i", "3.12"]
        ended = subprocess.run(argv, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

        assert (ended.returncode, index.posts) == (2, [])
    assert "Cargo.toml" in ended.stderr
