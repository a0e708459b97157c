"""The small words of each language that do not belong in a name."""

from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What a picture is, in any language of its owner: "photo of a dog" is a dog.
PICTURE_WORDS = _words(
    "image images photo photos photograph photographs photography picture pictures img pic pics screenshot screenshots "
    "background closeup "
    "bild bilder foto fotos fotografie aufnahme bildschirmfoto nahaufnahme hintergrund "
    "photographie imagen fotografía imagem fotografia immagine "
    "afbeelding billede bilde zdjęcie obraz obrázek fotka kuva valokuva fotoğraf resim "
    "фото фотография фотографія снимка изображение зображення картинка φωτογραφία εικόνα"
)

# Follow a picture word: "photo of", "Bild von", "a picture showing".
LINKS = _words(
    "of showing shows depicting featuring with from von vom mit de du des d del della dello dei di do da van av af på "
    "med z od s fra ile с со из від із з на от του της με"
)

ARTICLES: dict[str, frozenset[str]] = {
    language: _words(words)
    for language, words in {
        "en": "a an the",
        "de": "der die das den dem des ein eine einer eines einem einen",
        "fr": "le la les l un une des du",
        "es": "el la los las lo un una unos unas",
        "it": "il lo la l i gli le un uno una",
        "pt": "o a os as um uma uns umas",
        "nl": "de het een 't",
        "da": "en et den det de",
        "nb": "en ei et den det de",
        "sv": "en ett den det de",
        "tr": "bir",
        "el": "ο η το οι τα του της των τον την ένας ενας μία μια ένα ενα",
        "ca": "el la els les l un una uns unes",
        "ro": "un o unui unei",
        "hu": "a az egy",
    }.items()
}

# Languages in which an apostrophe stands between two words (musée d'Orsay); elsewhere it stands inside one (women's).
ELIDING = frozenset({"fr", "it", "ca"})


@lru_cache
def primary(language: str) -> str:
    """The language of a tag such as "de-AT", with both Norwegian ones under "nb"."""
    subtag = language.replace("_", "-").partition("-")[0].lower()
    return "nb" if subtag in {"no", "nn"} else subtag
