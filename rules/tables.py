"""How values are written in the tables of kinds, as pydantic sees them."""

from __future__ import annotations

from pydantic import Field

from facility.definition_files.values import Duration, Table


class KindTable(Table):
    """What the tables of all kinds have."""

    hold_for: Duration = Field(
        default=0, description="how long it must be bad before the alert is raised; none by default"
    )
    clear_for: Duration = Field(
        default=0, description="how long it must be good before the alert returns; none by default"
    )
