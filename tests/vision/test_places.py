"""The town where a picture was taken: one that a person would name, and never an address."""

import pytest

from appliance.vision import places
from appliance.vision.places import Place
from appliance.words import Description, Origin, Role, Word


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        (48.8584, 2.2945, "Paris"),  # the Eiffel Tower
        (52.5163, 13.3777, "Berlin"),
        (51.5007, -0.1246, "London"),
        (40.6892, -74.0445, "New York City"),  # nearer to Jersey City
        (-33.8568, 151.2153, "Sydney"),
    ],
)
def test_a_large_town_some_way_off_comes_before_a_village_next_to_it(latitude: float, longitude: float, expected: str):
    found = places.nearest(latitude, longitude)
    assert found is not None
    assert found.name == expected


@pytest.mark.parametrize(("latitude", "longitude"), [(0.0, 0.0), (0.0, -30.0), (-80.0, 0.0), (91.0, 0.0)])
def test_at_sea_and_where_there_is_no_position_there_is_no_place(latitude: float, longitude: float):
    assert places.nearest(latitude, longitude) is None


def test_a_place_has_a_country():
    assert places.nearest(47.0502, 8.3093) == Place("Luzern", "Switzerland")


BARN = Word("barn", Role.SUBJECT, Origin.PIXELS)


def test_each_candidate_says_the_place_unless_it_has_one():
    beach = Word("beach", Role.PLACE, Origin.PIXELS)
    said = places.with_place(Description(candidates=((BARN,), (BARN, beach))), 48.8584, 2.2945)
    assert said.candidates == ((BARN, Word("Paris", Role.PLACE, Origin.PLACE)), (BARN, beach))


def test_a_place_alone_is_no_name():
    assert places.with_place(Description(), 48.8584, 2.2945) == Description()
