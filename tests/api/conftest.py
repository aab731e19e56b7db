import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from facility.person import Role
from tests.api.browser import Browser
from tests.api.seed import Clockwork, House, fill, house, reopen


@pytest.fixture(scope="session")
def riverside_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Riverside's register and people, made once and copied for each test."""
    file = tmp_path_factory.mktemp("riverside") / "records.db"
    made = house(f"sqlite:///{file}")
    made.records.close()
    return file


@pytest.fixture
def home(riverside_file: Path, tmp_path: Path) -> Iterator[House]:
    """Riverside without a single reading."""
    file = tmp_path / "records.db"
    shutil.copyfile(riverside_file, file)
    made = reopen(f"sqlite:///{file}", Clockwork())
    yield made
    made.records.close()


@pytest.fixture
def lively(home: House) -> House:
    """Riverside on a lively morning."""
    fill(home)
    return home


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[House]:
    """Accounts, and nothing else."""
    made = house(f"sqlite:///{tmp_path / 'bare.db'}", register=False)
    yield made
    made.records.close()


@pytest.fixture
def client(home: House) -> Iterator[TestClient]:
    """A program without a token."""
    with TestClient(create_app(home.context), raise_server_exceptions=False, follow_redirects=False) as made:
        yield made


@pytest.fixture
def program(client: TestClient) -> Callable[[Role], dict[str, str]]:
    """The headers of a program whose token has that role."""
    return lambda role: {"authorization": f"Bearer dr_{role.value}"}


@pytest.fixture
def browser_of(home: House) -> Callable[[str], Browser]:
    """A browser in which that account has signed in through the form."""
    app = create_app(home.context)

    def sign_in(name: str) -> Browser:
        made = Browser(TestClient(app, raise_server_exceptions=False, follow_redirects=False))
        made.sign_in(name)
        return made

    return sign_in
