"""Bad names: what cameras, phones, messengers and programs call a picture (rule 12)."""

import re
import unicodedata
from functools import lru_cache

from appliance.naming import extensions, grammar, randomids
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

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
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
        (CAMERA, r"(fullsizerender|tempimage|gptempdownload|dji_(fly|mimo)_\d{8}).*", re.IGNORECASE),
        (CAMERA, r"img_\d{8}_\d{6,9}(_(hdr|ae|bokeh|night|portrait|top|cover)){1,2}", re.IGNORECASE),
        (CAMERA, r"processed with vsco.*", re.IGNORECASE),
        (
            SCREENSHOT,
            r"(screen ?shot|screencap\w*|screenshots?|bildschirmfoto|captura|capture d.?[ée]cran|schermata|"
            r"снимок экрана|scr|cleanshot|monosnap|snipaste|lightshot|xnapper|flameshot|greenshot|sharex|smartselect|"
            rf"vlcsnap|chrome|firefox|msedge|brave|istantanea|instant[áa]nea|schermafdruk)[-_ ]?.*?{_TIMESTAMP}.*",
            re.IGNORECASE,
        ),
        (
            SCREENSHOT,
            r"(capture d.?[ée]cran|captur[aă] de (pantalla|tela|ecr[ãa]n?|ecran)|zrzut ekranu|"
            r"снимок экрана|знімок екрана|екранна снимка|ekran (resmi|görüntüsü|alıntısı)|"
            r"sn[íi]m(ek|ka) obrazovky|snimka zaslona|skärmbild från|(cuplikan|tangkapan) layar.*|"
            r"στιγμιότυπο οθόνης|ảnh (chụp )?màn hình|لقطة شاشة|צילום מסך|ภาพหน้าจอ.*|स्क्रीनशॉट|"
            r"スクリーンショット|截屏|(qq|企业微信)?截图|截圖|屏幕截图|螢幕擷取畫面|스크린샷)"
            r"(?:[\W\d_]|[^\W\d_]{1,3}(?![^\W\d_]))*",
            re.IGNORECASE,
        ),
        (SCREENSHOT, r"fireshot capture \d+.*", re.IGNORECASE),
        # ShareX: the program's name and ten letters or digits.
        (
            SCREENSHOT,
            r"(chrome|firefox|msedge|brave|explorer|[Cc]ode|Discord|Photoshop)_(?=(\w*?[a-z\d][A-Z]){2})[A-Za-z\d]{10}",
            re.NOFLAG,
        ),
        (MESSENGER, r"whatsapp[-_ ](image|video|bild|foto|photo).*\d{4}.*", re.IGNORECASE),
        (MESSENGER, r"image from ios.*", re.IGNORECASE),
        (MESSENGER, r"(telegram-cloud-photo|signal-attachment|z\d{10,}_|viber[-_ ]image).*", re.IGNORECASE),
        (MESSENGER, r"(wx_camera|qq_pic_merged|threads([-_ ]image)?)[-_ ]\d{10,}.*", re.IGNORECASE),
        (MESSENGER, r"\d{6,}_\d{10,}_\d+_[a-z](?:[-_ (].*)?", re.IGNORECASE),
        (STOCK, r"depositphotos_\d+-stock-.*|bigstock-.*-\d{6,}", re.IGNORECASE),
        (STOCK, r"[\w-]+-[\w-]{11}-unsplash([-_ (].*)?", re.NOFLAG),
        (STOCK, r"pexels-[\w-]+-\d{5,}([-_ (].*)?", re.NOFLAG),
        (STOCK, r"(s-l\d{2,4}|il_\w+\.\d+.*|[\w+-]{8,13}\._\w+_)", re.NOFLAG),
        (STOCK, r"alamy[-_ ](stock[-_ ]photo[-_ ])?(?=\w*\d)[a-z\d]{6,7}", re.IGNORECASE),
        (STOCK, r"freepik__.*", re.IGNORECASE),
        # Pinterest: a hash, and what the board says.
        (STOCK, r"[0-9a-f]{32}--.*", re.NOFLAG),
        # Midjourney: who asked, what for, an id, and which of four.
        (GENERATED, rf".+_{_UUID.pattern}_[0-3]", re.IGNORECASE),
        # Sora: when, what for, how, and an id.
        (GENERATED, r"\d{8}_\d{4}_.+_01[0-9a-z]{24}.*", re.NOFLAG),
        (GENERATED, r"dall[·.\-_ ]?e[ _-]?\d?[ _-].*", re.IGNORECASE),
        (GENERATED, r"(chatgpt[ _-]image|gemini_generated_image|comfyui_\d).*", re.IGNORECASE),
        (
            GENERATED,
            r"Leonardo_(Phoenix|Kino|Diffusion|Vision|Anime|Lightning|Creative|Select|Signature)_.*",
            re.NOFLAG,
        ),
        (GENERATED, r"(?!.*(?:19|20)\d\d$)Firefly[ _].*[ _]\d{4,6}", re.NOFLAG),
        (SCANNER, r"(adobe scan|camscanner|office lens|genius scan|scanbot|turboscan)[-_ ].*\d.*", re.IGNORECASE),
        (PROGRAM, r"(ezgif[-.]|imgonline-com-ua-).*|att\d{5}|your paragraph text|mask group( \d+)?", re.IGNORECASE),
        (PROGRAM, r"(copy of )?untitled design.*", re.IGNORECASE),
        (RANDOM, r"HT?B1[\w.]{10,}|H[0-9a-f]{30,}\w?", re.NOFLAG),
    )
]

_WORD = r"(?:[a-z]\d{2,3}|[^\W\d_A-Z]+)"
_OURS = re.compile(rf"(?:\d{{4}}-\d\d-\d\d-)?(?P<words>{_WORD}(?:-{_WORD})*)(?:-\d{{1,4}}|-[0-9a-f]{{6}})?")

# The vowel signs of Indic scripts and Thai are no word characters to `re`.
_MARKS = "\u0300-\u036f\u0900-\u0d7f\u0e31-\u0e4e"
_TOKENS = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_PARTS = re.compile(rf"\d+|(?:[^\W\d_]|[{_MARKS}])+")
_RANDOM_ID = "-0a1b2c3d-"


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
    if randomids.is_random(token):
        return ("",)
    return tuple(part.lower() for part in _PARTS.findall(token))


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
    """A380, F-16, R2-D2: a letter with two or three digits is more often a model than a picture's number."""
    if len(parts) == 4 and all(part.isalpha() and len(part) == 1 for part in parts[::2]):
        return all(len(part) == 1 for part in parts[1::2])
    letter, number, *more = [*parts, ""]
    is_second = more == [""] or (len(more) == 2 and more[0].isdecimal() and len(more[0]) <= 2)
    return len(letter) == 1 and letter.isalpha() and number.isdecimal() and len(number) in {2, 3} and is_second


def _is_ours(stem: str) -> bool:
    """Whether the name has the form of those made here: "portrait-2" is the second portrait, "Portrait 2" a count."""
    match = _OURS.fullmatch(stem)
    if not match:
        return False
    words = match["words"].split("-")
    return any(len(word) > 1 and word not in _ALWAYS and not randomids.is_random(word) for word in words)


_RANKS = {
    reason: rank
    for rank, reason in enumerate((SCREENSHOT, MESSENGER, STOCK, GENERATED, SCANNER, CAMERA, PROGRAM, NOTHING))
}
