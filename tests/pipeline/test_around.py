"""What stands around an image, as words of its name."""

from appliance import naming
from appliance.pipeline.around import with_surroundings
from appliance.words import Description, Origin, Role, Word
from connectors.base import Surroundings

SEEN = (Word("hat", Role.SUBJECT, Origin.PIXELS, 0.9), Word("red", Role.ATTRIBUTE, Origin.PIXELS, 0.8))


def name(around: Surroundings, *words: Word) -> str:
    said = with_surroundings(Description(candidates=(words,) if words else (), confidence=0.9), around)
    shot = naming.Shot(name="IMG_1.jpg", folder="", extension="jpg", sha256="0" * 64, description=said)
    (proposal,) = naming.plan([shot], {"": ["IMG_1.jpg"]}, naming.Rules(profile=naming.PROFILES["web"]))
    return proposal.name


def test_a_product_leads_the_names_of_its_pictures():
    assert name(Surroundings(product="Nordlicht Beanie"), *SEEN) == "nordlicht-beanie-red-hat.jpg"


def test_a_picture_of_which_nothing_was_seen_has_the_name_of_its_product():
    assert name(Surroundings(product="Nordlicht Beanie")) == "nordlicht-beanie.jpg"


def test_what_a_post_is_to_be_found_by_stands_at_the_end():
    assert name(Surroundings(keyphrase="winter fashion"), *SEEN) == "hat-red-winter-fashion.jpg"


def test_a_title_alone_is_for_who_looks_at_the_picture():
    assert name(Surroundings(title="Ten ideas for cold days"), *SEEN) == name(Surroundings(), *SEEN) == "hat-red.jpg"


def test_a_sentence_or_a_secret_is_no_name_of_a_product():
    for product in ("A very long sentence about what one might buy", "password: hunter2"):
        assert name(Surroundings(product=product), *SEEN) == "hat-red.jpg"


def test_what_was_seen_already_is_not_said_twice():
    assert name(Surroundings(product="Hat", keyphrase="red"), *SEEN) == "hat-red.jpg"
