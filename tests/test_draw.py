from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.draw import main
from tests.show.scenes import RUNS


@pytest.mark.parametrize("at", ["", "58", "end"])
def test_the_picture_is_whole_loads_nothing_and_is_the_same_each_time(at: str, tmp_path: Path) -> None:
    pictures = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for picture in pictures:
        assert main([str(RUNS / "mixed.jsonl"), str(picture), "--at", at]) == 0

    one, two = (picture.read_text(encoding="utf-8") for picture in pictures)
    assert one == two
    assert ET.fromstring(one).tag == "{http://www.w3.org/2000/svg}svg"
    assert one.count("http") == 1  # the namespace
