from collections.abc import Callable, Iterator
from itertools import count
from shutil import copyfile

import pytest

from storage.records.sql import SqlRecords

Fresh = Callable[[], SqlRecords]


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Makes an empty store: a copy of one that was migrated once."""
    folder = tmp_path_factory.mktemp("records")
    first = SqlRecords(f"sqlite:///{folder}/first.db")
    first.migrate()
    first.close()
    names = count()

    def make() -> SqlRecords:
        path = folder / f"{next(names)}.db"
        copyfile(folder / "first.db", path)
        return SqlRecords(f"sqlite:///{path}")

    return make


@pytest.fixture
def empty(fresh: Fresh) -> Iterator[SqlRecords]:
    """An empty store."""
    store = fresh()
    yield store
    store.close()
