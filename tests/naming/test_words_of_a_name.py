"""Rules 1 to 6: which words stand in a name, in which order, and how long it is."""

from dataclasses import replace
from datetime import datetime

import pytest

from appliance.naming import PROFILES, Rules, Shot, Verdict, plan
from appliance.words import Origin, Role
from tests.naming.samples import alternatives, described, seen, shot

WEB = Rules()
NOON = datetime.fromisoformat("2024-05-01T12:00:00")


def named(image: Shot, rules: Rules = WEB) -> str:
    (proposal,) = plan([image], {"": [image.name]}, rules)
    return proposal.name


def named_of(*words, rules: Rules = WEB) -> str:
    return named(shot(description=described(*words)), rules)


def test_rule_1_a_name_is_in_lower_case_with_hyphens_between_words():
    assert named_of(seen("Red_Vintage Car!")) == "red-vintage-car.jpg"


def test_rule_2_a_name_has_six_words_at_most_where_a_seventh_could_be_added():
    words = [seen("old stone bridge"), seen("snowy", "attribute"), seen("river", "second"), seen("Prague", "place")]
    assert named_of(*words, seen("winter morning", "place")) == "old-stone-bridge-snowy-river-prague.jpg"


def test_rule_2_a_subject_may_have_eight_words_and_is_cut_between_words():
    assert named_of(seen("one two three four five six seven eight nine ten")) == "one-two-three-four-five-six-seven.jpg"


def test_rule_2_a_word_that_would_pass_fifty_characters_is_left_out():
    place = seen("Llanfairpwllgwyngyllgogerychwyrn", "place")
    assert named_of(seen("railway station sign"), place, seen("Wales", "place")) == "railway-station-sign-wales.jpg"


def test_rule_2_a_word_is_never_cut_inside():
    assert named_of(seen("a" * 61 + " dog")) == ""
    assert named_of(seen("dog " + "a" * 61)) == "dog.jpg"


def test_rule_2_one_supported_word_is_better_than_a_doubtful_second():
    assert named_of(seen("dog", score=0.9), seen("beach", "place", score=0.3)) == "dog.jpg"


def test_rule_2_a_stem_leaves_24_bytes_of_what_the_target_allows():
    rules = Rules(profile=PROFILES["unicode"], name_max=74)
    stem = named_of(seen("金毛犬 海滩 日落 大海 天空 波浪"), rules=rules).removesuffix(".jpg")
    assert stem == "金毛犬-海滩-日落-大海-天空"
    assert len(f"{stem}-scaled-1536x1536.webp".encode()) <= 74


def test_rule_2_an_encrypted_volume_that_allows_143_bytes_is_always_thought_of():
    rules = Rules(profile=PROFILES["unicode"], name_max=255)
    words = [f"{letter}毛犬在海滩" for letter in "金银铜铁锡铝"]
    assert named_of(seen(" ".join(words)), rules=rules) == "-".join(words[:5]) + ".jpg"


def test_rule_3_the_order_is_subject_attribute_second_place_keyword():
    words = [
        seen("beach", "place"),
        seen("bakery", "keyword"),
        seen("frisbee", "second"),
        seen("wet", "attribute"),
        seen("dog"),
    ]
    assert named_of(*words) == "dog-wet-frisbee-beach-bakery.jpg"


def test_rule_3_at_most_one_keyword_stands_in_a_name():
    words = [seen("bread"), seen("bakery", "keyword"), seen("Berlin", "keyword")]
    assert named_of(*words) == "bread-bakery.jpg"


def test_rule_3_the_owners_first_keyword_is_added():
    assert named_of(seen("bread"), rules=Rules(keywords=("Acme", "Berlin"))) == "bread-acme.jpg"


def test_rule_3_an_owners_keyword_that_the_picture_supports_comes_before_the_first():
    description = replace(described(seen("bread")), alt="A loaf of rye bread in a bakery.")
    assert named(shot(description=description), Rules(keywords=("Acme", "bakery"))) == "bread-bakery.jpg"


def test_rule_3_a_keyword_that_the_name_has_already_is_not_added():
    assert named_of(seen("sourdough bread"), rules=Rules(keywords=("Bread",))) == "sourdough-bread.jpg"


def test_rule_3_no_word_stands_twice_also_across_phrases():
    words = [seen("red car"), seen("red", "attribute"), seen("car park", "place")]
    assert named_of(*words) == "red-car-park.jpg"


@pytest.mark.parametrize(
    "text",
    [
        "image of a dog",
        "Photo of the dog",
        "a picture showing a dog",
        "a close-up photo of a dog",
        "the dog",
        "an image of dog",
    ],
)
def test_rule_3_a_name_does_not_say_that_it_is_a_picture(text):
    assert named_of(seen(text)) == "dog.jpg"


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("de", "Das Foto von einem Hund", "hund"),
        ("de", "eine Katze", "katze"),
        ("fr", "une photo d'un chien", "chien"),
        ("fr", "l'église", "eglise"),
        ("es", "la foto de una playa", "playa"),
        ("it", "un'immagine di il duomo", "duomo"),
        ("nl", "een fiets", "fiets"),
        ("sv", "ett hus", "hus"),
        ("pt", "os barcos", "barcos"),
    ],
)
def test_rule_4_leading_articles_go_by_language(language, text, name):
    assert named_of(seen(text), rules=Rules(language=language)) == f"{name}.jpg"


def test_rule_4_the_article_of_a_place_or_a_brand_is_part_of_its_name():
    place = seen("Los Angeles", "place", origin=Origin.PLACE)
    assert named_of(seen("skyline"), place, rules=Rules(language="es")) == "skyline-los-angeles.jpg"
    assert named_of(seen("jacket"), rules=Rules(keywords=("The North Face",))) == "jacket-the-north-face.jpg"


def test_rule_4_words_that_fit_every_picture_go():
    assert named_of(seen("dog photo"), seen("white background", "attribute")) == "dog-white.jpg"


def test_rule_4_they_stay_where_nothing_else_is_left():
    assert named_of(seen("background")) == "background.jpg"


def test_rule_4_model_numbers_stay():
    assert named_of(seen("Sony WH-1000XM5 headphones")) == "sony-wh-1000xm5-headphones.jpg"


def test_rule_5_a_word_that_cannot_be_read_without_its_vowels_is_left_out():
    assert named_of(seen("قطة cat"), seen("חלון", "place")) == "cat.jpg"


def test_rule_5_the_unicode_profile_keeps_every_script():
    rules = Rules(profile=PROFILES["unicode"])
    assert named_of(seen("قطة على النافذة"), rules=rules) == "قطة-على-النافذة.jpg"
    assert named_of(seen("हिमालय में सूर्योदय"), rules=rules) == "हिमालय-में-सूर्योदय.jpg"
    assert named_of(seen("Žluťoučký Kůň"), rules=rules) == "žluťoučký-kůň.jpg"


def test_rule_6_a_web_name_has_no_date():
    assert named(shot(taken_at=NOON)) == "red-car.jpg"


def test_rule_6_an_archive_name_begins_with_the_day_it_was_taken():
    archive = Rules(profile=PROFILES["archive"])
    assert named(shot(taken_at=NOON), archive) == "2024-05-01-red-car.jpg"


def test_rule_6_without_a_date_it_is_left_out():
    assert named(shot(), Rules(profile=PROFILES["archive"])) == "red-car.jpg"


def test_every_word_of_a_name_says_where_it_came_from():
    image = shot(description=described(seen("dog"), seen("Rome", "place", origin=Origin.PLACE)))
    (proposal,) = plan(
        [image], {"": [image.name, "dog-rome-acme.jpg", "dog-rome-acme-2.jpg"]}, Rules(keywords=("Acme",))
    )
    assert [(word.text, word.role, word.origin) for word in proposal.words] == [
        ("dog", Role.SUBJECT, Origin.PIXELS),
        ("rome", Role.PLACE, Origin.PLACE),
        ("acme", Role.KEYWORD, Origin.KEYWORD),
        ("3", Role.ATTRIBUTE, Origin.COUNTER),
    ]
    assert proposal.name == "dog-rome-acme-3.jpg"


def test_rule_11_a_picture_below_the_threshold_keeps_its_name_and_waits_for_review():
    image = shot(description=described(seen("dog"), confidence=0.4))
    (proposal,) = plan([image], {}, WEB)
    assert (proposal.verdict, proposal.name) == (Verdict.REVIEW, "dog.jpg")
    assert proposal.reason == "Not sure enough: 0.40 where 0.50 is asked."


def test_rule_11_a_picture_without_words_waits_for_review_and_gets_no_name():
    (proposal,) = plan([shot(description=alternatives())], {}, WEB)
    assert (proposal.verdict, proposal.name, proposal.words) == (Verdict.REVIEW, "", ())
    assert proposal.reason == "Nothing was recognised in it well enough to name it."


def test_rule_11_a_name_is_never_image_1():
    (proposal,) = plan([shot(description="an image")], {}, WEB)
    assert (proposal.verdict, proposal.name) == (Verdict.REVIEW, "")


def test_rule_11_keywords_alone_make_no_name():
    (proposal,) = plan([shot(description=alternatives())], {}, Rules(keywords=("Acme",)))
    assert (proposal.verdict, proposal.name) == (Verdict.REVIEW, "")


def test_rule_15_same_bytes_and_settings_give_the_same_stem_whatever_the_old_name():
    assert named(shot("IMG_1.JPG")) == named(shot("DSC00007.JPEG"))


def test_the_threshold_is_the_owners():
    image = shot(description=described(seen("dog"), confidence=0.4))
    (proposal,) = plan([image], {}, Rules(threshold=0.3))
    assert (proposal.verdict, proposal.name) == (Verdict.RENAME, "dog.jpg")
