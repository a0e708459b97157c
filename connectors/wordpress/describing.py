"""Texts about an image on the site, and what stands around it there."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from connectors.base import Surroundings, Texts
from connectors.wordpress import listing
from connectors.wordpress.media import Item
from connectors.wordpress.plugin import NAMESPACE, Plugin
from connectors.wordpress.site import Refusal, Site

_FIELDS = {"alt": "alt_text", "title": "title", "caption": "caption"}


def describe(site: Site, attachment: int, texts: Texts, *, over: bool) -> None:
    """Writes what differs; over what is there only where that is wanted, or nobody wrote it."""
    one = listing.one_item(site, attachment)
    if one is None:
        return
    there = {"alt": one.alt, "title": "" if _is_from_file(one) else one.title, "caption": one.caption}
    said = {name: getattr(texts, name) for name in _FIELDS}
    wanted = {name: text for name, text in said.items() if text and text != there[name]}
    changed = {_FIELDS[name]: text for name, text in wanted.items() if over or not there[name].strip()}
    if changed:
        site.post(f"wp/v2/media/{attachment}", changed)


def _is_from_file(one: Item) -> bool:
    """WordPress gives each upload its file's name as its title, which is no text that anybody wrote."""
    said = _letters(one.title)
    return any(said in {_letters(name), _letters(name.rpartition(".")[0])} for name in one.names)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def surroundings(site: Site, plugin: Plugin, attachment: int) -> Surroundings:
    """From the plugin, which knows every post type; without it from the post that the image was uploaded to."""
    if plugin.status() is not None:
        try:
            return _as_told(site.get(f"{NAMESPACE}/media/{attachment}/context").body)
        except Refusal as refusal:
            if refusal.status not in {404, 405}:
                raise
    one = listing.one_item(site, attachment)
    return _of_post(site, one.post) if one and one.post else Surroundings()


def _as_told(said: Mapping[str, Any]) -> Surroundings:
    found = {name: str(said.get(name) or "").strip() for name in ("title", "keyphrase", "product")}
    return Surroundings(**found)


def _of_post(site: Site, post: int) -> Surroundings:
    for kind in ("posts", "pages"):
        try:
            said = site.get(f"wp/v2/{kind}/{post}", context="edit", _fields="title").body
        except Refusal as refusal:
            if refusal.status in {400, 401, 403, 404}:
                continue
            raise
        return Surroundings(title=_plain(str((said.get("title") or {}).get("raw", ""))))
    return Surroundings()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _plain(text: str) -> str:
    reader = _Text()
    reader.feed(text)
    reader.close()
    return " ".join("".join(reader.parts).split())
