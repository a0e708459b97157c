"""Rule 5: each language in a to z, as people who speak it write it in an address."""

import csv
from pathlib import Path

import pytest

from appliance.naming import PROFILES, Rules, Verdict, plan
from tests.naming.samples import described, seen, shot


def phrases() -> list[dict[str, str]]:
    """What a picture could be described as in each language, and how that is written in an address there."""
    with (Path(__file__).parent / "phrases.tsv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def name_of(description, language: str) -> str:
    (proposal,) = plan([shot(description=description)], {}, Rules(language=language))
    return proposal.name.removesuffix(".jpg")


@pytest.mark.parametrize("phrase", phrases(), ids=lambda phrase: f"{phrase['language']}-{phrase['stem']}")
def test_rule_5_a_language_is_written_in_a_to_z(phrase):
    assert name_of(phrase["text"], phrase["language"]) == phrase["stem"]


@pytest.mark.parametrize(
    ("language", "subject", "attribute", "place", "stem"),
    [
        ("en", "a photo of the old lighthouse", "white", "the cliffs of Moher", "old-lighthouse-white-cliffs-of-moher"),
        ("de", "Das Foto von einem Fachwerkhaus", "rötlich", "die Straße", "fachwerkhaus-roetlich-strasse"),
        ("fr", "une photo d'un chat", "l'ombre bleutée", "la forêt", "chat-ombre-bleutee-foret"),
        ("es", "la foto de una niña", "pequeña", "el jardín", "nina-pequena-jardin"),
        ("it", "un'immagine di una pecora", "l'erba", "gli Appennini", "pecora-erba-appennini"),
        ("pt", "a fotografia do cão", "as maçãs", "o pátio", "cao-macas-patio"),
        ("nl", "een afbeelding van de fiets", "blauwe", "het kanaal", "fiets-blauwe-kanaal"),
        ("sv", "ett foto av en älg", "snöig", "skogen", "alg-snoig-skogen"),
        ("pl", "zdjęcie żółtego domu", "drewniany", "łąka", "zoltego-domu-drewniany-laka"),
        ("tr", "bir köpek", "kahverengi", "çayır", "kopek-kahverengi-cayir"),
        ("ru", "фото с собакой", "рыжая", "пляж", "sobakoy-ryzhaya-plyazh"),
        ("el", "φωτογραφία του σκύλου", "μαύρος", "η παραλία", "skylou-mavros-paralia"),
    ],
)
def test_rule_5_a_description_in_a_language_becomes_a_name_without_its_small_words(
    language, subject, attribute, place, stem
):
    words = described(seen(subject), seen(attribute, "attribute"), seen(place, "place"))
    assert name_of(words, language) == stem


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "قطة على النافذة"),
        ("he", "חתול על החלון"),
        ("fa", "تهران"),
        ("ur", "لاہور"),
        ("th", "กรุงเทพ"),
        ("lo", "ປະເທດລາວ"),
        ("km", "ភ្នំពេញ"),
        ("my", "မြန်မာ"),
        ("ja", "東京"),
        ("en", "東京タワー"),
    ],
)
def test_rule_5_a_word_that_nobody_could_read_in_a_to_z_is_left_out(language, text):
    words = described(seen(text), seen("cat", "second"))
    assert name_of(words, language) == "cat"
    (proposal,) = plan([shot(description=text)], {}, Rules(language=language))
    assert (proposal.verdict, proposal.name) == (Verdict.REVIEW, "")
    assert proposal.reason.endswith("or use the profile “unicode”.")
    (proposal,) = plan([shot(description=text)], {}, Rules(language=language, profile=PROFILES["unicode"]))
    assert proposal.verdict is Verdict.RENAME
