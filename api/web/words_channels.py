"""Words of channels as a person reads them; the keys are the stored words."""

from __future__ import annotations

from api.web.languages import N_

SENT = {
    "pending": N_("on its way"),
    "sent": N_("sent"),
    "failed": N_("did not go out, is tried again"),
    "dead": N_("did not go out"),
    "acknowledged": N_("sent, and seen"),
    "dropped": N_("called off"),
}

WORDS = {"test-notice": SENT}
