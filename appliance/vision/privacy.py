"""Text that a picture shows and that must stand in no name: secrets, numbers of accounts, where somebody lives.

Rather a line too many is left out than one too few: a picture is only named a little worse.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

MACHINE_READABLE = "the machine-readable part of an identity document"
CARD = "a payment card number"
IDENTITY = "part of an identity document"
BESIDE_CARD = "beside a payment card number"
SECRET = "a password or another secret"  # noqa: S105  # the reason that is shown
CODE = "a code"
ADDRESS = "a street address"


def private(line: str) -> str | None:
    """Why the line is left out, in words that finish "the picture shows"; None where it is not."""
    text = " ".join(unicodedata.normalize("NFKC", line).split())
    return next((reason for reason, found in _RULES if found(text)), None)


def reasons(lines: Sequence[str]) -> list[str | None]:
    """As `private` says of each, and of its neighbours: what follows the word for a secret, the rest of an address, and
    all on an identity document or a payment card. `lines` are those of one picture as they follow each other in it."""
    found = [private(line) for line in lines]
    for place, (before, line) in enumerate(pairwise(lines), start=1):
        found[place] = found[place] or _follows(before, line, found[place - 1])
    if MACHINE_READABLE in found or any(_IDENTITY(line) for line in lines):
        headings = [_IDENTITY_HEADING.fullmatch(line.strip()) is not None for line in lines]
        return [one or (None if heading else IDENTITY) for one, heading in zip(found, headings, strict=True)]
    return [reason or BESIDE_CARD for reason in found] if CARD in found else found


def _follows(before: str, line: str, reason: str | None) -> str | None:
    if _ASKS_FOR_SECRET.search(before):
        return SECRET
    if _ASKS_FOR_CODE.search(before) and any(char.isdigit() for char in line):
        return CODE
    return ADDRESS if reason == ADDRESS and re.search(r"\d{4}", line) else None


def _matches(*patterns: str) -> Callable[[str], bool]:
    whole = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
    return lambda text: whole.search(text) is not None


def _one_of(words: str) -> str:
    """A pattern for one of the words or phrases, which are separated by bars and may be patterns."""
    return rf"\b(?:{words})\b"


def _digits(text: str) -> str:
    return "".join(char for char in text if "0" <= char <= "9")


# Numbers. Letters that are read for digits are taken for them.


def _card(text: str) -> bool:
    """ISO/IEC 7812: 13 to 19 digits, the last of which checks the others; four fours are a card that was misread."""
    runs = [_digits(run) for run in _RUN.findall(_READ_FOR_DIGIT.sub(_digit, text))]
    return any(13 <= len(run) <= 19 and _luhn(run) for run in runs) or _FOUR_FOURS.search(text) is not None


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0 and int(digits) > 0


def _digit(letter: re.Match[str]) -> str:
    return {"O": "0", "o": "0", "B": "8"}.get(letter[0], "1")


def _account(text: str) -> bool:
    """ISO 13616: a country, two digits that check the rest, and the account. One that does not check was misread."""
    return any(15 <= len(found.replace(" ", "")) <= 34 for found in _IBAN.findall(text))


def _telephone(text: str) -> bool:
    if _DATE.search(text):
        return False
    if _TELEPHONE_WORD.search(text) and len(_digits(text)) >= 5:
        return True
    return any(7 <= len(_digits(found)) <= 15 for found in _TELEPHONE.findall(text))


def _code(text: str) -> bool:
    """A number after the word for a code, or alone, as a code to sign in stands, but for a year."""
    if _CODE.search(text):
        return True
    alone = text.strip(" .:-").replace(" ", "").replace("-", "")
    if re.fullmatch(r"\d{4}", alone):
        return not 1900 <= int(alone) <= 2099
    return re.fullmatch(r"(?:[A-Z]-?)?\d{5,8}", alone) is not None and not _DATE.search(text)


def _token(text: str) -> bool:
    """A long run of letters and digits that is no word: a key, a session, a link to reset."""
    return any(len(_TURN.findall(run)) >= 3 for run in re.findall(r"[A-Za-z0-9_\-+/=]{16,}", text))


_RUN = re.compile(r"\d(?:[ -]{0,2}\d){12,18}")
_READ_FOR_DIGIT = re.compile(r"(?<=\d)[OoIlB](?=[\d\s-])")
_FOUR_FOURS = re.compile(r"(?<!\d)\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}(?!\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\s?\d{2}(?:\s?[A-Z0-9]{3,4}){3,8}(?:\s?[A-Z0-9]{1,3})?\b")
_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d[./ -]\d{1,2}[./ -]\d{1,2}|\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d)(?!\d)")
_TELEPHONE_WORD = re.compile(
    _one_of("tele?|telephone|telefon|téléphone|teléfono|phone|mobile|mobil|cell|fax|call|whatsapp"), re.IGNORECASE
)
_TELEPHONE = re.compile(
    r"(?<![\w.,])(?:\+\d|\(\+?\d|00\d|0\d)[\d ()./-]{6,18}\d(?!\w)"
    r"|(?<![\w.,])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)|(?<![\w.,])\d{2}(?:[ .]\d{2}){4}(?!\w)"
)
_TURN = re.compile(r"[A-Za-z](?=\d)|\d(?=[A-Za-z])")  # from letters to digits, or back

# Words.

_SECRET_WORD = _one_of(
    r"pass\s?words?|passwd|pass\s?phrase|pass\s?code|pwd|passwor[dt]|kennwort|mot de passe|contraseña|wachtwoord|senha|"
    r"hasło|пароль|密码|密碼|パスワード|비밀번호|secret(?: key)?|api[ _-]?key|"
    r"(?:access|licen[cs]e|private|product|recovery|subscription|network|wi-?fi) key|"
    r"(?:recovery|seed) phrase|wpa2?(?: key)?|pin(?: code)?|puk"
)
_CODE_WORD = _one_of(
    r"(?:verification|security|confirmation|one[- ]time|login|sign[- ]in|access|auth\w*|sms|backup) code|otp|tan|cvv2?|"
    r"cvc2?|\w+ungscode|sicherheitscode|code de (?:vérification|sécurité)|código(?: de \w+)?|your code|code is"
)
_CODE = re.compile(rf"{_CODE_WORD}.*\d{{3,}}|\d{{3,}}.*{_CODE_WORD}", re.IGNORECASE)
_ASKS_FOR_SECRET = re.compile(rf"{_SECRET_WORD}\s*[:=]?\s*$", re.IGNORECASE)
_ASKS_FOR_CODE = re.compile(rf"{_CODE_WORD}\s*(?:is)?\s*[:=]?\s*$", re.IGNORECASE)
_IDENTITY_WORDS = (
    r"passport|reisepass|passeport|pasaporte|(?:national )?(?:identity|identification|id) card|personalausweis|"
    r"carte (?:nationale )?d.identité|documento nacional|driver.?s? licen[cs]e|driving licen[cs]e|führerschein|"
    r"permis de conduire|residence permit|permanent resident(?: card)?|aufenthaltstitel|social security card"
)
_IDENTITY_HEADING = re.compile(_IDENTITY_WORDS, re.IGNORECASE)
_IDENTITY = _matches(
    _one_of(_IDENTITY_WORDS),
    r"\bdate of birth\b|\bdob\b|\bgeburts(?:tag|datum|ort)\b|\bné\(e\) le\b|\bplace of birth\b|\bcountry of birth\b",
    r"\bLIC\s?#|\baadhaar\b|\bnumber has been established for\b|\bidentification #",
)
_TAX_WORD = _one_of(
    r"ssn|social security|tax (?:id|no|number|payer)|tin|itin|national insurance|steuer-?(?:id|nummer)|"
    r"steuer-?identifikations\w*|sozialversicherungs\w*|numéro fiscal|codice fiscale|bsn|pesel|aadhaar|medicare|nhs"
)

# Addresses.

_NUMBERED = re.compile(r"(?<![\w.])\d{1,5}[a-z]?,?\s+((?:(?:[^\W\d]|['’.-])+,?\s*){2,5})", re.IGNORECASE)
_STREETS = ("street", "avenue", "boulevard", "terrace", "crescent", "highway")  # long enough to be known where misread
_SHORT_STREETS = frozenset(
    {"St", "Ave", "Road", "Rd", "Lane", "Ln", "Drive", "Dr", "Blvd", "Court", "Ct", "Way", "Place"}
)
_SHORT_STREETS |= frozenset({"Pl", "Square", "Sq", "Close"})
_ADDRESS = _matches(
    r"\b[\w.-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|ufer|damm)\s*\d{1,4}\s?[a-z]?\b",
    r"(?<!\w)\d{1,4}\s?(?:bis|ter)?,?\s*(?:rue|avenue|boulevard|place|chemin|impasse|quai|allée|route)\s+\w",
    r"\b(?:via|viale|piazza|corso|calle|c\.|avenida|avda|plaza|paseo|rua|travessa|ul\.)\s+(?:\S+\s+){0,4}\S*?\d{1,4}\b",
    r"\b\w+(?:straat|laan|weg|plein|gracht|kade|gatan|vägen|gade|vej|gata)\s*\d{1,4}\b",
    r"[都道府県市区町村].*\d+-\d+|〒\s?\d",
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b",
    r"\b[A-Z]{2},?\s+\d{5}(?:-\d{4})?\b",
    r"^\d{5}\s+[^\W\d]{3,}(?:[\s-][^\W\d]+){0,3}$",
    r"\b(?:D|A|CH|F|L|B|NL|I|E)-\d{4,5}\s+\w",
    r"\b\d{4}-\d{3}\s+[^\W\d]{3,}",
    r"^\d{1,5}\s+[^\W\d].*\b(?:suite|apt|apartment|unit|floor)\b",
    r"^\d{1,5}\s+[^\W\d]+,\s*[A-Z]{2}\b",
    r"\bp\.?\s?o\.?\s?box\s*\d+",
    r"\b(?:address|adresse|anschrift|direcci[oó]n|indirizzo|endereço)\s*:\s*\S",
)


def _address(text: str) -> bool:
    """A number and the name of a street. The short words are others too, and so they begin with a capital."""
    return _ADDRESS(text) or any(
        _is_street(word.strip(".,")) for found in _NUMBERED.finditer(text) for word in found[1].split()[1:]
    )


def _is_street(word: str) -> bool:
    if word[:1].isupper() and word.capitalize() in _SHORT_STREETS:
        return True
    return any(
        SequenceMatcher(a=word.casefold(), b=street).ratio() > 0.85
        for street in _STREETS
        if abs(len(word) - len(street)) <= 1
    )


_RULES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (
        MACHINE_READABLE,
        _matches(r"[A-Z0-9]*<<[A-Z0-9<]*", r"\b[PIACV][A-Z<][A-Z]{3}[A-Z0-9<]{5,}<", r"(?:[A-Z0-9]+<){3,}"),
    ),
    ("an e-mail address", _matches(r"[\w.+-]+\s?@\s?[\w-]+\s?\.\s?\w{2,}", r"[\w.+-]+@[\w-]+")),
    (CARD, _card),
    ("the number of a bank account", _account),
    (
        "a social-security or tax number",
        _matches(
            r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)",
            r"\b[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b",
            r"\b[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]\b",
            r"(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)",
            r"(?<!\d)\d{4}\s\d{4}\s\d{4}(?!\s?\d)",
            r"(?<!\d)[12]\s?\d{2}\s?(?:0[1-9]|1[0-2])\s?\d{2}\s?\d{3}\s?\d{3}(?:\s?\d{2})?(?!\d)",
            rf"{_TAX_WORD}.*\d{{3,}}",
        ),
    ),
    ("a telephone number", _telephone),
    (
        "a web address with a key in it",
        _matches(
            r"(?:https?:|www\.)\S*(?:[?&#;]\S*=|token|key|sig|auth|session|reset|invite|secret)\S*",
            r"(?:https?:|www\.)\S*/(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{12,}",
            r"[?&](?:token|key|sig|code|auth|session|access_token|password)=\S*",
        ),
    ),
    (
        SECRET,
        _matches(
            rf"{_SECRET_WORD}\s*(?:[:=]|\bis\b|\bist\b|\best\b|\bes\b)\s*\S",
            r"\b(?:AKIA|ASIA|ghp_|gho_|github_pat_|sk_live_|sk_test_|xox[abp]-|eyJ[A-Za-z0-9]{8}|ssh-(?:rsa|ed25519))\S*",
            r"BEGIN [A-Z ]*PRIVATE KEY",
        ),
    ),
    (CODE, _code),
    (ADDRESS, _address),
    ("a key or another secret", _token),
)
