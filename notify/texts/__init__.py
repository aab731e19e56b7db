"""Texts of notices: one template a language and kind of news, and what fills them in."""
