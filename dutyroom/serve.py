"""The web process: pages, API, live events."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dutyroom import demo, wiring
from dutyroom.garbage import without_collecting
from dutyroom.logs import without_variables
from dutyroom.settings import Settings, SettingsError, is_loopback, split_address

if TYPE_CHECKING:
    from types import FrameType

    from fastapi import FastAPI

    from dutyroom.rule_files import RuleFiles
    from storage.readings.port import Readings
    from storage.records.port import Records


def _rules(settings: Settings, records: Records) -> RuleFiles:
    """The site's files; where they are broken at the start, the rules as they were last in force."""
    from dutyroom.rule_files import RuleFiles

    files = RuleFiles(settings.site_folder)
    with records.read() as unit:
        files.start(unit)
    return files


def serve(settings: Settings) -> None:
    """Until a signal. Raises ``SettingsError`` and the stores' errors at the start."""
    without_variables()
    records = wiring.open_records(settings)
    readings = wiring.open_readings(settings, records)
    try:
        _listen(settings, _pages(settings, records, readings))
    finally:
        readings.close()
        records.close()


@without_collecting()
def _pages(settings: Settings, records: Records, readings: Readings) -> FastAPI:
    from importlib.metadata import version

    from api.app import create_app
    from api.context import Context
    from dutyroom.chain_following import ChainFiles
    from dutyroom.door_comparing import site_mapping
    from dutyroom.door_following import DoorFiles
    from dutyroom.duty_following import DutyFiles
    from dutyroom.playbook_following import PlaybookFiles
    from dutyroom.report_following import ReportFiles
    from dutyroom.site_channels import ShownChannels
    from dutyroom.visiting import PersonalDataFiles

    accounts = demo.accounts_in(records)
    if accounts and not is_loopback(split_address(settings.http)[0]):
        raise SettingsError(
            f"DUTYROOM_HTTP: {settings.http!r} opens the pages to the network while demo accounts exist: "
            "listen on 127.0.0.1, or remove them with: dutyroom user remove-demo",
        )
    files = _rules(settings, records)
    context = Context(
        records=records,
        readings=readings,
        book=files.book,
        playbooks=PlaybookFiles(settings.site_folder).playbooks,
        ways=ShownChannels(settings, records),
        save_rule=files.save if files.folder is not None else None,
        report_book=ReportFiles(settings.site_folder, settings.public_url).book,
        chains=ChainFiles(settings.site_folder).chains,
        duties=DutyFiles(settings.site_folder).duties,
        door_checks=DoorFiles(settings.site_folder).checks,
        door_list=partial(site_mapping, settings.site_folder),
        personal_data=PersonalDataFiles(settings.site_folder).classes,
        clock=wiring.now,
        hide=wiring.hider(settings),
        sources=partial(wiring.load_sources, settings),
        demo=accounts,
        secure_cookies=settings.secure_cookies,
        version=version("dutyroom"),
    )
    return create_app(context)


def _listen(settings: Settings, app: FastAPI) -> None:
    """Serve until a signal; open streams are ended first, so that browsers do not hold the server back."""
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            app.state.live.shut()
            super().handle_exit(sig, frame)

    host, port = split_address(settings.http)
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=1, server_header=False
    )
    Server(config).run()
