"""``/api/v1/facts``: the chained record of everything that happened."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.access import Reader
from api.context import Context, context_of
from api.discreet import as_seen_by
from api.paging import PROBLEMS, Listing, Out, moment
from api.routes import API
from facility.fact import Fact

router = APIRouter(prefix=f"{API}/facts", tags=["facts"], responses=PROBLEMS)


class FactOut(Out):
    """One thing that happened. ``hash`` chains it to the fact before."""

    seq: int = Field(examples=[412])
    at: str
    noun: str = Field(examples=["alert"])
    subject: str = Field(examples=["7"])
    what: str = Field(examples=["acknowledged"])
    before: str
    after: str
    why: str
    who: str = Field(examples=["officer"])
    data: dict[str, Any]
    previous: str
    hash: str


@router.get("", summary="Facts in order")
def list_facts(
    *,
    visitor: Reader,
    context: Annotated[Context, Depends(context_of)],
    after: Annotated[int, Query(ge=0, description="Only facts with a greater `seq`.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> Listing[FactOut]:
    """Append-only and chained by hash. The cursor is the last `seq`: give it as `after`.

    What an account may not see stands there as `other` with its hash, and nothing of what it says.
    """
    with context.records.read() as unit:
        facts = as_seen_by(visitor.actor, unit).facts.after(after, limit)
    more = len(facts) == limit
    return Listing(rows=[fact_out(fact) for fact in facts], cursor=str(facts[-1].seq) if more else None)


def fact_out(fact: Fact) -> FactOut:
    """A fact as the API gives it."""
    return FactOut(
        seq=fact.seq,
        at=moment(fact.at) or "",
        noun=fact.noun,
        subject=fact.subject,
        what=fact.what,
        before=fact.before,
        after=fact.after,
        why=fact.why,
        who=fact.who,
        data=dict(fact.data),
        previous=fact.previous,
        hash=fact.hash,
    )
