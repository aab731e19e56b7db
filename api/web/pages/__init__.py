"""One file per page."""

from fastapi import APIRouter

from api.web.pages import (
    alerts,
    board,
    bulletins,
    figures,
    incidents,
    letters,
    maintenance,
    people,
    place_codes,
    points,
    report,
    residents,
    residents_analysis,
    reviews,
    rota,
    rule_changes,
    rules,
    sign_in,
    system,
    test_modes,
    unclaimed,
    work_figures,
    work_orders,
    zones,
)

router = APIRouter(include_in_schema=False)
for page in (
    sign_in,
    board,
    alerts,
    work_orders,
    points,
    zones,
    reviews,
    incidents,
    bulletins,
    letters,
    unclaimed,
    rule_changes,
    rules,
    system,
    test_modes,
    maintenance,
    figures,
    report,
    residents_analysis,
    residents,
    place_codes,
    people,
    rota,
    work_figures,
):
    router.include_router(page.router)
