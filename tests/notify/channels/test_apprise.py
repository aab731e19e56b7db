"""Everything else by Apprise: what it really sends, at a server of ours."""

import subprocess
import sys

import pytest

from notify.channel import NotNow
from notify.channels.apprise import AppriseChannel
from notify.secret import MissingSecret
from tests.notify.channels.receiver import Receiver, Said
from tests.notify.channels.words import message, parts, settings

# A plugin that we do not use asks for a module that Python will drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def channel(url: str) -> AppriseChannel:
    return AppriseChannel(settings('name = "push"\nkind = "apprise"\nurl = { env = "A_URL" }'), parts({"A_URL": url}))


def test_apprise_sends_title_body_and_link(receiver: Receiver) -> None:
    channel(receiver.url.replace("http://", "json://")).send(message())
    asked = receiver.asked[0].json
    assert asked["title"] == message().title
    assert asked["message"].endswith(message().link)
    assert asked["type"] == "failure"


@pytest.mark.parametrize("said", [Said(500), Said(403), Said(302, headers={"Location": "/elsewhere"})])
def test_a_no_is_for_later_for_apprise_does_not_say_why(said: Said, receiver: Receiver) -> None:
    receiver.answers = lambda _: said
    with pytest.raises(NotNow):
        channel(receiver.url.replace("http://", "json://")).send(message())
    assert len(receiver.asked) == 1, "and no redirect is followed"


def test_an_address_that_apprise_does_not_know_is_said_without_repeating_it() -> None:
    with pytest.raises(MissingSecret, match="A_URL") as told:
        channel("nonsense://s3cret")
    assert "s3cret" not in str(told.value)


def test_it_is_loaded_only_where_it_is_used() -> None:
    code = "import sys; from notify.catalogue import kinds; kinds(); sys.exit('apprise.plugins' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
