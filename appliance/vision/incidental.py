"""What stands in pictures and is no title of theirs: buttons, bars, dates, numbers of pages, names of files."""

import re

LONGEST = 30  # letters of a word; more are an address, a path, or words that were run together
IDEOGRAPHS = "⺀"  # from here on, a character is a syllable or a word

# The words of buttons and menus; a line of nothing else is one.
_NAVIGATION = frozenset(
    re.findall(
        r"\S+",
        """
        about account accept add agree all allow apps back bookmarks cancel cart categories close contact continue
        cookies
        copy cut delete desktop details device done download edit exit faq file filter find follow forward help
        history home
        in inbox insert install learn less like log login logout menu messages mobile more new next no notifications
        now off
        ok on open options or out paste preview previous print profile read register reply save search send settings
        share
        shared sharing sign skip sort start stop submit subscribe tab tools up update upload user view window with
        yes you &
        abbrechen anmelden ansicht bearbeiten datei hilfe menü schließen speichern startseite suche suchen weiter zurück
        accueil annuler connexion enregistrer fermer précédent rechercher suivant
        aide buscar cerrar guardar inicio
        """,
    )
)
_WEB = re.compile(r"(https?:|www\.|\w+\.(com|org|net|de|fr|io|eu|uk|co|info|gov|edu)(\b|/))", re.IGNORECASE)
_MONTHS = (
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|okt|dez|mär|janv|févr|avr|juin|juil|août|déc|ene|abr|ago)"
)
_WEEKDAYS = r"(mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[a-zäöü]*\.?"
_DATE = re.compile(
    rf"({_WEEKDAYS},?\s+)?(\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}|\d{{1,2}}\.?\s*{_MONTHS}[a-zäéû]*\.?,?\s*(\d{{2,4}})?"
    rf"|{_MONTHS}[a-zäéû]*\.?\s*\d{{1,2}}(st|nd|rd|th)?,?\s*(\d{{4}})?)(,?\s*\d{{1,2}}[:.]\d{{2}}.*)?",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}([:.]\d{2})?\s*(am|pm|uhr)?", re.IGNORECASE)
_PAGE = re.compile(r"(page|seite|slide|folie|p\.|s\.)?\s*\d+\s*((of|von|/|sur|de)\s*\d+)?", re.IGNORECASE)
_STATUS = re.compile(r"(5g|4g|lte|wifi|wi-fi|edge|\d{1,3}\s?%|[^\w]|\d{1,2}:\d{2}|am|pm)+", re.IGNORECASE)
_AGO = re.compile(r"(a|an|\d+)?\s*(few )?(second|minute|hour|day|week|month|year)s? ago|just now|yesterday|today")
_AMOUNT = re.compile(r"[\d.,]+\s?(b|kb|mb|gb|tb|kg|g|ml|l|cm|mm|km|usd|eur|euro)\b.*", re.IGNORECASE)
_FILE = re.compile(r"\S.{0,60}\.(jpe?g|png|gif|pdf|mp[34]|docx?|xlsx?|pptx?|txt|zip|md|mov)", re.IGNORECASE)
_PROGRAM = re.compile(r">>|[$#>] |.*(==|\w\(|\)\s*=|=>|::|\{|\};?$)")


def incidental(text: str) -> bool:
    """Navigation, web addresses, dates, times, amounts, numbers of pages, and what is hardly any letters."""
    small = text.casefold().strip(" .:•·|>»«<-–—_*")
    if _hardly_letters(small) or set(small.split()) <= _NAVIGATION:
        return True
    if text.startswith("(") and text.endswith(")"):
        return True
    if _WEB.match(small) or _PROGRAM.match(text) or _run_together(small):
        return True
    return any(pattern.fullmatch(small) for pattern in (_DATE, _TIME, _PAGE, _STATUS, _AGO, _AMOUNT, _FILE))


def is_menu_word(text: str) -> bool:
    """One word, as of a menu or a button."""
    return len(text) > 3 and text.casefold() in _NAVIGATION


def _hardly_letters(text: str) -> bool:
    letters = sum(char.isalpha() for char in text)
    if any(char >= IDEOGRAPHS for char in text):
        return letters < 2
    return letters < 3 or letters < len(text.replace(" ", "")) / 2


def _run_together(text: str) -> bool:
    return any(len(word) > LONGEST and word[0] < IDEOGRAPHS for word in text.split())
