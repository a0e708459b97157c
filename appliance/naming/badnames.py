"""Bad names: what cameras, phones, messengers and programs call a picture (rule 12)."""

import re
import unicodedata
from functools import lru_cache

from appliance.naming import extensions, grammar
from appliance.naming.vocabulary import (
    CAMERA,
    COUNTED_WORDS,
    DATE_WORDS,
    EMPTY,
    EMPTY_WORDS,
    GENERATED,
    MESSENGER,
    NOTHING,
    NUMBERS,
    PROGRAM,
    RANDOM,
    SCANNER,
    SCREENSHOT,
    STOCK,
)

_REASONS = {word: reason for reason, words in (*COUNTED_WORDS.items(), *EMPTY_WORDS.items()) for word in words}
_ALWAYS = frozenset().union(*EMPTY_WORDS.values())

_TIMESTAMP = r"(?:19|20)\d\d[-_. ]?\d\d[-_. ]?\d\d"

# Names whose form alone tells where they come from, whatever words follow.
_FORMS = [
    (reason, re.compile(pattern, flags))
    for reason, pattern, flags in (
        (CAMERA, r"pxl_\d{8}.*", re.IGNORECASE),
        (CAMERA, r"_?[a-z0-9]?(img|dsc|dscn|dscf|mg|mvimg)_?e?\d{4,}", re.IGNORECASE),
        (
            CAMERA,
            r"(\d{5}img_\d{5}_burst|win_\d{8}_|wp_\d{8}_|c360_\d{4}|lrm_export_\d|rpreplay_final).*",
            re.IGNORECASE,
        ),
        # The three or four characters that a photographer may choose on the camera.
        (CAMERA, r"(?!.*(?:19|20)\d\d$)_?[A-Z0-9][A-Z0-9_]{2,3}_?\d{4}", re.NOFLAG),
        (CAMERA, r"_?[A-Z]{1,2}\d{6,8}", re.NOFLAG),
        (CAMERA, r"(fullsizerender|tempimage).*", re.IGNORECASE),
        (CAMERA, r"processed with vsco.*", re.IGNORECASE),
        (
            SCREENSHOT,
            r"(screen ?shot|screencap\w*|screenshots?|bildschirmfoto|captura|capture d.?[ée]cran|schermata|"
            rf"снимок экрана|scr)[-_ ]?.*?{_TIMESTAMP}.*",
            re.IGNORECASE,
        ),
        (
            SCREENSHOT,
            r"(capture d.?[ée]cran|captur[aă] de (pantalla|tela|ecr[ãa]n?|ecran)|zrzut ekranu|"
            r"снимок экрана|знімок екрана|екранна снимка|ekran (resmi|görüntüsü|alıntısı)|"
            r"sn[íi]mek obrazovky|στιγμιότυπο οθόνης|ảnh chụp màn hình|لقطة شاشة|צילום מסך|"
            r"スクリーンショット|截屏|截图|屏幕截图|螢幕擷取畫面|스크린샷)"
            r"(?:[\W\d_]|[^\W\d_]{1,3}(?![^\W\d_]))*",
            re.IGNORECASE,
        ),
        (MESSENGER, r"whatsapp[-_ ](image|video|bild|foto|photo).*\d{4}.*", re.IGNORECASE),
        (MESSENGER, r"image from ios.*", re.IGNORECASE),
        (MESSENGER, r"(telegram-cloud-photo|signal-attachment|z\d{10,}_|viber[-_ ]image).*", re.IGNORECASE),
        (MESSENGER, r"\d{6,}_\d{10,}_\d+_[a-z](?:[-_ (].*)?", re.IGNORECASE),
        (STOCK, r"depositphotos_\d+-stock-.*|bigstock-.*-\d{6,}", re.IGNORECASE),
        (STOCK, r"[\w-]+-[\w-]{11}-unsplash([-_ (].*)?", re.NOFLAG),
        (STOCK, r"pexels-[\w-]+-\d{5,}([-_ (].*)?", re.NOFLAG),
        (STOCK, r"(s-l\d{2,4}|il_\w+\.\d+.*|[\w+-]{8,13}\._\w+_)", re.NOFLAG),
        (GENERATED, r"dall[·.\-_ ]?e[ _-]?\d?[ _-].*", re.IGNORECASE),
        (GENERATED, r"(chatgpt[ _-]image|gemini_generated_image|comfyui_\d).*", re.IGNORECASE),
        (
            GENERATED,
            r"Leonardo_(Phoenix|Kino|Diffusion|Vision|Anime|Lightning|Creative|Select|Signature)_.*",
            re.NOFLAG,
        ),
        (GENERATED, r"(?!.*(?:19|20)\d\d$)Firefly[ _].*[ _]\d{4,6}", re.NOFLAG),
        (SCANNER, r"(adobe scan|camscanner|office lens|genius scan|scanbot|turboscan)[-_ ].*\d.*", re.IGNORECASE),
        (RANDOM, r"HT?B1[\w.]{10,}|H[0-9a-f]{30,}\w?", re.NOFLAG),
    )
]

_WORD = r"(?:[a-z]\d{2,3}|[^\W\d_A-Z]+)"
_OURS = re.compile(rf"(?:\d{{4}}-\d\d-\d\d-)?(?P<words>{_WORD}(?:-{_WORD})*)(?:-\d{{1,4}}|-[0-9a-f]{{6}})?")

# The vowel signs of Indic scripts and Thai are no word characters to `re`.
_MARKS = "\u0300-\u036f\u0900-\u0d7f\u0e31-\u0e4e"
_TOKENS = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_PARTS = re.compile(rf"\d+|(?:[^\W\d_]|[{_MARKS}])+")
_SEGMENTS = re.compile(r"\d+|[A-Z]*[a-z]+|[A-Z]+|[^\W\d_]+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_RANDOM_ID = "-0a1b2c3d-"
_HEX = re.compile(r"[0-9a-f]+", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def why_bad(name: str) -> str | None:
    """None for a good name, else what makes it a bad one, such as "a camera's number"."""
    stem = _stem(name)
    for reason, form in _FORMS:
        if form.fullmatch(stem):
            return reason
    parts = [part for token in _TOKENS.findall(_UUID.sub(_RANDOM_ID, stem)) for part in _parts(token)]
    if not parts:
        return EMPTY
    if _is_model(parts) or _is_ours(stem):
        return None
    return _why_said_nothing(parts)


def _stem(name: str) -> str:
    """The name without its extensions, in one Unicode form."""
    stem = unicodedata.normalize("NFKC", name).strip()
    shorter, extension = grammar.split(stem)
    while extension and (stem == name or extensions.is_known(extension)):
        stem = shorter
        shorter, extension = grammar.split(stem)
    return stem.strip()


@lru_cache(maxsize=65_536)
def _parts(token: str) -> tuple[str, ...]:
    """A run of letters and digits in its words and numbers; "" stands for a random id."""
    if _is_random(token):
        return ("",)
    return tuple(part.lower() for part in _PARTS.findall(token))


def _is_random(token: str) -> bool:
    if token.isdecimal() or not token.isascii():
        return False
    segments = _SEGMENTS.findall(token)
    digits = any(character.isdigit() for character in token)
    if _HEX.fullmatch(token) and digits and (len(token) >= 16 or len(segments) >= 3):
        return True
    if len(segments) >= 5 and len(token) / len(segments) <= 2.5:
        return True
    return len(token) >= 7 and not digits and not re.search("[aeiouy]", token, re.IGNORECASE)


def _why_said_nothing(parts: list[str]) -> str | None:
    """What the words have in common, where not one of them says anything."""
    numbered = any(not part or part.isdecimal() for part in parts)
    for part in parts:
        is_number = not part or part.isdecimal() or (len(part) == 1 and part < "\u0500")
        is_empty = part in _ALWAYS or (numbered and (part in _REASONS or part in DATE_WORDS))
        if not is_number and not is_empty:
            return None
    reasons = [_REASONS[part] for part in parts if part in _REASONS]
    if reasons:
        return min(reasons, key=_RANKS.__getitem__)
    return RANDOM if "" in parts else NUMBERS if numbered else EMPTY


def _is_model(parts: list[str]) -> bool:
    """A380, F-16: a letter with two or three digits is more often a model than a picture's number."""
    letter, number, *more = [*parts, ""]
    is_second = more == [""] or (len(more) == 2 and more[0].isdecimal() and len(more[0]) <= 2)
    return len(letter) == 1 and letter.isalpha() and number.isdecimal() and len(number) in {2, 3} and is_second


def _is_ours(stem: str) -> bool:
    """Whether the name has the form of those made here: "portrait-2" is the second portrait, "Portrait 2" a count."""
    match = _OURS.fullmatch(stem)
    if not match:
        return False
    words = match["words"].split("-")
    return any(len(word) > 1 and word not in _ALWAYS and not _is_random(word) for word in words)


_RANKS = {
    reason: rank
    for rank, reason in enumerate((SCREENSHOT, MESSENGER, STOCK, GENERATED, SCANNER, CAMERA, PROGRAM, NOTHING))
}
