"""Rule 8: no two names are alike, and none that is taken is given."""

from appliance.naming import Rules, Shot, Verdict, fold, plan
from appliance.words import Origin
from tests.naming.samples import alternatives, described, seen, shot

EVERY = Rules(only_bad_names=False)


def names(shots: list[Shot], *taken: str) -> list[str]:
    return [proposal.name for proposal in plan(shots, {"": [*taken, *(one.name for one in shots)]}, EVERY)]


def test_rule_8_the_next_candidate_is_the_first_way_out():
    image = shot(description=alternatives((seen("golden retriever"),), (seen("dog"),)))
    assert names([image], "golden-retriever.jpg") == ["dog.jpg"]


def test_rule_8_a_candidate_that_is_not_sure_enough_is_no_way_out():
    image = shot(description=alternatives((seen("golden retriever"),), (seen("cat", score=0.2),)))
    assert names([image], "golden-retriever.jpg") == ["golden-retriever-2.jpg"]


def test_rule_8_a_distinguishing_attribute_is_the_second():
    image = shot(description=alternatives((seen("dog"),), (seen("dog"), seen("brown", "attribute"))))
    assert names([image], "dog.jpg") == ["dog-brown.jpg"]
    long = [
        seen("old stone bridge"),
        seen("river", "second"),
        seen("Prague Castle", "place"),
        seen("snowy", "attribute"),
    ]
    image = shot(description=described(*long))
    assert names([image], "old-stone-bridge-river-prague-castle.jpg") == [
        "old-stone-bridge-snowy-river-prague-castle.jpg"
    ]


def test_rule_8_a_number_is_the_third():
    assert names([shot()], "red-car.jpg") == ["red-car-2.jpg"]
    assert names([shot()], "red-car.jpg", "red-car-2.jpg", "red-car-4.jpg") == ["red-car-3.jpg"]


def test_rule_8_six_digits_of_the_content_are_the_last():
    taken = ["red-car.jpg", *(f"red-car-{n}.jpg" for n in range(2, 10_000))]
    (proposal,) = plan([shot()], {"": taken}, EVERY)
    assert proposal.name == "red-car-a3f2c1.jpg"
    assert proposal.words[-1].origin is Origin.COUNTER


def test_rule_8_the_same_bytes_twice_go_on_with_numbers():
    taken = ["red-car.jpg", *(f"red-car-{n}.jpg" for n in range(2, 10_000)), "red-car-a3f2c1.jpg"]
    assert names([shot()], *taken) == ["red-car-10001.jpg"]


def test_rule_8_case_and_unicode_forms_make_no_difference():
    assert names([shot()], "Red-Car.JPG") == ["red-car-2.jpg"]
    assert fold("É.JPG") == fold("e\u0301.jpg") == "é.jpg"


def test_rule_8_a_stem_that_another_kind_of_file_has_is_taken():
    for other in ("red-car.png", "red-car.xmp", "red-car.jpg.webp", "red-car@2x.jpg"):
        assert names([shot()], other) == ["red-car-2.jpg"], other


def test_rule_8_a_name_that_another_image_of_the_plan_gives_up_stays_taken():
    first, second = shot("red-car.jpg", "blue boat"), shot("IMG_2.JPG", "red car")
    assert names([first, second]) == ["blue-boat.jpg", "red-car-2.jpg"]


def test_rule_8_no_two_images_of_a_plan_get_one_name():
    assert names([shot("IMG_1.JPG"), shot("IMG_2.JPG"), shot("IMG_3.JPG")]) == [
        "red-car.jpg",
        "red-car-2.jpg",
        "red-car-3.jpg",
    ]


def test_names_in_other_folders_are_not_taken():
    image = shot(folder="a")
    assert plan([image], {"a": [image.name], "b": ["red-car.jpg"]}, EVERY)[0].name == "red-car.jpg"


def test_a_name_for_review_is_free_too():
    unsure = shot("IMG_1.JPG", described(seen("red car"), confidence=0.1))
    sure = shot("IMG_2.JPG")
    assert names([unsure, sure]) == ["red-car-2.jpg", "red-car.jpg"]


def test_a_change_of_case_alone_is_possible():
    (proposal,) = plan([shot("Red-Car.JPG")], {"": ["Red-Car.JPG"]}, EVERY)
    assert (proposal.verdict, proposal.name) == (Verdict.RENAME, "red-car.jpg")


def test_but_not_where_the_other_case_is_another_file():
    assert names([shot("Red-Car.JPG")], "red-car.jpg") == ["red-car-2.jpg"]


def test_a_name_does_not_climb_when_it_is_planned_again():
    for name in ("red-car.jpg", "red-car-2.jpg", "red-car-017.jpg", "red-car-a3f2c1.jpg"):
        (proposal,) = plan([shot(name)], {"": [name]}, EVERY)
        assert (proposal.verdict, proposal.name) == (Verdict.KEEP, name)


def test_a_second_choice_is_kept_when_it_is_planned_again():
    image = shot("dog.jpg", alternatives((seen("golden retriever"),), (seen("dog"),)))
    assert names([image]) == ["dog.jpg"]


def test_a_number_is_kept_where_the_extension_is_corrected():
    assert names([shot("red-car-2.jpeg")]) == ["red-car-2.jpg"]


def test_six_digits_of_other_bytes_are_not_its_own():
    assert names([shot("red-car-bbbbbb.jpg")]) == ["red-car.jpg"]


def test_every_companion_needs_a_free_name_too():
    image = shot("IMG_1.JPG", companions=("IMG_1.xmp", "IMG_1.JPG.webp"))
    assert names([image], "red-car.XMP") == ["red-car-2.jpg"]


def test_companions_that_differ_in_case_alone_leave_the_group_for_review():
    image = shot("IMG_1.JPG", companions=("IMG_1.xmp", "IMG_1.XMP"))
    (proposal,) = plan([image], {}, EVERY)
    assert (proposal.verdict, proposal.name) == (Verdict.REVIEW, "")
    assert proposal.reason == "Its companions “IMG_1.xmp” and “IMG_1.XMP” would get one name: rename one of them first."
