"""As much of a browser as the pages need: cookies, forms with their token, where links lead."""

from __future__ import annotations

import re
from html import unescape

from starlette.testclient import TestClient

from tests.api.seed import PASSWORD


class Browser:
    """Keeps cookies as a browser does, and sends the token that stands in the page's forms."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.csrf = ""

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        answer = self.client.post("/sign-in", data={"account": name, "password": password})
        assert answer.status_code == 303, answer.text
        self.csrf = self.token("/alerts")

    def token(self, page: str) -> str:
        """The token that the forms of a page carry."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get(page).text)
        assert found is not None
        return found.group(1)

    def page(self, address: str, status: int = 200, **headers: str) -> str:
        """A page's HTML."""
        answer = self.client.get(address, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, address: str, **fields: str) -> int:
        """Send a form; the status of the answer."""
        return self.client.post(address, data={"csrf": self.csrf, **fields}).status_code


def words(html: str) -> str:
    """What a person reads of a page, in one line."""
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()
