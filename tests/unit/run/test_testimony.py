"""What a script's process says is taken only in the form that we gave it."""

import pytest

from ci_scriptcheck.run.inside import testimony


@pytest.mark.parametrize("name", ["read", "written", "looked_for", "listed"])
@pytest.mark.parametrize("path", ["/a\0b", "/a\ud800"])
def test_a_result_with_a_path_that_no_file_can_have_is_none_of_ours(name: str, path: str) -> None:
    said = {"how": "returned", name: [path]}

    assert testimony.of_result(said, began=True) == testimony.NO_FORM


def test_a_name_that_is_no_text_is_a_path_nevertheless() -> None:
    said = {"how": "returned", "read": ["/a\udcff"]}

    assert testimony.of_result(said, began=True) == said
