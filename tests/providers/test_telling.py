"""What a provider may be told of a picture, and which of them a picture leaves this machine for."""

import pytest

from appliance.models import OWN_TENANT, OwnProvider
from appliance.providers import kinds
from appliance.vision import Context, load
from appliance.vision.asking import Link
from appliance.vision.chain import allowed

KNOWN = Context(keywords=("teapots",), folder="Divorce", site="Shop", taken="2026-11-29", place="Paris, France")


def _link(*, leaves: bool, tells_folder: bool = True, tells_place: bool = False) -> Link:
    terms = {"tells_folder": tells_folder, "tells_place": tells_place}
    row = OwnProvider(tenant_id=OWN_TENANT, kind="openai", name="it", position=1, at_once=1, **terms)
    return Link("it", load("canned"), row, waits=True, leaves=leaves)


def test_a_place_is_told_to_nobody_elsewhere_unless_its_owner_says_so():
    assert allowed(_link(leaves=True), KNOWN).place == ""
    assert allowed(_link(leaves=True, tells_place=True), KNOWN).place == "Paris, France"
    assert allowed(_link(leaves=False), KNOWN) == KNOWN


def test_folder_and_site_are_told_as_long_as_their_owner_lets_them_be():
    told = allowed(_link(leaves=True, tells_folder=False), KNOWN)

    assert (told.folder, told.site) == ("", "")
    assert told.keywords == ("teapots",)
    assert allowed(_link(leaves=True), KNOWN).folder == "Divorce"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:11434/v1", "http://[::1]:8000/v1", "http://localhost:1234/v1", "http://vision.localhost/v1"],
)
def test_a_picture_stays_where_the_server_is_on_this_machine(url: str):
    assert not kinds.leaves("openai", {"base_url": url})
    assert not kinds.leaves("local", {})


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "http://192.168.1.5:11434/v1",
        "http://10.0.0.7/v1",
        "http://127.0.0.1.example.com/v1",
        "http://no-such-container:11434/v1",
        "http://8.8.8.8/v1",
        "",
    ],
)
def test_a_picture_leaves_this_machine_for_everybody_else(url: str):
    assert kinds.leaves("openai", {"base_url": url})
    assert kinds.leaves("google", {})
