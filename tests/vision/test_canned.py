"""The provider of the tests says the same of the same bytes, and often the same of others."""

from appliance import vision

PICTURES = [str(number).encode() for number in range(500)]


def test_the_same_bytes_get_the_same_description_from_every_instance():
    first, second = vision.load("canned"), vision.load("canned")
    assert [first.describe(one, language="en") for one in PICTURES] == [
        second.describe(one, language="de") for one in PICTURES
    ]


def test_a_description_stays_what_it_was_in_earlier_versions():
    said = vision.load("canned").describe(b"a picture", language="en")
    assert [word.text for word in said.candidates[0]] == ["lighthouse", "blue"]
    assert said.alt == "A blue lighthouse."
    assert (said.provider, said.model, said.prompt) == ("canned", "canned-1", "")


def test_many_pictures_share_a_name_so_that_collisions_are_met():
    said = {vision.load("canned").describe(one, language="en").candidates[0] for one in PICTURES}
    assert 2 <= len(said) <= 30


def test_the_explanation_says_which_words_stand_in_the_name():
    provider = vision.load("canned")
    said = [one.word for one in provider.explain(b"a picture", language="en") if one.said]
    assert tuple(said) == provider.describe(b"a picture", language="en").candidates[0]
