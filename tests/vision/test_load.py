"""Providers are found by name."""

import pytest

from appliance import vision


def test_an_unknown_provider_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"no vision provider 'gogle'; there are: canned, google, local, openai\."):
        vision.load("gogle")


@pytest.mark.parametrize("name", ["canned", "local"])
def test_a_provider_calls_itself_by_the_name_that_it_is_loaded_by(name: str):
    assert vision.load(name).name == name


def test_loading_the_local_provider_twice_gives_one_so_that_its_model_is_read_once():
    assert vision.load("local") is vision.load("local")


def test_the_local_provider_says_that_it_answers_in_english_alone_and_the_canned_one_in_any_language():
    assert vision.load("local").languages == frozenset({"en"})
    assert vision.load("canned").languages is None
