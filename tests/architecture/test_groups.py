"""Where several processes run the tests, those that share what they set up run in one of them."""

import os

import pytest


def test_tests_of_one_file_stay_together(request: pytest.FixtureRequest) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("one process runs all of them")
    assert request.node.nodeid.endswith("@tests/architecture/test_groups.py")
