"""Bad names: what cameras, phones, messengers and programs call a picture (rule 12)."""

import re
import unicodedata
from functools import lru_cache

from appliance.naming import extensions, grammar

CAMERA = "a camera's number"
SCREENSHOT = "a screenshot's name"
MESSENGER = "a messenger's name"
STOCK = "a stock site's number"
GENERATED = "an image generator's name"
SCANNER = "a scanner's name"
PROGRAM = "a program's name"
NOTHING = "words that fit every picture"
NUMBERS = "numbers or a date alone"
RANDOM = "a random id"
EMPTY = "no word at all"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that say nothing of a picture, however many of them stand together.
_EMPTY_WORDS = {
    CAMERA: _words(
        "img imgp imag dsc dscn dscf dscd dsci dcp dcim dcs pict pic mvi mvimg mvc mov cimg hpim sam sany sdim imgl imge "
        "sdc kif pxl gopr gopro dji gp gh gx mavic vid pano wp win cam bst csc capt dscnn pdr fxt rscn ndscn exif "
        "fullsizerender lrm picsart camphoto camera360 beautyplus tempimage"
    ),
    SCREENSHOT: _words(
        "screenshot screenshots screencap screencapture screengrab scrnshot sshot bildschirmfoto schermafbeelding "
        "schermopname schermata skärmavbild skärmbild skjermbilde skærmbillede näyttökuva ruutukaappaus képernyőfotó "
        "zrzut ekranu zrzutekranu スクリーンショット 截屏 截图 屏幕截图 屏幕快照 螢幕擷取畫面 螢幕截圖 스크린샷 скриншот"
    ),
    SCANNER: _words(
        "scan scans scanned scanner scn hpscan skm skmbt camscanner ccf cci cce numérisation numerisation escanear "
        "escaneado scansione scannen digitalizar skan skany скан"
    ),
    NOTHING: _words(
        "image images imgs photo photos foto fotos picture pictures pics picutre photograph bild bilder aufnahme imagen "
        "imagem imagens imágenes immagine immagini afbeelding afbeeldingen billede bilde kuva kuvat zdjęcie zdjecie "
        "obrázek obrazek fotka fotografia fotografie fotoğraf resim fénykép kép poza εικόνα φωτογραφία фото фотография "
        "изображение картинка снимка зображення 画像 写真 图片 图像 照片 圖片 相片 사진 이미지 صورة תמונה รูปภาพ ảnh "
        "untitled unnamed unbenannt unbekannt noname unknown nameless naamloos namnlös utan titel ohne titel sans titre "
        "sin título titulo senza titolo sem título bez názvu tytułu uten tittel 無題 未命名 名称未設定 제목 없음 "
        "copy copies kopie kopi kopia kopio copie copia cópia másolat копия копія コピー 副本 사본 "
        "edit edited edits bearbeitet modifié editado modificato redigerad final finalfinal new neu nouveau nuevo nuova "
        "test testing temp tmp placeholder default sample dummy "
        "download downloads upload uploads uploaded attachment anhang export exported output converted original orig "
        "resized cropped scaled rotated compressed optimized minified thumbnail thumbnails preview fullsize hqdefault "
        "maxresdefault mqdefault sddefault oip oig asdf asdfgh asd qwerty qwertz sdf dfg fgh xxx aaa abc foo bar blah "
        "wallpaper1 ios heic jpg jpeg png gif webp tiff bmp avif"
    ),
}

# Words that say nothing beside a number; alone, or with others, they may be what the picture shows.
_COUNTED_WORDS = {
    MESSENGER: _words(
        "whatsapp whats app telegram viber signal snapchat kakaotalk kakao wechat messenger messages inbound received fb "
        "mmexport mms line skype zalo discord instagram insta facebook 微信 微信图片 qq qq图片 wa spoiler"
    ),
    STOCK: _words(
        "shutterstock istock istockphoto adobestock gettyimages getty depositphotos dreamstime alamy bigstock "
        "bigstockphoto canstockphoto fotolia pexels unsplash pixabay freepik vecteezy rawpixel stocksy envato stock "
        "thinkstock thinkstockphotos fotosearch photocase agefotostock 123rf rf xl xxl"
    ),
    GENERATED: _words(
        "comfyui midjourney mj dalle dall chatgpt gemini generated generation firefly leonardo stablediffusion stable "
        "diffusion sdxl flux imagefx grok copilot designer ideogram txt2img img2img output ai openai bing"
    ),
    SCANNER: _words("document documents dokument documento doc epson canon brother xerox mfp office lens adobe notes"),
    PROGRAM: _words(
        "frame file datei fichier archivo video clip page seite slide layer artboard group object asset item product "
        "crop snap snapshot shot capture captura webcam camera photobooth booth render version rev icloud album gallery "
        "galerie collage incollage photogrid inshot capcut lightroom vsco facetune snapseed b612 snow polish c360 "
        "burst cover portrait night hdr raw mp top main pro edge screen thumb small medium large full hd uhd "
        "tumblr il fullxfull collection paste pasted clipboard bitmap graphic grafik figure fig abb abbildung"
    ),
}

_DATE_WORDS = _words(
    "am pm at um om kl klo à às a de la las el le den der von of on to h min sec o uhr "
    "jan january januar janvier enero gennaio janeiro januari feb february februar février febrero febbraio fevereiro "
    "mar march märz mrz mars marzo março maart apr april avril abril aprile may mai mayo maggio maio mei "
    "jun june juni juin junio giugno junho jul july juli juillet julio luglio julho aug august août agosto augustus "
    "sep sept september septembre septiembre settembre setembro oct okt october oktober octobre octubre ottobre "
    "outubro nov november novembre noviembre novembro dec dez dic december dezember décembre diciembre dicembre dezembro "
    "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря "
    "年 月 日 上午 下午 午前 午後 오전 오후"
)

_REASONS = {word: reason for reason, words in (*_COUNTED_WORDS.items(), *_EMPTY_WORDS.items()) for word in words}
_ALWAYS = frozenset().union(*_EMPTY_WORDS.values())

_TIMESTAMP = r"(?:19|20)\d\d[-_. ]?\d\d[-_. ]?\d\d"

# Names whose form alone tells where they come from, whatever words follow.
_FORMS = [
    (reason, re.compile(pattern, flags))
    for reason, pattern, flags in (
        (CAMERA, r"pxl_\d{8}.*", re.IGNORECASE),
        (CAMERA, r"_?[a-z0-9]?(img|dsc|dscn|dscf|mg|mvimg)_?e?\d{4,}([-_~ (].{0,14})?", re.IGNORECASE),
        (CAMERA, r"(\d{5}img_\d{5}_burst|win_\d{8}_|wp_\d{8}_|c360_\d{4}|lrm_export_\d|rpreplay_final).*", re.IGNORECASE),
        # The three or four characters that a photographer may choose on the camera.
        (CAMERA, r"_?[A-Z0-9][A-Z0-9_]{2,3}_?\d{4}", re.NOFLAG),
        (CAMERA, r"_?[A-Z]{1,2}\d{6,8}", re.NOFLAG),
        (CAMERA, r"(fullsizerender|tempimage).*", re.IGNORECASE),
        (CAMERA, r"processed with .*", re.IGNORECASE),
        (
            SCREENSHOT,
            r"(screen ?shot|screencap\w*|screenshots?|bildschirmfoto|captura|capture d.?[ée]cran|schermata|снимок экрана|"
            rf"scr)[-_ ]?.*?{_TIMESTAMP}.*",
            re.IGNORECASE,
        ),
        (
            SCREENSHOT,
            r"(capture d.?[ée]cran|captur[aă] de (pantalla|tela|ecr[ãa]n?|ecran)|istantanea schermo|zrzut ekranu|"
            r"снимок экрана|знімок екрана|екранна снимка|ekran (resmi|görüntüsü|alıntısı)|sn[íi]mek obrazovky|"
            r"στιγμιότυπο οθόνης|ảnh chụp màn hình|لقطة شاشة|צילום מסך|スクリーンショット|截屏|截图|屏幕截图|螢幕擷取畫面|스크린샷)"
            r"[\W\d_a-z]*",
            re.IGNORECASE,
        ),
        (MESSENGER, r"whatsapp[-_ ](image|video|bild|foto|photo).*\d{4}.*", re.IGNORECASE),
        (MESSENGER, r"(telegram-cloud-photo|signal-attachment|z\d{10,}_|viber[-_ ]image).*", re.IGNORECASE),
        (MESSENGER, r"\d{6,}_\d{10,}_\d+_[a-z](?:[-_ (].*)?", re.IGNORECASE),
        (STOCK, r"[\w-]+-[\w-]{11}-unsplash([-_ (].*)?", re.NOFLAG),
        (STOCK, r"pexels-[\w-]+-\d{4,}([-_ (].*)?", re.NOFLAG),
        (STOCK, r"(s-l\d{2,4}|il_\w+\.\d+.*|[\w+-]{8,13}\._\w+_)", re.NOFLAG),
        (GENERATED, r"dall[·.\-_ ]?e[ _-]?\d?[ _-].*", re.IGNORECASE),
        (GENERATED, r"(chatgpt[ _-]image|gemini_generated_image|comfyui_\d|leonardo_[A-Z]).*", re.IGNORECASE),
        (GENERATED, r"Firefly[ _].*[ _]\d{4,6}", re.NOFLAG),
        (SCANNER, r"(adobe scan|camscanner|office lens|genius scan|scanbot|turboscan)[-_ ].*\d.*", re.IGNORECASE),
        (RANDOM, r".*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}.*", re.IGNORECASE),
        (RANDOM, r"HT?B1[\w.]{10,}|H[0-9a-f]{30,}\w?", re.NOFLAG),
    )
]

_TOKENS = re.compile(r"[^\W_]+")
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_SEGMENTS = re.compile(r"\d+|[A-Z]*[a-z]+|[A-Z]+|[^\W\d_]+")
_HEX = re.compile(r"[0-9a-f]+", re.IGNORECASE)


@lru_cache(maxsize=65536)
def why_bad(name: str) -> str | None:
    """None for a good name, else what makes it a bad one, such as "a camera's number"."""
    stem = _stem(name)
    for reason, form in _FORMS:
        if form.fullmatch(stem):
            return reason
    tokens = _TOKENS.findall(stem)
    if not tokens:
        return EMPTY
    parts = [part for token in tokens for part in _parts(token)]
    return _why_said_nothing(parts)


def _stem(name: str) -> str:
    """The name without its extensions, in one Unicode form."""
    stem = unicodedata.normalize("NFKC", name).strip()
    shorter, extension = grammar.split(stem)
    while extension and (stem == name or extensions.is_known(extension)):
        stem = shorter
        shorter, extension = grammar.split(stem)
    return stem.strip()


def _parts(token: str) -> list[str]:
    """A run of letters and digits in its words and numbers; "" stands for a random id."""
    if _is_random(token):
        return [""]
    return [part.lower() for part in _PARTS.findall(token)]


def _is_random(token: str) -> bool:
    if token.isdecimal() or not token.isascii():
        return False
    segments = _SEGMENTS.findall(token)
    digits = any(character.isdigit() for character in token)
    if _HEX.fullmatch(token) and digits and (len(token) >= 8 or len(segments) >= 4):
        return True
    if len(segments) >= 5 and len(token) / len(segments) <= 2.5:
        return True
    return len(token) >= 7 and not digits and not re.search("[aeiouy]", token, re.IGNORECASE)


def _why_said_nothing(parts: list[str]) -> str | None:
    """What the words have in common, where not one of them says anything."""
    numbered = any(not part or part.isdecimal() for part in parts)
    if _is_model(parts):
        return None
    for part in parts:
        is_number = not part or part.isdecimal() or len(part) == 1 and part.isascii()
        is_empty = part in _ALWAYS or (numbered and (part in _REASONS or part in _DATE_WORDS))
        if not is_number and not is_empty:
            return None
    reasons = [_REASONS[part] for part in parts if part in _REASONS]
    if reasons:
        return min(reasons, key=_RANKS.__getitem__)
    return RANDOM if "" in parts else NUMBERS if numbered else EMPTY


def _is_model(parts: list[str]) -> bool:
    """A380, F-16: a letter with two or three digits is more often a model than a picture's number."""
    return len(parts) == 2 and len(parts[0]) == 1 and parts[0].isalpha() and parts[1].isdecimal() and 2 <= len(parts[1]) <= 3


_RANKS = {
    reason: rank
    for rank, reason in enumerate((SCREENSHOT, MESSENGER, STOCK, GENERATED, SCANNER, CAMERA, PROGRAM, NOTHING))
}
