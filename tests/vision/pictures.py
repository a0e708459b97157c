"""Pictures drawn so plainly that the embedded engine knows them."""

import io

from PIL import Image, ImageDraw, ImageFont


def traffic_light(sign: str = "") -> bytes:
    """`sign` is what stands beside it."""
    picture = Image.new("RGB", (480, 640), (120, 170, 220))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((225, 420, 255, 640), fill=(60, 60, 60))
    draw.rounded_rectangle((160, 60, 320, 430), 30, fill=(30, 30, 30))
    for place, colour in enumerate([(255, 30, 20), (70, 60, 10), (10, 60, 20)]):
        draw.ellipse((190, 80 + place * 115, 290, 180 + place * 115), fill=colour)
    draw.text((330, 500), sign, "black", ImageFont.load_default(28))
    return jpeg(picture)


def nothing() -> bytes:
    return jpeg(Image.new("RGB", (640, 480), (128, 128, 128)))


def plain(colour: tuple[int, int, int]) -> bytes:
    return jpeg(Image.new("RGB", (64, 64), colour))


def jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
