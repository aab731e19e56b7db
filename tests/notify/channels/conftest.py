from collections.abc import Iterator

import pytest

from tests.notify.channels.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found
