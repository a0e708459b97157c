"""The embedded engine looks at pictures and says in English what it is sure enough of."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from appliance import vision
from appliance.vision import classifier, deciding, modelfiles
from appliance.vision.classifier import Classifier
from appliance.vision.local import Local
from appliance.vision.seeing import Eyes
from appliance.words import Origin, Role
from tests.vision import pictures
from tests.vision.test_seeing import page


def test_a_traffic_light_is_called_one():
    said = vision.load("local").describe(pictures.traffic_light(), language="en")
    (word,) = said.candidates[0]
    assert (word.text, word.role, word.origin) == ("traffic light", Role.SUBJECT, Origin.PIXELS)
    assert 0 < said.confidence < 1


def test_of_a_grey_surface_nothing_is_said():
    said = vision.load("local").describe(pictures.nothing(), language="en")
    assert (said.candidates, said.alt, said.confidence) == ((), "", 0.0)


def test_a_description_names_the_model_so_that_it_can_be_kept():
    local = vision.load("local")
    said = local.describe(pictures.nothing(), language="en")
    assert (said.provider, said.model, said.prompt) == (local.name, local.model, local.prompt)


def test_another_model_or_other_rules_are_another_key(monkeypatch: pytest.MonkeyPatch):
    mine, other = Local(), Local(Eyes(Classifier(modelfiles.ModelFile("other.onnx", "1" * 64))))
    before = mine.model
    assert other.model != before
    monkeypatch.setattr(deciding, "RULES", deciding.RULES + 1)
    assert mine.model != before


def test_the_answer_is_english_in_every_language():
    local = vision.load("local")
    assert local.describe(pictures.traffic_light(), language="de") == local.describe(
        pictures.traffic_light(), language="en"
    )


def test_the_explanation_begins_with_what_is_said_and_has_what_is_not():
    evidence = vision.load("local").explain(pictures.traffic_light(), language="en")
    assert [one.word.text for one in evidence if one.said] == ["traffic light"]
    assert evidence[0].said
    assert len(evidence) > 1
    scores = [one.word.score for one in evidence if not one.said]
    assert scores == sorted(scores, reverse=True)


def test_the_explanation_says_which_source_saw_a_word_and_that_it_was_too_little():
    evidence = vision.load("local").explain(pictures.traffic_light(), language="en")
    unsaid = next(one for one in evidence if not one.said)
    assert "give it" in unsaid.why or "gives it" in unsaid.why or "found it" in unsaid.why
    assert unsaid.why.endswith(("too little.", "or what is seen first."))


def test_text_is_looked_for_only_where_it_may_be_the_name():
    photo, sheet = pictures.traffic_light(sign="Ring road"), page(("Quarterly Report", 90))
    local = Local()
    named = deciding.decide(local.eyes.look(photo), local.known.score(local.eyes.features(photo)))
    assert not named.wants_text
    assert deciding.decide(local.eyes.look(sheet), local.known.score(local.eyes.features(sheet))).wants_text
    assert {word.origin for word in local.describe(photo, language="en").candidates[0]} == {Origin.PIXELS}


def test_whoever_asks_is_told_the_text_that_the_name_does_not_need():
    evidence = vision.load("local").explain(pictures.traffic_light(sign="Ring road"), language="en")
    assert ("Ring road", False) in [(one.word.text, one.said) for one in evidence if one.word.origin is Origin.TEXT]


def test_many_threads_get_what_one_gets():
    local, preview = vision.load("local"), pictures.traffic_light()
    with ThreadPoolExecutor(4) as threads:
        said = set(threads.map(lambda _: local.describe(preview, language="en"), range(8)))
    assert said == {local.describe(preview, language="en")}


def test_the_centre_and_the_whole_are_looked_at():
    picture = Image.new("RGB", (900, 300), "red")
    picture.paste("blue", (300, 0, 600, 300))
    middle, whole = (np.asarray(view).astype(int) for view in classifier.views(picture))
    assert (middle[:, 5:-5, 2] > 200).all()
    assert whole[130, 20, 0] > 200
    assert whole[130, 130, 2] > 200


def test_what_is_no_picture_is_an_error_for_good():
    with pytest.raises(vision.VisionError, match="cannot be read as a JPEG") as caught:
        vision.load("local").describe(b"no picture", language="en")
    assert caught.value.permanent


def test_without_its_model_it_says_how_to_build_it(tmp_path: Path):
    local = Local(Eyes(Classifier(modelfiles.ModelFile("no-such.onnx", "0" * 64))))
    with pytest.raises(vision.VisionError, match="make models") as caught:
        local.check()
    assert caught.value.permanent


def test_an_altered_model_is_not_used():
    local = Local(Eyes(Classifier(modelfiles.ModelFile(modelfiles.CLASSIFIER.name, "0" * 64))))
    with pytest.raises(vision.VisionError, match="not the file that belongs to this version"):
        local.describe(pictures.nothing(), language="en")


def test_with_its_model_it_is_ready():
    vision.load("local").check()
