"""What a correction teaches is the new thing in it, and nothing that says how, where or when."""

import pytest

from appliance.learning.subjects import subject


@pytest.mark.parametrize(
    ("proposed", "accepted", "taught"),
    [
        ("brown dog", "rex labrador", "rex labrador"),
        ("brown dog", "rex dog", "rex"),
        ("brown dog", "brown dog rex", "rex"),
        ("blue teapot", "red barn", "barn"),
        ("teapot", "acme a300 teapot 02", "acme a300"),
        ("table", "a lamp in the garden", "lamp"),
        ("house", "das alte haus", "das alte haus"),
        ("", "floor lamp", "floor lamp"),
    ],
)
def test_the_first_new_phrase_of_a_name_is_taught(proposed: str, accepted: str, taught: str):
    assert subject(accepted, proposed.split(), [], "en") == taught


@pytest.mark.parametrize(
    ("proposed", "accepted"),
    [
        ("brown dog", "dog"),
        ("blue dog", "red dog"),
        ("dog", "dog 2024"),
        ("dog", "img 1234"),
        ("dog", "my neighbour walks his huge dog along our empty beach today"),
    ],
)
def test_a_name_without_a_new_thing_teaches_nothing(proposed: str, accepted: str):
    assert subject(accepted, proposed.split(), [], "en") == ""


@pytest.mark.parametrize("proposed", ["person", "two people", "bride dress", "portrait"])
def test_a_picture_of_people_teaches_nobodys_name(proposed: str):
    assert subject("anna miller", proposed.split(), [], "en") == ""


def test_keywords_and_places_are_not_taught():
    assert subject("oslo rex shop", ["dog"], ["shop", "Oslo"], "en") == "rex"


def test_an_article_of_the_language_is_left_out():
    assert subject("das haus", ["house"], [], "de") == "haus"
