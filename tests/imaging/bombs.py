"""Files that try to do harm: small ones that unpack to much, count wrong, go round in circles, or take for ever."""

import struct
import zlib
from collections.abc import Callable

from PIL import Image

from tests.imaging import raws
from tests.imaging.pictures import encoded, quarters

HUGE = 65_500
MEBIBYTE = 1 << 20


# JPEG ------------------------------------------------------------------------------------------------------------


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def start_of_frame(width: int, height: int, *, marker: int = 0xC0, components: int = 1, bits: int = 8) -> bytes:
    parts = b"".join(bytes((number + 1, 0x11, 0)) for number in range(components))
    return segment(marker, struct.pack(">BHHB", bits, height, width, components) + parts)


def start_of_scan(*, components: int = 1, first: int = 0, last: int = 63, approximation: int = 0) -> bytes:
    parts = b"".join(bytes((number + 1, 0)) for number in range(components))
    return segment(0xDA, bytes((components,)) + parts + bytes((first, last, approximation)))


QUANTISATION = segment(0xDB, b"\0" + b"\1" * 64)
# One code of one bit each: "no difference" for the first coefficient, "15-bit run of empty blocks" for the others.
DC_TABLE = segment(0xC4, b"\x00" + b"\x01" + bytes(15) + b"\x00")
AC_TABLE = segment(0xC4, b"\x10" + b"\x01" + bytes(15) + b"\xe0")
SOI, EOI = b"\xff\xd8", b"\xff\xd9"


def jpeg_of(width: int, height: int, *, data: bytes = b"\0" * 64, **frame: int) -> bytes:
    head = SOI + QUANTISATION + start_of_frame(width, height, **frame) + DC_TABLE + AC_TABLE
    return head + start_of_scan(components=frame.get("components", 1)) + data + EOI


def jpeg_of_many_scans(scans: int = 1500, side: int = 9_992) -> bytes:
    """Each scan is a hundred bytes long and walks through one and a half million blocks."""
    blocks = (side // 8) ** 2
    bits = "0" + "1" * 14  # the code, and how far beyond 16,384 the run goes
    runs = blocks // (2**15 - 1) + 1
    digits = bits * runs
    digits += "1" * (-len(digits) % 8)
    data = int(digits, 2).to_bytes(len(digits) // 8, "big").replace(b"\xff", b"\xff\x00")
    scan = start_of_scan(first=1, last=63) + data
    first = start_of_scan(first=0, last=0) + bytes(blocks // 8 + 1)
    head = SOI + QUANTISATION + start_of_frame(side, side, marker=0xC2) + DC_TABLE + AC_TABLE
    return head + first + scan * scans + EOI


def jpeg_with(*segments: bytes) -> bytes:
    return SOI + b"".join(segments) + encoded(quarters((64, 40)))[2:]


def jpeg_of_many_segments() -> bytes:
    return jpeg_with(*[segment(0xFE, b"")] * 200_000)


def jpeg_of_many_application_segments() -> bytes:
    return jpeg_with(*[segment(0xE5, b"x" * 1000)] * 5_000)


def jpeg_of_ones() -> bytes:
    return SOI + b"\xff" * MEBIBYTE


def jpeg_without_a_marker() -> bytes:
    return SOI + b"\xff\xe0\0\x02" + bytes(MEBIBYTE)


def jpeg_with_profile_pieces() -> bytes:
    piece = segment(0xE2, b"ICC_PROFILE\0" + b"\xff\xff" + b"x" * 60_000)
    return jpeg_with(*[piece] * 300)


def jpeg_with_photoshop_block() -> bytes:
    return jpeg_with(segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x03\xed\0\0\xff\xff\xff\xff" + bytes(40)))


def jpeg_of_a_billion_pictures() -> bytes:
    entries = struct.pack("<HHIIHHIII", 2, 0xB001, 4, 1, 0x7FFF, 0xFFFF, 0, 0, 0)
    return jpeg_with(segment(0xE2, b"MPF\0II*\0\x08\0\0\0" + entries + bytes(64)))


def jpeg_with_exif(entries: int, kind: int, count: int) -> bytes:
    """Every entry claims the same bytes, so that a small block reads as a large one."""
    table = b"".join(struct.pack("<HHII", 0x9000 + number, kind, count, 8) for number in range(entries))
    block = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", entries) + table
    return jpeg_with(segment(0xE1, block[:65_000]))


# PNG -------------------------------------------------------------------------------------------------------------

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def header(width: int, height: int, *, bits: int = 8, colour: int = 0, interlaced: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced))


def zeros(mebibytes: int) -> bytes:
    """Packed; a block that refers to nothing before it can be repeated."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = (mebibytes * MEBIBYTE % 65_521) << 16 | 1
    return b"\x78\xda" + block * mebibytes + b"\x03\0" + struct.pack(">I", checksum)


def png_of(*chunks: bytes, size: tuple[int, int] = (8, 8)) -> bytes:
    pixels = zlib.compress(bytes((size[0] + 1) * size[1]))
    return PNG_HEAD + header(*size) + b"".join(chunks) + chunk(b"IDAT", pixels) + chunk(b"IEND")


def png_of_size(width: int, height: int, **options: int) -> bytes:
    return PNG_HEAD + header(width, height, **options) + chunk(b"IDAT", zeros(1)) + chunk(b"IEND")


def png_whose_pixels_never_end() -> bytes:
    return PNG_HEAD + header(8, 8) + chunk(b"IDAT", zeros(1024)) + chunk(b"IEND")


def png_of_hundred_million_pixels() -> bytes:
    packed = zeros(382)  # 10,000 lines of 4 × 10,000 bytes and one for the filter
    return PNG_HEAD + header(10_000, 10_000, colour=6) + chunk(b"IDAT", packed) + chunk(b"IEND")


def png_with_interlaced_lines() -> bytes:
    return PNG_HEAD + header(4_000, 4_000, colour=6, interlaced=1) + chunk(b"IDAT", zeros(62)) + chunk(b"IEND")


# GIF, BMP --------------------------------------------------------------------------------------------------------


def gif_of(width: int, height: int, *frames: bytes) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return screen + b"".join(frames) + b";"


def frame(width: int, height: int, data: bytes = b"\2\2D\1\0", *, left: int = 0, top: int = 0) -> bytes:
    return b"," + struct.pack("<HHHHB", left, top, width, height, 0) + data


def gif_of_endless_codes() -> bytes:
    blocks = b"\2" + (b"\xff" + b"\x44" * 255) * 20_000 + b"\0"
    return gif_of(10_000, 10_000, frame(10_000, 10_000, blocks))


def bitmap(width: int, height: int, data: bytes, *, bits: int = 8, compression: int = 0, colours: int = 2) -> bytes:
    offset = 54 + 4 * min(colours, 256)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, colours, 0)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + info + bytes(4 * min(colours, 256)) + data


# TIFF ------------------------------------------------------------------------------------------------------------

SHORT, LONG = 3, 4


def directory(entries: dict[int, tuple[int, int, int]], following: int = 0) -> bytes:
    table = b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in sorted(entries.items()))
    return struct.pack("<H", len(entries)) + table + struct.pack("<I", following)


def grey(
    width: int, height: int, *, compression: int = 1, offset: int = 8, size: int = 64
) -> dict[int, tuple[int, int, int]]:
    return {
        256: (LONG, 1, width),
        257: (LONG, 1, height),
        258: (SHORT, 1, 8),
        259: (SHORT, 1, compression),
        262: (SHORT, 1, 1),
        273: (LONG, 1, offset),
        277: (SHORT, 1, 1),
        278: (LONG, 1, height),
        279: (LONG, 1, size),
    }


def tiff_of(entries: dict[int, tuple[int, int, int]], tail: bytes = bytes(4096), following: int = 0) -> bytes:
    return b"II*\0\x08\0\0\0" + directory(entries, following) + tail


def tiff_of_packed_zeros() -> bytes:
    packed = zeros(96)
    start = 8 + len(directory(grey(1, 1)))
    return tiff_of(grey(10_000, 10_000, compression=8, offset=start, size=len(packed)), packed)


def tiff_of_many_directories() -> bytes:
    """Fifty thousand, each pointing to the next."""
    one = len(directory(grey(8, 8)))
    chain = b"".join(directory(grey(8, 8), 8 + (number + 1) * one) for number in range(50_000))
    return b"II*\0\x08\0\0\0" + chain + directory(grey(8, 8)) + bytes(64)


def tiff_with_counts_of_billions() -> bytes:
    return tiff_of(grey(64, 64) | {273: (LONG, 0xFFFFFFFF, 8), 279: (LONG, 0xFFFFFFFF, 8)})


def tiff_of_strips_of_one_line() -> bytes:
    strips = 60_000
    start = 8 + len(directory(grey(1, 1)))
    entries = grey(1_000, strips) | {278: (LONG, 1, 1), 273: (LONG, strips, start), 279: (LONG, strips, start)}
    return tiff_of(entries, struct.pack("<I", 8) * strips)


def tiff_of_tiles(side: int) -> bytes:
    entries = grey(9_000, 9_000) | {322: (LONG, 1, side), 323: (LONG, 1, side), 324: (LONG, 1, 8), 325: (LONG, 1, 64)}
    return tiff_of({tag: entry for tag, entry in entries.items() if tag not in {273, 278, 279}})


def big_tiff_of_counts() -> bytes:
    entry = struct.pack("<HHQQ", 273, 16, 2**60, 16)
    return b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 1) + entry + bytes(64)


# WebP ------------------------------------------------------------------------------------------------------------


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp_canvas(width: int, height: int, flags: int = 2) -> tuple[bytes, bytes]:
    return b"VP8X", struct.pack("<I", flags) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")


def webp_of_canvas(width: int, height: int) -> bytes:
    """One pixel is stored, of a picture that is said to be far larger."""
    pixel = encoded(Image.new("RGB", (1, 1)), "WEBP", lossless=True)[12:]
    inner = struct.pack("<I", 0)[:3] * 2 + bytes(6) + bytes(4) + pixel
    return riff(webp_canvas(width, height), (b"ANIM", bytes(6)), (b"ANMF", inner))


def webp_with_frames_of_nothing() -> bytes:
    return riff(webp_canvas(16, 16), (b"ANIM", bytes(6)), *[(b"ANMF", bytes(16))] * 50_000)


# HEIC, AVIF ------------------------------------------------------------------------------------------------------


def of_size(file_format: str, width: int, height: int) -> bytes:
    """A picture of 64 × 64 that is said to be of another size."""
    data = encoded(quarters((64, 64)), file_format)
    return data.replace(b"ispe" + struct.pack(">III", 0, 64, 64), b"ispe" + struct.pack(">III", 0, width, height))


def of_items(file_format: str, count: int) -> bytes:
    """As many items as are claimed, of which none is there."""
    data = encoded(quarters((64, 40)), file_format)
    at = data.index(b"iloc") + 10
    return data[:at] + struct.pack(">H", count) + data[at + 2 :]


def heic_with_an_item_of_no_kind() -> bytes:
    data = encoded(quarters((64, 64)), "HEIF", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0")
    return data.replace(b"Exif\0", b"E\xffif\0", 1)


def boxes_in_boxes(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = struct.pack(">I4s4x", len(inner) + 12, b"meta") + inner
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + inner


def many_boxes(kind: bytes, count: int) -> bytes:
    inside = struct.pack(">I4s", 8, kind) * count
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + struct.pack(">I4s4x", len(inside) + 12, b"meta") + inside


# Raw files -------------------------------------------------------------------------------------------------------


def raw_of(**size: int) -> bytes:
    """Of 64 × 64 pixels, and of another width or height by its own account."""
    data = raws.dng(size=(64, 64))
    for tag, number in ((256, size.get("width", 64)), (257, size.get("height", 64))):
        data = data.replace(struct.pack("<HHII", tag, LONG, 1, 64), struct.pack("<HHII", tag, LONG, 1, number))
    return data


def raw_of_inner_directories(count: int) -> bytes:
    return raws.dng(more={330: [{254: (LONG, 1)}] * count})


def raw_with_preview_of(width: int, height: int) -> bytes:
    return raws.dng(jpeg_of(width, height, components=3, data=bytes(60_000)))


def raw_whose_preview_goes_on() -> bytes:
    """Its preview is the whole file, again and again."""
    data = raws.dng(raws.preview())
    lengths = struct.pack("<HHI", 279, LONG, 1)
    at = data.rindex(lengths) + len(lengths)
    return data[:at] + b"\xff\xff\xff\x7f" + data[at + 4 :]


def canon_of_boxes(count: int) -> bytes:
    inside = struct.pack(">I4s", 8, b"trak") * count
    return b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + struct.pack(">I4s", len(inside) + 8, b"moov") + inside


BOMBS: dict[str, Callable[[], bytes]] = {
    "jpeg: four billion pixels": lambda: jpeg_of(HUGE, HUGE),
    "jpeg: 296 bytes that take half a gibibyte": lambda: jpeg_of(9_990, 9_990, components=3),
    "jpeg: progressive, in two bytes": lambda: jpeg_of(9_990, 9_990, components=3, marker=0xC2),
    "jpeg: no lines": lambda: jpeg_of(64, 0),
    "jpeg: 16 bits": lambda: jpeg_of(64, 64, bits=16),
    "jpeg: 200 components": lambda: jpeg_of(64, 64, components=200),
    "jpeg: arithmetic coding of nothing": lambda: jpeg_of(9_990, 9_990, marker=0xC9),
    "jpeg: lossless of nothing": lambda: jpeg_of(9_990, 9_990, marker=0xC3),
    "jpeg: 1,500 scans": jpeg_of_many_scans,
    "jpeg: 200,000 comments": jpeg_of_many_segments,
    "jpeg: 5,000 application segments": jpeg_of_many_application_segments,
    "jpeg: nothing but ones": jpeg_of_ones,
    "jpeg: no marker": jpeg_without_a_marker,
    "jpeg: 300 pieces of a profile": jpeg_with_profile_pieces,
    "jpeg: a Photoshop block of four gibibytes": jpeg_with_photoshop_block,
    "jpeg: a billion pictures": jpeg_of_a_billion_pictures,
    "jpeg: EXIF, 5,000 times the same bytes": lambda: jpeg_with_exif(5_000, 7, 60_000),
    "jpeg: EXIF, 5,000 long fractions": lambda: jpeg_with_exif(5_000, 5, 7_000),
    "png: four billion pixels": lambda: png_of_size(HUGE, HUGE),
    "png: as large as can be said": lambda: png_of_size(2**31 - 1, 2**31 - 1),
    "png: a line of a billion": lambda: png_of_size(10**9, 1),
    "png: no lines": lambda: png_of_size(8, 0),
    "png: pixels that never end": png_whose_pixels_never_end,
    "png: a hundred million pixels in 400 kB": png_of_hundred_million_pixels,
    "png: interlaced": png_with_interlaced_lines,
    "png: a text of 256 MiB": lambda: png_of(chunk(b"zTXt", b"a\0\0" + zeros(256))),
    "png: an international text of 256 MiB": lambda: png_of(chunk(b"iTXt", b"a\0\1\0\0\0" + zeros(256))),
    "png: a profile of 256 MiB": lambda: png_of(chunk(b"iCCP", b"a\0\0" + zeros(256))),
    "png: a thousand texts of a mebibyte": lambda: png_of(*[chunk(b"zTXt", b"a\0\0" + zeros(1)[:-20])] * 1_000),
    "png: 100,000 texts": lambda: png_of(*[chunk(b"tEXt", b"a\0b")] * 100_000),
    "png: a chunk of two gibibytes": lambda: PNG_HEAD + header(8, 8) + b"\x7f\xff\xff\xffIDAT" + bytes(100),
    "gif: four billion pixels": lambda: gif_of(65_535, 65_535, frame(65_535, 65_535)),
    "gif: a frame beyond the screen": lambda: gif_of(1, 1, frame(60_000, 60_000, left=5_000, top=5_000)),
    "gif: 100,000 frames": lambda: gif_of(8, 8, *[frame(8, 8)] * 100_000),
    "gif: codes without an end": gif_of_endless_codes,
    "gif: ten thousand comments": lambda: gif_of(8, 8, *[b"!\xfe" + b"\xff" + b"x" * 255 + b"\0"] * 10_000),
    "bmp: four billion pixels": lambda: bitmap(HUGE, HUGE, bytes(64)),
    "bmp: upside down as far as can be": lambda: bitmap(1, -(2**31), bytes(64)),
    "bmp: run lengths of nothing": lambda: bitmap(9_990, 9_990, b"\0\1", compression=1),
    "bmp: run lengths that jump": lambda: bitmap(9_990, 9_990, b"\0\2\xff\xff" * 100_000, compression=1),
    "bmp: four billion colours": lambda: bitmap(8, 8, bytes(64), colours=0xFFFFFFFF),
    "tiff: four billion pixels": lambda: tiff_of(grey(HUGE, HUGE)),
    "tiff: a hundred million pixels in 100 kB": tiff_of_packed_zeros,
    "tiff: billions of strips": tiff_with_counts_of_billions,
    "tiff: 60,000 strips": tiff_of_strips_of_one_line,
    "tiff: 65,535 samples": lambda: tiff_of(grey(64, 64) | {277: (SHORT, 1, 65_535)}),
    "tiff: 65,535 bits": lambda: tiff_of(grey(64, 64) | {258: (SHORT, 1, 65_535)}),
    "tiff: tiles of four billion": lambda: tiff_of_tiles(0xFFFFFFF0),
    "tiff: tiles of nothing": lambda: tiff_of_tiles(0),
    "tiff: a directory that follows itself": lambda: tiff_of(grey(8, 8), following=8),
    "tiff: 50,000 directories": tiff_of_many_directories,
    "tiff: a directory within itself": lambda: tiff_of(grey(8, 8) | {330: (LONG, 1, 8), 34665: (LONG, 1, 8)}),
    "tiff: quintillions of strips": big_tiff_of_counts,
    "heic: four billion pixels": lambda: of_size("HEIF", 60_000, 60_000),
    "heic: 99 million pixels in 500 bytes": lambda: of_size("HEIF", 9_990, 9_990),
    "heic: as large as can be said": lambda: of_size("HEIF", 2**32 - 1, 2**32 - 1),
    "heic: no pixels": lambda: of_size("HEIF", 0, 0),
    "heic: 65,535 items": lambda: of_items("HEIF", 65_535),
    "heic: an item of no kind": heic_with_an_item_of_no_kind,
    "heic: boxes in boxes": lambda: boxes_in_boxes(50_000),
    "heic: a million boxes": lambda: many_boxes(b"free", 1_000_000),
    "avif: four billion pixels": lambda: of_size("AVIF", 60_000, 60_000),
    "avif: 99 million pixels in 500 bytes": lambda: of_size("AVIF", 9_990, 9_990),
    "avif: no pixels": lambda: of_size("AVIF", 0, 0),
    "avif: 65,535 items": lambda: of_items("AVIF", 65_535),
    "raw: four billion pixels in its preview": lambda: raw_with_preview_of(HUGE, HUGE),
    "raw: 99 million pixels in its preview": lambda: raw_with_preview_of(9_990, 9_990),
    "raw: as wide and high as can be said": lambda: raw_of(width=60_000, height=60_000),
    "raw: wide": lambda: raw_of(width=60_000),
    "raw: no lines": lambda: raw_of(height=0),
    "raw: 5,000 directories": lambda: raw_of_inner_directories(5_000),
    "raw: a preview beyond the end": raw_whose_preview_goes_on,
    "raw: a directory within itself": lambda: raws.dng(more={330: (LONG, 8)}),
    "raw: Canon, 100,000 boxes": lambda: canon_of_boxes(100_000),
    "raw: Fuji, of nothing": lambda: b"FUJIFILMCCD-RAW 0201FF383501".ljust(4096, b"\xff"),
    "webp: a canvas of 268 million": lambda: webp_of_canvas(16_384, 16_384),
    "webp: a canvas of 280 billion": lambda: webp_of_canvas(1 << 24, 1 << 14),
    "webp: a canvas of 98 million": lambda: webp_of_canvas(9_900, 9_900),
    "webp: 50,000 frames of nothing": webp_with_frames_of_nothing,
}
