"""The page about work orders says what is so."""

import re
from pathlib import Path

from response.attachments import LARGEST_TEXT
from response.class_files import load_classes, read_class

PAGE = (Path(__file__).parents[2] / "docs" / "work-orders.md").read_text("utf-8")


def test_the_example_of_a_class_can_be_read() -> None:
    [example] = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert read_class(example, "glass.toml").checklist[0].must


def test_every_class_that_comes_with_the_product_is_named() -> None:
    last = PAGE[PAGE.index("The classes that come with the product") :]
    assert set(re.findall(r"`([a-z-]+)`", last)) == set(load_classes())


def test_the_largest_file_is_as_large_as_it_says() -> None:
    assert f"at most {LARGEST_TEXT}" in PAGE
