"""Rule 7: shots of one burst share a stem and are numbered."""

from datetime import datetime, timedelta

from appliance.naming import PROFILES, Proposal, Rules, Shot, plan
from tests.naming.samples import alternatives, described, seen, shot

START = datetime.fromisoformat("2024-05-01T12:00:00")


def burst(*descriptions, seconds=1, bits=2, **facts) -> list[Shot]:
    """Shots named IMG_0001 and on, so many seconds and bits of their hash apart from each other."""
    return [
        shot(
            f"IMG_{i + 1:04}.JPG",
            description,
            taken_at=START + timedelta(seconds=i * seconds),
            phash=0xFFFF_0000_FFFF_0000 ^ (2 ** (bits * i) - 1),
            sha256=f"{i:064x}",
            **facts,
        )
        for i, description in enumerate(descriptions)
    ]


def planned(shots: list[Shot], rules: Rules = Rules(), taken: tuple[str, ...] = ()) -> list[Proposal]:  # noqa: B008
    return plan(shots, {"": [*taken, *(one.name for one in shots)]}, rules)


def names(shots: list[Shot], rules: Rules = Rules(), taken: tuple[str, ...] = ()) -> list[str]:  # noqa: B008
    return [proposal.name for proposal in planned(shots, rules, taken)]


def test_rule_7_a_burst_shares_a_stem_and_is_numbered_in_two_digits():
    assert names(burst("red car", "red car", "red car")) == ["red-car-01.jpg", "red-car-02.jpg", "red-car-03.jpg"]


def test_rule_7_a_burst_of_a_hundred_is_numbered_in_three_digits():
    given = names(burst(*["red car"] * 100, bits=0))
    assert (given[0], given[99]) == ("red-car-001.jpg", "red-car-100.jpg")


def test_rule_7_the_order_is_that_of_capture_and_not_of_the_list():
    shots = burst("red car", "red car", "red car")
    assert names(shots[::-1]) == ["red-car-03.jpg", "red-car-02.jpg", "red-car-01.jpg"]


def test_rule_7_shots_of_the_same_second_are_in_the_natural_order_of_their_names():
    shots = [shot(f"IMG_{n}.JPG", taken_at=START, phash=1) for n in (10, 9, 100)]
    assert names(shots) == ["red-car-02.jpg", "red-car-01.jpg", "red-car-03.jpg"]


def test_rule_7_a_word_that_tells_shots_apart_is_better_than_a_number():
    front = described(seen("chair"), seen("front", "attribute"))
    detail = described(seen("chair"), seen("detail", "attribute"))
    assert names(burst(front, detail)) == ["chair-front.jpg", "chair-detail.jpg"]


def test_rule_7_a_subject_that_is_named_differently_within_a_burst_follows_the_surest_shot():
    unsure = described(seen("dog"), confidence=0.6)
    sure = described(seen("golden retriever"), confidence=0.9)
    assert names(burst(unsure, sure, unsure)) == [f"golden-retriever-0{n}.jpg" for n in (1, 2, 3)]


def test_rule_7_a_shot_that_is_not_sure_enough_has_no_part_in_a_burst():
    unsure = described(seen("dog"), confidence=0.2)
    proposals = planned(burst("red car", unsure, "red car"))
    assert [proposal.verdict for proposal in proposals] == ["rename", "review", "rename"]
    assert [proposal.name for proposal in proposals] == ["red-car-01.jpg", "dog.jpg", "red-car-02.jpg"]


def test_rule_7_shots_that_are_far_apart_in_time_are_no_burst():
    assert names(burst("red car", "red car", seconds=4)) == ["red-car.jpg", "red-car-2.jpg"]


def test_rule_7_shots_that_do_not_look_alike_are_no_burst():
    assert names(burst("red car", "red car", bits=11)) == ["red-car.jpg", "red-car-2.jpg"]


def test_rule_7_without_a_time_there_is_no_burst():
    assert names([shot("IMG_1.JPG", phash=1), shot("IMG_2.JPG", phash=1)]) == ["red-car.jpg", "red-car-2.jpg"]


def test_rule_7_two_cameras_are_no_burst():
    shots = [shot(f"IMG_{n}.JPG", taken_at=START, phash=1, camera=camera) for n, camera in ((1, "Nikon"), (2, "Canon"))]
    assert names(shots) == ["red-car.jpg", "red-car-2.jpg"]


def test_rule_7_two_folders_are_no_burst():
    shots = [shot("IMG_1.JPG", folder=folder, taken_at=START, phash=1) for folder in ("a", "b")]
    assert [proposal.name for proposal in plan(shots, {}, Rules())] == ["red-car.jpg", "red-car.jpg"]


def test_a_later_shot_takes_the_next_number_of_a_series():
    taken = ("red-car-01.jpg", "red-car-02.jpg")
    assert names(burst("red car", "red car"), taken=taken) == ["red-car-03.jpg", "red-car-04.jpg"]


def test_a_series_has_its_numbers_in_a_row():
    assert names(burst("red car", "red car"), taken=("red-car-2.jpg",)) == ["red-car-03.jpg", "red-car-04.jpg"]
    assert names(burst("red car", "red car"), taken=("red-car-747.jpg",)) == ["red-car-01.jpg", "red-car-02.jpg"]


def test_a_burst_that_has_its_names_keeps_them_when_it_is_planned_again():
    shots = burst("red car", "red car", "red car")
    again = [shot(n, taken_at=s.taken_at, phash=s.phash) for n, s in zip(names(shots), shots, strict=True)]
    assert {p.verdict for p in planned(again, Rules(only_bad_names=False))} == {"keep"}


def test_an_archive_burst_begins_with_its_day():
    assert names(burst("red car", "red car"), Rules(profile=PROFILES["archive"])) == [
        "2024-05-01-red-car-01.jpg",
        "2024-05-01-red-car-02.jpg",
    ]


def test_an_archive_burst_over_midnight_has_two_days():
    shots = [
        shot("IMG_1.JPG", taken_at=datetime.fromisoformat("2024-05-01T23:59:59"), phash=1),
        shot("IMG_2.JPG", taken_at=datetime.fromisoformat("2024-05-02T00:00:00"), phash=1),
    ]
    assert names(shots, Rules(profile=PROFILES["archive"])) == ["2024-05-01-red-car.jpg", "2024-05-02-red-car.jpg"]


def test_clocks_with_and_without_a_time_zone_can_be_compared():
    shots = [
        shot("IMG_1.JPG", taken_at=START, phash=1),
        shot("IMG_2.JPG", taken_at=datetime.fromisoformat("2024-05-01T12:00:01+02:00"), phash=1),
    ]
    assert names(shots) == ["red-car-01.jpg", "red-car-02.jpg"]


def test_an_empty_burst_of_no_candidates_waits_for_review():
    assert {p.verdict for p in planned(burst(alternatives(), alternatives()))} == {"review"}
