"""Words of the history's own facts; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

HAPPENED_TO = {"history ended": N_("ended after its time")}

NOUNS = {"history": N_("stored data")}
