"""Escalation chains: who would be told when, were something to happen now; and a test without an alarm."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Dispatcher, Reader
from api.acting import write
from api.context import Context, context_of
from api.routes.notices import chain_of, shortened
from api.telling_people import reach_now, try_out
from api.web.page import reading
from api.web.told import people_of
from facility.person import Right
from response.chain_trial import stages

router = APIRouter(prefix="/chains")
Given = Annotated[Context, Depends(context_of)]


@router.get("")
def show_all(request: Request, visitor: Reader, context: Given) -> Response:
    """By what starts them."""
    with reading(request, visitor) as page:
        chains = sorted(context.chains().values(), key=lambda one: (one.about.value, not one.life_safety, one.id))
        return page.render("chains.html", chains=chains)


@router.get("/{id}")
def show_one(request: Request, visitor: Reader, context: Given, id: str, told: int = 0) -> Response:
    """Level by level, with the people who are there now."""
    with reading(request, visitor) as page:
        chain = chain_of(context, id)
        reach = reach_now(context, page.unit)
        people = people_of(page)
        known = {one.id: one.name for one in people.rota.people.values()}
        accounts = {one.id: one.name for one in reach.accounts if one.disabled is None}
        linked = {one.account for one in people.rota.people.values()}
        choices = known | {id: name for id, name in accounts.items() if id not in linked}
        return page.render(
            "chain.html",
            chain=chain,
            stages=stages(chain, reach, context.channels()),
            people=people,
            shortened=shortened,
            choices=sorted(choices.items(), key=lambda pair: pair[1]),
            told=told,
            may_try=page.look.may(Right.DISPATCH),
        )


@router.post("/{id}/test")
def try_it(
    visitor: Dispatcher, context: Given, id: str, people: Annotated[list[str] | None, Form(max_length=20)] = None
) -> Response:
    """Tells those who were chosen, and nobody else."""
    chain = chain_of(context, id)
    written = write(context, lambda unit: try_out(context, unit, chain, people or [], visitor.actor))
    return RedirectResponse(f"/chains/{id}?told={len(written)}", 303)
