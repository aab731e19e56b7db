import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from storage.records.sql import SqlRecords
from storage.records.sql import records as sql_records
from tests import quick_schema, services

# What a developer has set for a duty room of their own does not reach the tests.
for name in [name for name in os.environ if name.startswith("DUTYROOM_") and not name.startswith("DUTYROOM_TEST_")]:
    del os.environ[name]
services.load_environment()

# Read by whoever migrates in this process; the tests of migrations take the real ones.
sql_records.migrate = quick_schema.migrate  # type: ignore[attr-defined]

# Two busy cores make any deadline flaky; in CI the same examples are tried each time.
settings.register_profile("dutyroom", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("dutyroom")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    slow_wanted = "CI" in os.environ or "slow" in str(config.getoption("markexpr"))
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & services.FIXTURES:
            item.add_marker(pytest.mark.services)
        if fixtures & services.BROWSER_FIXTURES:
            item.add_marker(pytest.mark.browser)
        file = item.nodeid.split("::", 1)[0]
        if not file.startswith("tests/acceptance/"):
            # Where several processes run: a file in one of them, for its tests share what they set up.
            item.add_marker(pytest.mark.xdist_group(f"browser {file}" if item.get_closest_marker("browser") else file))
        if item.get_closest_marker("slow") and not slow_wanted:
            item.add_marker(pytest.mark.skip(reason="slow: run in CI, or with -m slow"))
    # Once Playwright has started, its event loop runs in this thread, and asyncio.run() is refused there.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture
def records() -> Iterator[SqlRecords]:
    """Empty ones of this test's own, in memory."""
    made = SqlRecords("sqlite:///:memory:")
    made.migrate()
    yield made
    made.close()


@pytest.fixture(scope="session")
def mosquitto_url() -> str:
    """A real Mosquitto, shared by all tests: use topics and client ids of your own."""
    return services.wanted(services.MOSQUITTO)


@pytest.fixture(scope="session")
def influx1_url() -> str:
    return services.wanted(services.INFLUX1)


@pytest.fixture
def influx1_db_url(influx1_url: str) -> Iterator[str]:
    """A fresh database on a real InfluxDB 1.x."""
    with services.influx1_database(influx1_url) as url:
        yield url


@pytest.fixture(scope="session")
def influx2_url() -> str:
    return services.wanted(services.INFLUX2)


@pytest.fixture
def influx2_db_url(influx2_url: str) -> Iterator[str]:
    """A fresh bucket on a real InfluxDB 2.x, which InfluxQL finds by its name."""
    with services.influx2_bucket(influx2_url) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> str:
    return services.wanted(services.POSTGRES)


@pytest.fixture
def postgres_db_url(postgres_url: str) -> Iterator[str]:
    """A fresh database on a real PostgreSQL."""
    with services.postgres_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The embedded broker, always there, shared by all tests: use topics and client ids of your own."""
    with services.nats_server(tmp_path_factory.mktemp("nats")) as url:
        yield url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    return services.wanted(services.CHROMIUM)


@pytest.fixture(scope="session")
def amtool_path() -> str:
    return services.wanted(services.AMTOOL)


@pytest.fixture(scope="session")
def promtool_path() -> str:
    """Prometheus' own judge of rules."""
    return services.wanted(services.PROMTOOL)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium_path: str) -> dict[str, Any]:
    return services.chromium_launch(browser_type_launch_args, chromium_path)
