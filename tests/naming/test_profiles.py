"""An owner's own profiles: which words stand in a name, which never do, and how a brand is written."""

import json
import re
from dataclasses import replace

import pytest

from appliance.naming import PROFILES, Profile, Proposal, Rules, Verdict, check_name, plan, profiles
from appliance.words import Origin
from tests.naming.samples import alternatives, described, seen, shot

WEB, UNICODE = PROFILES["web"], PROFILES["unicode"]


def shop(base: Profile = WEB, **lists) -> Profile:
    profile = replace(base, name="shop", **lists)
    profiles.check(profile)
    return profile


def planned(description, profile: Profile, **rules) -> Proposal:
    image = shot(rules.pop("name", "IMG_0001.JPG"), description, **rules.pop("shot", {}))
    (proposal,) = plan([image], {}, Rules(profile=profile, **rules))
    return proposal


def name_of(description, profile: Profile, **rules) -> str:
    return planned(description, profile, **rules).name


@pytest.mark.parametrize("banned", ["cheap", "CHEAP", "chéap"])
@pytest.mark.parametrize("text", ["cheap sofa", "Cheap sofa", "sofa (chéap!)"])
def test_a_banned_word_stands_in_no_name_however_it_is_written(banned, text):
    assert name_of(text, shop(banned=(banned,))) == "sofa.jpg"


def test_a_banned_phrase_goes_and_its_words_alone_stay():
    profile = shop(banned=("red bull",))
    assert name_of("Red Bull can", profile) == "can.jpg"
    assert name_of("red sofa", profile) == "red-sofa.jpg"


def test_a_phrase_that_comes_about_where_a_banned_word_goes_is_looked_for_again():
    assert name_of("red cheap bull can", shop(banned=("cheap", "red bull"))) == "can.jpg"


def test_where_the_subject_is_banned_the_next_candidate_is_taken_and_no_attribute_stands_alone():
    small, berry, fruit = seen("small", "attribute"), seen("strawberry"), seen("fruit", score=0.8)
    profile = shop(banned=("strawberry",))
    assert name_of(alternatives((berry, small), (fruit, small)), profile) == "fruit-small.jpg"
    assert planned(described(berry, small), profile).verdict is Verdict.REVIEW


def test_a_banned_phrase_does_not_come_about_from_two_words_of_a_picture():
    words = (seen("can"), seen("red", "attribute"), seen("bull", "second"))
    description = alternatives(words, (seen("drink can"),))
    assert name_of(description, shop(banned=("can red",))) == "drink-can.jpg"
    assert "the words that the profile “shop” bans" in planned(described(*words), shop(banned=("can red",))).reason


def test_a_banned_word_is_known_in_every_script_and_by_how_it_is_written_in_a_to_z():
    assert name_of("дешёвый диван", shop(UNICODE, banned=("ДЕШЕВЫЙ",)), language="ru") == "диван.jpg"
    assert name_of("дешёвый диван", shop(banned=("deshevyy",)), language="ru") == "divan.jpg"
    assert name_of("Mueller Brot", shop(banned=("Müller",)), language="de") == "brot.jpg"
    assert name_of("酒 瓶", shop(UNICODE, banned=("酒",)), language="zh") == "瓶.jpg"
    assert name_of("九 瓶", shop(banned=("酒",)), language="zh") == "jiu-ping.jpg", "spoken alike, another word"


@pytest.mark.parametrize("token", ["{original}", "{folder}", "{camera}", "{keywords}", "cheap-{date}-{sha}"])
def test_a_banned_word_stands_in_no_name_that_a_template_makes(token):
    image = {"folder": "cheap things", "camera": "Cheap 3"}
    proposal = planned(
        "sofa", shop(banned=("cheap",)), name="cheap-one.jpg", shot=image, keywords=("Cheap chairs",),
        template="{subject}-" + token, only_bad_names=False,
    )  # fmt: skip
    assert proposal.verdict is Verdict.RENAME
    assert "cheap" not in proposal.name


def test_a_banned_number_is_not_given_to_a_series_or_a_second_name():
    profile = shop(banned=("2", "13"))
    taken = ["red-car.jpg", *(f"red-car-{n}.jpg" for n in range(3, 13))]
    (proposal,) = plan([shot()], {"": taken}, Rules(profile=profile))
    assert proposal.name == "red-car-14.jpg"


def test_a_person_may_type_a_banned_word():
    assert check_name("cheap-sofa.jpg", Rules(profile=shop(banned=("cheap",))), "jpg") is None


def test_a_good_name_with_a_banned_word_is_left_alone_where_only_bad_names_change():
    proposal = planned("sofa", shop(banned=("cheap",)), name="cheap couch.jpg")
    assert (proposal.verdict, proposal.name) == (Verdict.KEEP, "cheap couch.jpg")


def test_a_picture_of_which_only_banned_words_are_known_waits_for_review():
    proposal = planned("cheap", shop(banned=("cheap",)))
    assert (proposal.verdict, proposal.name) == (Verdict.REVIEW, "")
    assert proposal.reason == (
        "Nothing that was recognised in it makes a name without the words that the profile “shop” bans: give it a name."
    )


def test_a_synonym_stands_in_the_place_of_the_word():
    profile = shop(synonyms=(("sofa", "couch"), ("floor lamp", "standard lamp"), ("télé", "TV set")))
    assert name_of("Sofa", profile) == "couch.jpg"
    assert name_of("a red floor lamp", profile) == "red-standard-lamp.jpg"
    assert name_of("lamp on the floor", profile) == "lamp-on-the-floor.jpg"
    assert name_of("TELE", profile) == "tv-set.jpg"


def test_of_two_phrases_the_longer_is_found():
    profile = shop(synonyms=(("lamp", "light"), ("floor lamp", "uplighter")))
    assert name_of("floor lamp", profile) == "uplighter.jpg"


def test_two_words_with_one_synonym_say_it_once():
    words = described(seen("sofa"), seen("settee", "second"), seen("rug", "second"))
    assert name_of(words, shop(synonyms=(("sofa", "couch"), ("settee", "couch")))) == "couch-rug.jpg"


def test_a_synonym_keeps_where_the_word_came_from():
    description = described(seen("sofa", origin=Origin.TEXT))
    (word,) = planned(description, shop(synonyms=(("sofa", "couch"),))).words
    assert (word.text, word.origin) == ("couch", Origin.TEXT)


@pytest.mark.parametrize(
    ("brand", "written"),
    [
        ("L'Oréal", "loreal"),
        ("H&M", "hm"),
        ("Coca-Cola", "coca-cola"),
        ("iPhone 15 Pro", "iphone-15-pro"),
        ("Dolce & Gabbana", "dolce-gabbana"),
        ("Dr. Oetker", "dr-oetker"),
        ("7-Eleven", "7-eleven"),
        ("The North Face", "the-north-face"),
        ("Häagen-Dazs", "haagen-dazs"),
    ],
)
def test_a_brand_is_written_without_its_signs(brand, written):
    profile = shop(brands=((brand, ""),))
    assert name_of(f"photo of {brand} products", profile) == f"{written}-products.jpg"
    assert name_of(f"{brand.upper()} products", profile) == f"{written}-products.jpg"


def test_a_brand_may_be_written_as_the_owner_says():
    assert name_of("AT&T shop", shop(brands=(("AT&T", "atandt"),))) == "atandt-shop.jpg"
    assert name_of("flacon L’Oréal", shop(brands=(("L'Oréal", ""),)), language="fr") == "flacon-loreal.jpg"
    assert name_of("Müller Joghurt", shop(brands=(("Müller", ""),)), language="de") == "mueller-joghurt.jpg"


def test_a_brand_is_not_taken_for_an_article_or_a_word_that_fits_every_picture():
    assert name_of("Photo booth", shop(brands=(("Photo", ""),))) == "photo-booth.jpg"
    assert name_of("The Body Shop soap", shop(brands=(("The Body Shop", ""),))) == "the-body-shop-soap.jpg"
    assert name_of("The Body Shop soap", WEB) == "body-shop-soap.jpg"


def test_a_brand_is_not_translated_and_loses_no_word_that_the_name_has_already():
    profile = shop(brands=(("Apple Pie Kitchen", ""),), synonyms=(("apple", "pomme"),))
    words = described(seen("kitchen apple"), seen("Apple Pie Kitchen", "second", origin=Origin.TEXT))
    proposal = planned(words, profile)
    assert proposal.name == "kitchen-pomme-apple-pie-kitchen.jpg"
    assert [(word.text, word.origin) for word in proposal.words] == [
        ("kitchen-pomme", Origin.PIXELS),
        ("apple-pie-kitchen", Origin.TEXT),
    ]


def test_a_brand_is_not_cut_in_the_middle():
    profile = shop(brands=(("Marks and Spencer", ""),), most_words=6, usual_words=6)
    assert name_of("blue wool winter coat Marks and Spencer", profile) == "blue-wool-winter-coat.jpg"
    assert name_of("blue winter coat Marks and Spencer", WEB) == "blue-winter-coat-marks-and-spencer.jpg"


def test_only_allowed_words_stand_in_a_name():
    profile = shop(allowed=("sofa", "golden retriever", "Blue"), brands=(("Ikea", ""),))
    assert name_of("large blue sofa by Ikea", profile) == "blue-sofa-ikea.jpg"
    assert name_of("golden retriever puppy", profile) == "golden-retriever.jpg"
    assert name_of(described(seen("sofa"), seen("window", "second"), seen("BLUE", "attribute")), profile) == (
        "sofa-blue.jpg"
    )


def test_numbers_places_and_the_owners_keywords_need_no_permission():
    profile = shop(allowed=("sofas",))
    words = described(seen("3 red sofas"), seen("Rome", "place", origin=Origin.PLACE), seen("beach", "place"))
    assert name_of(words, profile, keywords=("Acme",)) == "3-sofas-rome-acme.jpg"


def test_a_candidate_without_an_allowed_subject_makes_way_for_the_next():
    description = alternatives((seen("retriever"), seen("red", "attribute")), (seen("dog", score=0.8),), confidence=0.9)
    proposal = planned(description, shop(allowed=("dog", "red")))
    assert (proposal.verdict, proposal.name, proposal.confidence) == (Verdict.RENAME, "dog.jpg", 0.8)


def test_but_not_for_one_that_is_not_sure_enough():
    description = alternatives((seen("retriever"),), (seen("dog", score=0.3),))
    assert name_of(description, shop(allowed=("dog",))) == ""


@pytest.mark.parametrize("template", [None, "{subject}-{attribute}", "{attribute}-{original}"])
def test_without_an_allowed_subject_a_picture_waits_for_review(template):
    description = described(seen("retriever"), seen("red", "attribute"))
    proposal = planned(description, shop(allowed=("dog", "red")), template=template)
    assert (proposal.verdict, proposal.name) == (Verdict.REVIEW, "")
    assert proposal.reason == (
        "What was recognised in it is not among the words that the profile “shop” allows: "
        "give it a name, or add a word to the profile."
    )


def test_a_series_and_a_second_name_obey_the_lists_too():
    profile = shop(banned=("cheap",), synonyms=(("car", "automobile"),))
    shots = [shot(f"IMG_{n}.JPG", "cheap red car") for n in range(3)]
    assert [proposal.name for proposal in plan(shots, {}, Rules(profile=profile))] == [
        "red-automobile.jpg",
        "red-automobile-2.jpg",
        "red-automobile-3.jpg",
    ]


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ({"banned": ("couch",), "synonyms": (("sofa", "corner couch"),)}, "“sofa” becomes “corner couch”, which has a"),
        ({"synonyms": (("sofa", "couch"), ("couch", "settee"))}, "“sofa” becomes “couch”, in which a word is replaced"),
        ({"synonyms": (("sofa", "couch"), ("couch", "sofa"))}, "“couch” becomes “sofa”, in which a word is replaced"),
        ({"synonyms": (("sofa", "corner sofa"),)}, "“sofa” becomes “corner sofa”, in which a word is replaced again"),
        ({"synonyms": (("sofa", "couch"), ("SOFA", "settee"))}, "“sofa” and “SOFA” of “synonyms” are the same"),
        ({"synonyms": (("&", "and"),)}, "The entry “&” of “synonyms” has neither letters nor digits: take it out."),
        ({"synonyms": (("apple", "fruit"),), "brands": (("Apple", ""),)}, "there is a brand in “apple”"),
        ({"allowed": ("sofa",), "banned": ("SOFA",)}, "“sofa” is allowed, but it or a word of it is banned"),
        ({"allowed": ("sofa",), "synonyms": (("sofa", "sofa bed"),)}, "replaced again"),
        ({"allowed": ("dog",), "synonyms": (("sofa", "couch"),)}, "“couch”, which is not allowed: add it to “allowed”"),
        ({"allowed": ("dog", "couch"), "synonyms": (("dog", "couch"),)}, "“dog” is allowed, but a synonym stands for"),
        ({"brands": (("Coca-Cola", ""),), "banned": ("cola",)}, "The brand “Coca-Cola” has a word in it that is"),
        ({"brands": (("H&M", "H&M"),)}, "The brand “H&M” cannot be written “H&M”: write it in lower case with a to z"),
        ({"brands": (("ナイキ", "ナイキ"),)}, "cannot be written “ナイキ”"),
        ({"brands": (("A", "a" * 61),)}, "The brand “A” is longer than a name may be"),
        ({"brands": (("H&M", ""), ("h & m", "hm"))}, "“H&M” and “h & m” of “brands” are the same"),
        ({"banned": ("...",)}, "The entry “...” of “banned” has neither letters nor digits"),
        ({"name": "web"}, "“web” is a profile that the program has already: give yours another name."),
        ({"name": "My Shop"}, "A profile cannot be called “My Shop”: take 1 to 40 of the letters a to z"),
        ({"name": "a" * 41}, "A profile cannot be called"),
        ({"name": "shop\n"}, "A profile cannot be called"),
        ({"most_words": 13}, "The setting “most_words” is 13: take a number from 1 to 12."),
        ({"most_words": 0, "usual_words": 0}, "The setting “usual_words” is 0"),
        ({"most_characters": 201}, "The setting “most_characters” is 201: take a number from 12 to 200."),
        ({"most_words": 3}, "The setting “usual_words” is 6, more than “most_words”, which is 3: lower the first."),
    ],
)  # fmt: skip
def test_a_profile_that_contradicts_itself_is_refused_with_the_entry_and_the_remedy(lists, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        profiles.check(replace(WEB, **({"name": "shop"} | lists)))


def test_every_problem_is_said_at_once():
    with pytest.raises(ValueError, match=r"(?s)called “web shop”.*most_words") as refused:
        profiles.check(Profile("web shop", most_words=99))
    assert len(str(refused.value).splitlines()) == 2


def test_a_profile_is_made_of_settings_and_becomes_them_again():
    settings = {
        "based_on": "archive",
        "most_words": 5,
        "allowed": ["sofa", "couch"],
        "banned": ["cheap"],
        "brands": {"H&M": "hm", "L'Oréal": ""},
        "synonyms": {"settee": "couch"},
    }
    profile = profiles.from_mapping("shop", settings)
    assert profile == Profile(
        "shop", dated=True, usual_words=5, most_words=5, allowed=("sofa", "couch"), banned=("cheap",),
        brands=(("H&M", "hm"), ("L'Oréal", "")), synonyms=(("settee", "couch"),),
    )  # fmt: skip
    assert profiles.from_mapping("shop", json.loads(json.dumps(profiles.to_mapping(profile)))) == profile


def test_brands_may_be_a_plain_list():
    assert profiles.from_mapping("shop", {"brands": ["H&M"]}).brands == (("H&M", ""),)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"bannned": []}, "A profile has no setting “bannned”: it has “based_on”, “ascii”, “dated”"),
        ({"based_on": "shop"}, "The profile “mine” is based on “shop”: take one of “web”, “archive” and “unicode”."),
        ({"based_on": ["web"]}, "is based on"),
        ({"most_words": "six"}, "The setting “most_words” must be a whole number, not 'six'."),
        ({"most_words": True}, "The setting “most_words” must be a whole number, not True."),
        ({"dated": 1}, "The setting “dated” must be true or false, not 1."),
        ({"banned": "cheap"}, "The setting “banned” must be a list of words, such as"),
        ({"synonyms": ["sofa"]}, "The setting “synonyms” must be a table of words and what is written instead"),
        ({"brands": {"H&M": 1}}, "The setting “brands” must be a list of brands, or a table"),
    ],
)
def test_settings_that_make_no_profile_are_refused_in_a_sentence(settings, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        profiles.from_mapping("mine", settings)
