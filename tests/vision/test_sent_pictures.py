"""Nothing but pixels leaves: no place, no camera, no caption, no profile that a preview may have come with."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from appliance.vision import VisionError, pictures
from tests.home import Home
from tests.imaging.written import packet
from tests.servers import google_server, vision_server
from tests.vision.asking import asked
from tests.vision.test_google import google

SECRETS = (b"SecretCam", b"Alice at home", b"GPS", b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"a comment")


def loaded() -> bytes:
    """A JPEG with everything that a JPEG can tell beside its pixels."""
    exif = Image.Exif()
    exif[271] = "SecretCam"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    buffer = io.BytesIO()
    Image.new("RGB", (1600, 1200), (220, 30, 30)).save(
        buffer, "JPEG", exif=exif, xmp=packet("Alice at home"), comment=b"a comment", icc_profile=b"profile" * 40
    )
    return buffer.getvalue()


def assert_bare(sent: bytes) -> None:
    assert not [secret for secret in SECRETS if secret in sent]
    with Image.open(io.BytesIO(sent)) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_picture_of_the_test_has_what_must_not_leave():
    assert all(secret in loaded() for secret in SECRETS if secret != b"GPS")


@pytest.mark.parametrize("side", [128, 768, 1024])
def test_a_picture_that_is_sent_is_new_and_no_larger_than_asked(side: int):
    sent = pictures.alone(loaded(), side)

    assert_bare(sent)
    with Image.open(io.BytesIO(sent)) as picture:
        assert max(picture.size) == side


def test_a_small_picture_is_not_made_larger():
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30)).save(buffer, "JPEG")
    with Image.open(io.BytesIO(pictures.alone(buffer.getvalue(), 768))) as picture:
        assert picture.size == (40, 30)


def test_a_preview_of_bare_pixels_is_sent_as_it_is():
    assert pictures.alone(_drawn(768, 512), 768) == _drawn(768, 512)


@pytest.mark.parametrize(
    "preview",
    [
        pytest.param(lambda jpeg: jpeg[:2] + _segment(0xE1, b"Exif\0\0Alice at home") + jpeg[2:], id="Exif"),
        pytest.param(lambda jpeg: jpeg[:2] + _segment(0xFE, b"Alice at home") + jpeg[2:], id="a comment"),
        pytest.param(lambda jpeg: jpeg[:-2] + _segment(0xE1, b"Alice at home") + jpeg[-2:], id="a segment after"),
        pytest.param(lambda jpeg: jpeg + b"Alice at home", id="bytes after the end"),
        pytest.param(lambda jpeg: jpeg + jpeg[:-2] + b"Alice at home\xff\xd9", id="a second picture"),
    ],
)
def test_a_preview_with_anything_beside_its_pixels_is_made_anew(preview: Callable[[bytes], bytes]):
    sent = pictures.alone(preview(_drawn(300, 200)), 768)

    assert_bare(sent)
    with Image.open(io.BytesIO(sent)) as picture:
        assert picture.size == (300, 200)


def _drawn(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _segment(kind: int, body: bytes) -> bytes:
    return bytes([0xFF, kind]) + (2 + len(body)).to_bytes(2, "big") + body


@pytest.mark.parametrize("preview", [b"", b"no picture", loaded()[:300]])
def test_a_preview_that_is_no_picture_is_an_error(preview: bytes):
    with pytest.raises(VisionError, match="cannot be read as a JPEG"):
        pictures.alone(preview, 768)


def test_no_server_gets_more_than_pixels():
    with asked("eyes") as (provider, server):
        provider.describe(loaded(), language="en")
        sent = server.pictures
    with google_server.served() as other:
        google(other).describe(loaded(), language="en")
        sent += other.pictures

    assert len(sent) == 2
    for picture in sent:
        assert_bare(picture)


def test_a_photo_with_a_position_goes_through_the_whole_program_without_it(home: Home):
    path = home.pictures / "IMG_0001.JPG"
    path.write_bytes(loaded())
    with vision_server.served("eyes", kind="llama") as server:
        home.environment |= {
            "RENAMER_VISION": "openai",
            "RENAMER_OPENAI_BASE_URL": server.url,
            "RENAMER_OPENAI_MODEL": "eyes",
        }
        said = home.run("explain", path)
        renamed = home.rename(apply=False)

        assert (said.exit_code, renamed.exit_code) == (0, 0)
        assert len(server.pictures) >= 2
        for asked_ in server.answered:
            for picture in asked_.pictures:
                assert_bare(picture)
            assert not [secret for secret in ("SecretCam", "52.5", "13.4") if secret in str(asked_.body)]
