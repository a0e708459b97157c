"""Many files at once, without their pixels."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL.ExifTags import Base

from appliance.imaging import Decoder, Fault, Picture, Unreadable
from appliance.imaging.messages import MOST_FILES
from tests.imaging.bombs import jpeg_of
from tests.imaging.pictures import encoded, scene, with_exif


@contextmanager
def opened(folder: Path, contents: list[bytes]) -> Iterator[list[tuple[int, str]]]:
    files = []
    for number, data in enumerate(contents):
        path = folder / f"{number}.jpg"
        path.write_bytes(data)
        files.append((os.open(path, os.O_RDONLY), path.name))
    try:
        yield files
    finally:
        for file, _ in files:
            os.close(file)


def test_every_file_has_its_own_answer_in_order(decoder: Decoder, tmp_path: Path):
    contents = [encoded(scene(1, (100 + number, 50))) for number in range(3 * MOST_FILES // 2)]
    with opened(tmp_path, contents) as files:
        widths = [one.width for one in decoder.headers(files) if isinstance(one, Picture)]
    assert widths == [100 + number for number in range(len(contents))]


def test_no_files_have_no_answers(decoder: Decoder):
    assert decoder.headers([]) == []


def test_the_answers_are_those_of_looking_at_one_file(decoder: Decoder, tmp_path: Path):
    data = with_exif({Base.Make: "Canon", Base.Orientation: 6}, {Base.DateTimeOriginal: "2024:05:17 18:03:09"})
    with opened(tmp_path, [data, b"", encoded(scene(1))[:300]]) as files:
        answers = decoder.headers(files)
        assert answers[0] == decoder.inspect(files[0][0], "0.jpg", pixels=False)
        with pytest.raises(Unreadable) as alone:
            decoder.inspect(files[1][0], "1.jpg", pixels=False)
        assert str(answers[1]) == str(alone.value)


def test_what_cannot_be_read_costs_only_itself(decoder: Decoder, tmp_path: Path):
    good = encoded(scene(1))
    with opened(tmp_path, [good, b"no image", good, jpeg_of(65_500, 65_500), good]) as files:
        answers = decoder.headers(files)
    faults = [one.fault if isinstance(one, Unreadable) else None for one in answers]
    assert faults == [None, Fault.NO_IMAGE, None, Fault.TOO_MANY_PIXELS, None]


def test_a_file_that_cannot_be_read_says_so_and_may_be_tried_again(decoder: Decoder):
    reader, writer = os.pipe()  # reading at a place in a pipe is an error, as on a broken disk
    try:
        with pytest.raises(Unreadable, match=r"^holiday.jpg could not be read to its end") as caught:
            decoder.inspect(reader, "holiday.jpg")
        assert not caught.value.permanent
    finally:
        os.close(reader)
        os.close(writer)


def test_a_stream_that_breaks_says_so(decoder: Decoder):
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(Unreadable, match="Input/output error") as caught:
        decoder.inspect(Broken(b"x"), "holiday.jpg")
    assert not caught.value.permanent
