"""A real server learns from corrections made over HTTP, and compares two engines."""

import io
import zipfile
from typing import Any

import httpx
from PIL import Image, ImageEnhance

from scripts import sample_photos
from tests.home import Home
from tests.serving import served
from tests.watching import eventually

PATIENCE = 120  # seconds of a loaded machine
PRODUCT, OTHER_VIEW = "motorcycle_left.png", "motorcycle_right.png"


def put(home: Home, name: str, photo: str, light: float) -> None:
    with zipfile.ZipFile(sample_photos.fetch()) as package:
        picture = Image.open(io.BytesIO(package.read(f"skimage/data/{photo}"))).convert("RGB")
    ImageEnhance.Brightness(picture).enhance(light).save(home.pictures / name, quality=90)


def waiting(api: httpx.Client) -> dict[str, Any]:
    items = api.get("images", params={"state": "review"}).raise_for_status().json()["items"]
    return {one["original"]: one for one in items}


def test_a_product_that_was_corrected_is_known_in_the_next_photo_of_it(home: Home):
    home.run("migrate")
    token = home.run("token", "add", "a program").output.split()[-1]
    for number in range(3):
        put(home, f"IMG_000{number}.JPG", PRODUCT, 0.8 + 0.2 * number)
    with served(home) as server:
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=f"{server.address}/api/v1/", headers=headers, timeout=30) as api:
            choices = {"review": "ask", "rename": "all", "backlog": True, "provider": "local"}
            options = {"path": str(home.pictures)} | choices
            asked = {"kind": "watchfolder", "name": "Shop", "options": options}
            source = api.post("sources", json=asked).raise_for_status().json()["id"]
            eventually(lambda: len(waiting(api)) == 3, PATIENCE, server.log)
            for number, one in enumerate(waiting(api).values(), 1):
                api.patch(f"images/{one['id']}", json={"name": f"rex-roadster-{number}.jpg"}).raise_for_status()
                api.post(f"images/{one['id']}/approve").raise_for_status()
            assert [one["word"] for one in api.get("learned").json()["words"]] == ["rex roadster"]

            put(home, "IMG_0009.JPG", OTHER_VIEW, 1.0)
            eventually(lambda: "IMG_0009.JPG" in waiting(api), PATIENCE, server.log)
            first = waiting(api)["IMG_0009.JPG"]["words"][0]
            assert (first["word"], first["from"]) == ("rex-roadster", "learned")

            explained = home.run("explain", home.pictures / "IMG_0009.JPG", "--provider", "local", "--json")
            learned = [one for one in explained.lines[0]["words"] if one["word"]["origin"] == "learned" and one["said"]]
            assert [one["word"]["text"] for one in learned] == ["rex roadster"]

            sides = {"source": source, "left": "local", "right": "canned", "images": 2}
            compared = api.post("comparisons", json=sides).raise_for_status().json()["id"]
            eventually(lambda: not api.get(f"comparisons/{compared}").json()["waiting"], PATIENCE, server.log)
            said = api.get(f"comparisons/{compared}").json()["images"]
            assert all(one["left"]["words"].startswith("rex roadster") and one["right"]["words"] for one in said)
