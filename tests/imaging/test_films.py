"""The film beside a still: whose it is, and when it was taken."""

import io
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.imaging import Film, film
from appliance.imaging.apple import content_id
from tests.companions import atom, maker_note, movie

IDENTIFIER = "0F1A2B3C-4D5E-6F70-8192-A3B4C5D6E7F8"
TAKEN = datetime(2024, 5, 17, 16, 3, 9)  # noqa: DTZ001  # as in the file


def read(data: bytes) -> Film:
    return film(io.BytesIO(data))


@pytest.mark.parametrize("iso", [False, True])
def test_identifier_and_time_are_read_in_quicktimes_form_and_in_isos(iso: bool):
    assert read(movie(IDENTIFIER.lower(), created_at=TAKEN, iso=iso)) == Film(IDENTIFIER, TAKEN)


def test_the_time_with_its_zone_is_better_than_the_one_without():
    data = movie(IDENTIFIER, created_at=TAKEN, creation_date="2024-05-17T18:03:09+0200")
    assert read(data) == Film(IDENTIFIER, datetime(2024, 5, 17, 18, 3, 9, tzinfo=timezone(timedelta(hours=2))))


def test_of_two_keys_each_has_its_own_value():
    assert read(movie(creation_date="2024-05-17T18:03:09+0200")).content_id == ""
    assert read(movie(IDENTIFIER, creation_date="yesterday")) == Film(IDENTIFIER)


@pytest.mark.parametrize("data", [b"", b"\0" * 7, atom(b"moov", b""), atom(b"mdat", b"x"), b"\xff\xd8\xff\xe0 a JPEG"])
def test_what_is_no_film_says_nothing(data: bytes):
    assert read(data) == Film()


def test_a_film_of_atoms_without_end_is_left_after_a_while():
    assert read(atom(b"free", b"") * 100_000 + movie(IDENTIFIER)) == Film()


def test_an_atom_that_says_it_is_huge_is_not_read():
    data = movie(IDENTIFIER)
    at = data.index(b"keys") - 4
    assert read(data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :]) == Film()


@given(st.data())
def test_damage_does_no_harm(data: st.DataObject):
    whole = movie(IDENTIFIER, created_at=TAKEN)
    start = whole.index(b"moov")
    at = data.draw(st.integers(start, len(whole) - 1))
    damaged = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    assert isinstance(read(damaged), Film)
    assert isinstance(read(whole[:at]), Film)


def test_the_still_of_a_live_photo_has_the_identifier_in_apples_note():
    assert content_id(maker_note(IDENTIFIER)) == IDENTIFIER


@given(st.binary(max_size=80))
def test_a_note_that_is_damaged_has_none(rest: bytes):
    note = maker_note(IDENTIFIER)
    assert content_id(note[:20] + rest) in ("", IDENTIFIER)
    assert content_id(rest) == ""
