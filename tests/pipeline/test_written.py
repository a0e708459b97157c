"""What people wrote into a file outranks what a model saw, and what cameras and programs wrote there does not."""

from dataclasses import replace

import pytest

from appliance.naming import Rules, Shot, Verdict, plan
from appliance.pipeline.written import weighed, with_file_words
from appliance.words import Description, FileWords, Origin, Role, Word

BICYCLE = (Word("bicycle", Role.SUBJECT, Origin.PIXELS, 0.9), Word("blue", Role.ATTRIBUTE, Origin.PIXELS, 0.8))
SEEN = Description((BICYCLE,), confidence=0.9)
UNSURE = Description((BICYCLE,), confidence=0.2)


def names(*written: FileWords, seen: Description = SEEN, language: str = "en") -> list[str]:
    """Of as many pictures, of which the same is seen."""
    shots = [
        Shot(f"IMG_{number}.jpg", "", "jpg", f"{number:064x}", with_file_words(seen, one, language=language))
        for number, one in enumerate(written)
    ]
    proposals = plan(shots, {"": [shot.name for shot in shots]}, Rules(language=language))
    return [one.name if one.verdict is Verdict.RENAME else "" for one in proposals]


def title(text: str) -> FileWords:
    return FileWords(titles={"": text})


def caption(text: str) -> FileWords:
    return FileWords(captions={"": text})


def why_not(text: str, camera: str = "") -> str:
    (one,) = weighed(title(text), language="en", camera=camera)
    return one.why_not


def test_a_title_is_the_name():
    assert names(title("Golden Gate Bridge")) == ["golden-gate-bridge.jpg"]


def test_without_words_in_the_file_nothing_is_changed():
    assert with_file_words(SEEN, FileWords(), language="en") is SEEN


def test_a_title_names_what_no_model_recognised():
    assert names(title("Golden Gate Bridge"), seen=Description()) == ["golden-gate-bridge.jpg"]


def test_the_second_of_a_title_is_told_from_the_first_by_what_is_seen():
    assert names(title("Red barn"), title("Red barn")) == ["red-barn.jpg", "red-barn-blue-bicycle.jpg"]


def test_every_word_of_a_title_comes_from_a_person():
    said = with_file_words(SEEN, title("Red barn"), language="en")
    assert [(word.text, word.origin) for word in said.candidates[0]] == [("Red barn", Origin.METADATA)]
    assert said.confidence == 1.0


def test_the_texts_of_a_file_are_proposed_whole_before_those_of_a_model():
    long = "A barn in Vermont, seen from the road. It was painted in 1931 and has not been since, as its owner says."
    seen = replace(SEEN, alt="A bicycle.", title="Bicycle", caption="A blue bicycle at a wall.")
    both = FileWords({"": "Red barn"}, captions={"": long, "de": "Eine Scheune"}, alts={"de": "Scheune"})

    said = with_file_words(seen, FileWords(captions={"": long}), language="en")
    assert (said.alt, said.title, said.caption, said.from_file) == (
        "A bicycle.",
        "A barn in Vermont",
        long,
        ("caption",),
    )
    said = with_file_words(seen, both, language="de")
    assert (said.alt, said.title, said.caption) == ("Scheune", "Red barn", "Eine Scheune")
    assert said.from_file == ("alt", "title", "caption")


def test_an_alternative_text_of_a_file_stands_in_no_name():
    assert names(FileWords(alts={"": "A red barn."})) == names(FileWords())


@pytest.mark.parametrize("text", ["OLYMPUS DIGITAL CAMERA", "© 2019 Jane Doe", "Her password: hunter2"])
def test_what_nobody_wrote_for_readers_is_proposed_as_no_text(text: str):
    seen = replace(SEEN, title="Bicycle", caption="A blue bicycle.")
    said = with_file_words(seen, FileWords({"": text}, captions={"": text}), language="en")
    assert (said.title, said.caption, said.from_file) == ("Bicycle", "A blue bicycle.", ())


def test_a_keyword_follows_the_title():
    assert names(FileWords({"": "Red barn"}, keywords=("farm", "Vermont"))) == ["red-barn-farm.jpg"]


def test_a_headline_stands_in_for_a_title_that_says_nothing():
    assert names(FileWords({"": "DSC_0417"}, headline="Harvest in Vermont")) == ["harvest-in-vermont.jpg"]


@pytest.mark.parametrize(("language", "name"), [("de", "rote-scheune.jpg"), ("en", "red-barn.jpg"), ("fr", "barn.jpg")])
def test_the_language_of_the_names_is_chosen_or_the_default(language: str, name: str):
    assert names(FileWords({"": "Barn", "de-de": "Rote Scheune", "en": "Red barn"}), language=language) == [name]


def test_a_short_caption_is_a_name():
    assert names(caption("Dancers in Seville")) == ["dancers-in-seville.jpg"]


def test_of_a_long_caption_the_first_clause_is():
    text = "Returning from the fields, oil on canvas by Jules Breton. Given to the museum in 1886 by a collector."
    assert names(caption(text)) == ["returning-from-the-fields.jpg"]


def test_a_long_caption_without_a_short_clause_is_none():
    text = "this is a long text about all that happened on that day and in the night after it"
    assert names(caption(text)) == ["bicycle-blue.jpg"]


def test_a_caption_does_not_name_what_has_a_title():
    assert names(FileWords({"": "Red barn"}, captions={"": "Where we slept"})) == ["red-barn.jpg"]


def test_a_keyword_stands_beside_what_is_seen_for_sure():
    assert names(FileWords(keywords=("Vermont",))) == ["bicycle-blue-vermont.jpg"]


def test_keywords_name_what_is_not_seen_for_sure():
    assert names(FileWords(keywords=("barn", "Vermont")), seen=UNSURE) == ["barn-vermont.jpg"]


def test_a_keyword_that_is_seen_too_makes_it_sure():
    said = with_file_words(UNSURE, FileWords(keywords=("Vermont", "Bicycle")), language="en")
    assert said.candidates[0][0].text == "bicycle"
    assert said.confidence == 0.9
    assert names(FileWords(keywords=("Vermont", "Bicycle")), seen=UNSURE) == ["bicycle-blue-vermont.jpg"]


@pytest.mark.parametrize(
    "text",
    [
        "OLYMPUS DIGITAL CAMERA",
        "SONY DSC",
        "KODAK Digital Still Camera",
        "KONICA MINOLTA DIGITAL CAMERA",
        "DIGITAL CAMERA",
        "MINOLTA DSC",
        "DCF 1.0",
        "DCIM\\100MEDIA\\DJI_0042.JPG",
        "Exif_JPEG_PICTURE",
        "Screenshot",
        "Adobe Photoshop",
        "Created with GIMP",
        "Processed with VSCO with a6 preset",
        "default",
        "Untitled-1",
        "Image description",
        "DSC_0417",
        "IMG_1234.JPG",
        "000015",
        "a5cb01550dbb9a6bf732f87e413f6e231cc4581e6a5be800fb0871dce0760cd5",
        "© 2020 Alice",
        "(c) 2019 Alice Example",
        "Copyright Alice",
        "Photo by Alice Example",
        "Foto: Alice Example",
        "Photographer: Alice Example",
        "by Alice Example",
        "Red barn. All rights reserved",
        "https://example.com/photo/17",
        "www.example.com",
        '{"remix_data":["add_photo_directory"]}',
        "alice@example.com",
        "4111 1111 1111 1111",
        "password: swordfish",
        "=====",
    ],
)
def test_what_cameras_programs_and_owners_write_is_no_name(text: str):
    assert why_not(text)
    assert names(title(text)) == names(caption(text)) == ["bicycle-blue.jpg"]
    assert text not in str(with_file_words(SEEN, FileWords({"": text}, keywords=(text,)), language="en"))


@pytest.mark.parametrize("text", ["Nikon D90", "NIKON CORPORATION NIKON D90", "d90"])
def test_the_name_of_the_camera_is_no_name(text: str):
    assert why_not(text, "NIKON CORPORATION NIKON D90")
    assert not why_not("Nikon museum in Tokyo", "NIKON CORPORATION NIKON D90")


@pytest.mark.parametrize(
    "text",
    ["Blue Square Test File - .jpg", "El cielo sobre Berlin", "Red barn", "By the sea", "Foto de la playa", "Камень"],
)
def test_what_a_person_would_write_is_a_name(text: str):
    assert why_not(text) == ""


def test_what_is_private_is_not_even_shown():
    (one,) = weighed(title("password: swordfish"), language="en")
    assert "swordfish" not in str(one)


def test_a_text_that_stands_there_several_times_is_weighed_once():
    found = weighed(FileWords({"": "Harvest"}, "harvest", {"": "Harvest"}, ("farm", "Harvest")), language="en")
    assert [(one.text, one.kind) for one in found] == [("Harvest", "title"), ("farm", "keyword")]
