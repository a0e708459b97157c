"""Documents, screenshots, slides, covers and signs whose titles somebody read: drawn here, and real ones."""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from appliance.imaging import Decoder
from benchmarks import packages

HERE = Path(__file__).parent
BODY = {
    "en": "The committee met in spring and talked about what had been done since the last report was written.",
    "de": "Der Ausschuss trat im Frühjahr zusammen und sprach über alles, was seit dem letzten Bericht geschah.",
    "fr": "Le comité s'est réuni au printemps et a parlé de tout ce qui a été fait depuis le dernier rapport.",
    "es": "El comité se reunió en primavera y habló de todo lo que se había hecho desde el último informe.",
}

FONT = {
    "usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "abdc775b21b1bc470d50c97e790d276f2054b7504e56e5bd3e64f48d68582322"
}


@dataclass(frozen=True, slots=True)
class Document:
    """`titles` are what a person would accept; one of them is enough."""

    name: str
    preview: bytes
    titles: tuple[str, ...]


def real(pictures: Path) -> Iterator[tuple[Document, bool]]:
    """Those that are in the folder, and whether the choice of the title may be tuned on it: on every other one."""
    found = json.loads((HERE / "document-titles.json").read_text(encoding="utf-8"))
    with Decoder() as decoder:
        for source, repository in found.items():
            for name, one in repository["photos"].items():
                path = pictures / source / name
                if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == one["sha256"]:
                    yield _document(decoder, path.name, path.read_bytes(), *one["titles"]), _tuned(one["sha256"])


def drawn() -> Iterator[Document]:
    with Decoder() as decoder:
        for name, picture, *titles in _drawings():
            buffer = io.BytesIO()
            picture.save(buffer, "PNG")
            yield _document(decoder, f"{name}.png", buffer.getvalue(), *titles)


def _document(decoder: Decoder, name: str, content: bytes, *titles: str) -> Document:
    return Document(name, decoder.inspect(io.BytesIO(content), name).preview, titles)


def _tuned(sha256: str) -> bool:
    return int(sha256[0], 16) % 2 == 0


# Drawings. Each has what surrounds a title in real ones: bars, letterheads, amounts, menus, authors.


def _drawings() -> Iterator[tuple[str, Image.Image, str]]:
    for title, language in (("Annual Report 2023", "en"), ("Jahresbericht 2023", "de"), ("Rapport annuel", "fr")):
        yield f"report-{language}", _letter(title, language), title
    for title, language in (("Mietvertrag", "de"), ("Contrat de location", "fr"), ("Informe de ventas", "es")):
        yield f"contract-{language}", _letter(title, language), title
    for title in ("Why Bees Matter", "Das Wattenmeer", "Les marchés de Provence", "Quarterly Results"):
        yield f"slide-{title}", _slide(title), title
    for title, author in (
        ("The Silent Harbour", "a novel"),
        ("Kochen im Herbst", "Rezepte"),
        ("Petit Atlas", "cartes"),
    ):
        yield f"cover-{title}", _cover(title, author), title
    for shop in ("Corner Bakery", "Bäckerei Sonnenschein", "Librairie du Port"):
        yield f"receipt-{shop}", _receipt(shop), shop
    for title in ("Summer Night Festival", "Flohmarkt am Rathaus", "Fête de la musique"):
        yield f"poster-{title}", _poster(title), title
    for title in ("Shopping List", "Einstellungen", "Mes voyages", "Weekly Planner"):
        yield f"app-{title}", _app(title), title
    for title in ("Harbour Road", "Ausfahrt freihalten", "Sortie de secours"):
        yield f"sign-{title}", _sign(title), title


def _letter(title: str, language: str) -> Image.Image:
    page, draw = _page(1240, 1754, "white")
    _text(draw, (120, 80), "Northwind GmbH · 12 March 2024", 22)
    _text(draw, (120, 300), title, 58)
    for paragraph in range(3):
        for row, line in enumerate(_lines(BODY[language] + " " + BODY[language], 60)):
            _text(draw, (120, 460 + paragraph * 260 + row * 44), line, 30)
    _text(draw, (580, 1690), "Page 1 of 4", 20)
    return page


def _slide(title: str) -> Image.Image:
    page, draw = _page(1600, 900, "#f4f7fb")
    draw.rectangle((0, 0, 1600, 30), fill="#24527a")
    _text(draw, (90, 90), title, 84)
    for row, line in enumerate(("What was known before", "What was measured last year", "What comes next")):
        _text(draw, (130, 330 + row * 120), f"• {line}", 46)
    _text(draw, (90, 850), "2024-03-12", 22)
    _text(draw, (1500, 850), "7", 22)
    return page


def _cover(title: str, below: str) -> Image.Image:
    page, draw = _page(900, 1350, "#204a4a")
    draw.ellipse((200, 620, 700, 1120), fill="#d9a441")
    for row, line in enumerate(_lines(title, 12)):
        _text(draw, (90, 140 + row * 130), line, 110, "white")
    _text(draw, (90, 1240), below, 40, "white")
    return page


def _receipt(shop: str) -> Image.Image:
    page, draw = _page(600, 1100, "white")
    _text(draw, (70, 60), shop, 50)
    _text(draw, (180, 150), "12 Harbour Road", 26)
    rows = ("Bread 3.20", "Coffee 2.80", "Newspaper 2.10", "Total 8.10", "VAT 7% 0.53", "Card 8.10")
    for row, line in enumerate(rows):
        _text(draw, (80, 300 + row * 70), line, 32)
    _text(draw, (120, 980), "12.03.2024 14:05", 26)
    return page


def _poster(title: str) -> Image.Image:
    page, draw = _page(1000, 1400, "#2b1b4d")
    draw.polygon(((0, 1400), (1000, 900), (1000, 1400)), fill="#f2c14e")
    for row, line in enumerate(_lines(title, 13)):
        _text(draw, (80, 200 + row * 150), line, 120, "white")
    _text(draw, (80, 800), "Saturday, 14 June, 8 pm", 48, "#f2c14e")
    _text(draw, (80, 880), "free entry", 40, "white")
    return page


def _app(title: str) -> Image.Image:
    page, draw = _page(1080, 1920, "white")
    draw.rectangle((0, 0, 1080, 210), fill="#1769aa")
    _text(draw, (40, 18), "09:41", 34, "white")
    _text(draw, (930, 18), "87%", 34, "white")
    _text(draw, (120, 105), title, 60, "white")
    for row, line in enumerate(("Monday", "two apples", "Settings", "a letter to the bank", "Help", "Log out")):
        _text(draw, (80, 300 + row * 150), line, 42)
    return page


def _sign(title: str) -> Image.Image:
    page, draw = _page(1200, 800, "#8fb3cf")
    draw.rectangle((560, 500, 640, 800), fill="#555555")
    draw.rounded_rectangle((100, 220, 1100, 520), 30, fill="#0b5d3b", outline="white", width=10)
    _text(draw, (160, 310), title, 96, "white")
    return page


def _page(width: int, height: int, colour: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page = Image.new("RGB", (width, height), colour)
    return page, ImageDraw.Draw(page)


def _text(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int, colour: str = "black") -> None:
    draw.text(place, text, fill=colour, font=_font(size))


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own has no accents."""
    (path,) = packages.unpack("fonts-dejavu-core", FONT)
    return ImageFont.truetype(path, size)


def _lines(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
