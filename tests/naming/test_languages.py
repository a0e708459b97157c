"""Rule 5: each language in a to z, as people who speak it write it."""

import pytest

from appliance.naming import Rules, plan
from tests.naming.samples import shot

SENTENCES = [
    ("de", "Käse, Öl und süße Grüße", "kaese-oel-und-suesse-gruesse"),
    ("de-AT", "Schloß Schönbrunn", "schloss-schoenbrunn"),
    ("fr", "Cœur de pêche à l'été", "coeur-de-peche-a-l-ete"),
    ("es", "Niño pequeño en el cañón", "nino-pequeno-en-el-canon"),
    ("it", "Caffè della città", "caffe-della-citta"),
    ("pt", "Coração e pão de açúcar", "coracao-e-pao-de-acucar"),
    ("nl", "Coöperatie op het ĳs", "cooperatie-op-het-ijs"),
    ("da", "Rød grød på Århus å", "roed-groed-paa-aarhus-aa"),
    ("nb", "Blå fjord i Ålesund", "blaa-fjord-i-aalesund"),
    ("no", "Sjø og fjære", "sjoe-og-fjaere"),
    ("sv", "Räksmörgås på ön", "raksmorgas-pa-on"),
    ("fi", "Kesämökki järvellä", "kesamokki-jarvella"),
    ("pl", "Żółta łódź na Śląsku", "zolta-lodz-na-slasku"),
    ("cs", "Žluťoučký kůň", "zlutoucky-kun"),
    ("tr", "Iğdır'da güneşli İstanbul ışığı", "igdirda-gunesli-istanbul-isigi"),
    ("ru", "Щука и ёж в объективе", "shchuka-i-ezh-v-obektive"),
    ("uk", "Їжак згори, Київ, м'яч і юшка", "yizhak-zghory-kyiv-miach-i-yushka"),
    ("bg", "Щастлива България", "shtastliva-balgaria"),
    ("el", "Ευτυχισμένη μπάλα στον ουρανό του Αγγέλου", "eftychismeni-bala-ston-ourano-tou-angelou"),
    ("en", "Müller's Café in Łódź, Ærø", "mullers-cafe-in-lodz-aero"),
    ("en", "ＲＥＤ ①② x² ﬁsh", "red-12-x2-fish"),
    ("zh", "金毛犬 海滩", "jinmaoquan-haitan"),
    ("ja", "さくら", "sakura"),
    ("ko", "경복궁", "gyeongboggung"),
    ("ka", "თბილისი", "tbilisi"),
    ("hi", "हिमालय", "himaly"),
    ("vi", "Đà Nẵng về đêm", "da-nang-ve-dem"),
]


@pytest.mark.parametrize(("language", "text", "stem"), SENTENCES)
def test_rule_5_a_language_is_written_in_a_to_z(language, text, stem):
    (proposal,) = plan([shot(description=text)], {}, Rules(language=language))
    assert proposal.name == f"{stem}.jpg"
