"""What every kind of source must do: subclass `Conformance` and give it the fixture `source`."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import pytest

from connectors.base import Connector, ConnectorError, Entry, FileChanged, FileGone, NameTaken

HOSTILE_NAMES = [
    "two  spaces.jpg",
    " leading and trailing .jpg",
    "-rf.jpg",
    "--version.jpg",
    'quote\'s "and" `ticks`.jpg',
    "$(reboot);&|<>.jpg",
    "100%s{}[]*?.jpg",
    "back\\slash.jpg",
    "line\nbreak.jpg",
    "tab\tand\x7f.jpg",
    "😀👩‍👩‍👧.jpg",
    "日本語の写真.jpg",
    "\u202egpj.exe.jpg",
    "e\u0301te\u0301.jpg",
    "\u00e9t\u00e9.jpg",
    "a" * 246 + ".jpg",
    "ü" * 123 + ".jpg",
    "CON.jpg",
    "NUL.JPG",
    "x..jpg",
]


class Source(Protocol):
    """A source of some kind, and a second client that looks at it from outside."""

    connector: Connector

    def another(self) -> Connector:
        """Opened once more, as by another process."""
        ...

    def put(self, path: str, data: bytes) -> None:
        """Writes or overwrites; makes the folders."""
        ...

    def get(self, path: str) -> bytes | None: ...

    def remove(self, path: str) -> None: ...

    def everything(self) -> dict[str, bytes]:
        """Each file that is there, hidden ones and what the connector set aside too."""
        ...


def no_step(_: str) -> None: ...


class Crash(BaseException):
    """What a kill looks like from inside."""


def entry(source: Source, path: str) -> Entry:
    found = source.connector.stat(path)
    assert found is not None
    return found


def rename(source: Source, path: str, to: str, key: str = "1", step: Callable[[str], None] = no_step) -> Entry:
    return source.connector.rename(entry(source, path), to, key=key, step=step)


class Conformance:
    # Looking

    def test_the_check_passes_where_all_is_well(self, source: Source):
        source.connector.check()

    def test_a_scan_names_each_image_once(self, source: Source):
        paths = [f"{folder}IMG_{number}.jpg" for folder in ("", "a/", "a/b/", "c d/") for number in range(30)]
        for path in paths:
            source.put(path, path.encode())
        assert Counter(found.path for found in source.connector.scan()) == Counter(paths)

    def test_a_scan_tells_size_and_version_as_stat_does(self, source: Source):
        source.put("a/IMG_1.jpg", b"four")
        assert list(source.connector.scan()) == [entry(source, "a/IMG_1.jpg")]
        assert entry(source, "a/IMG_1.jpg").size == 4

    def test_a_scan_of_a_folder_stays_in_it(self, source: Source):
        for path in ("IMG_1.jpg", "a/IMG_2.jpg", "a/b/IMG_3.jpg", "ab/IMG_4.jpg"):
            source.put(path, b"x")
        assert {found.path for found in source.connector.scan("a")} == {"a/IMG_2.jpg", "a/b/IMG_3.jpg"}

    def test_a_scan_of_nothing_finds_nothing(self, source: Source):
        assert list(source.connector.scan()) == []

    def test_a_scan_finds_companions_too(self, source: Source):
        for path in ("IMG_1.JPG", "IMG_1.xmp", "IMG_1.JPG.xmp", "IMG_1.CR2", "IMG_1.AAE", "IMG_1.MOV", "IMG_1.json"):
            source.put(path, b"x")
        assert len(list(source.connector.scan())) == 7

    @pytest.mark.parametrize(
        "junk",
        [
            "IMG_1.jpg.part",
            "IMG_1.jpg.crdownload",
            "IMG_1.jpg~",
            "IMG_1.jpg.tmp",
            "IMG_1.jpg.filepart",
            "~IMG_1.jpg",
            "._IMG_1.jpg",
            ".hidden.jpg",
            ".syncthing.IMG_1.jpg.tmp",
            "~syncthing~IMG_1.jpg.tmp",
            ".~lock.IMG_1.jpg",
            "@eaDir/IMG_1.jpg",
            ".stversions/IMG_1.jpg",
            ".Trash-1000/IMG_1.jpg",
            "__MACOSX/IMG_1.jpg",
            "#recycle/IMG_1.jpg",
            "$RECYCLE.BIN/IMG_1.jpg",
            ".rn-12.old",
            ".rn-12.new",
            ".rn-probe-abc.jpg",
            "notes.txt",
            "letter.pdf",
            "no extension",
            "jpg",
        ],
    )
    def test_a_scan_leaves_out_what_is_unfinished_hidden_or_no_image(self, source: Source, junk: str):
        source.put("holidays/" + junk, b"x")
        source.put("holidays/IMG_2.jpg", b"x")
        assert [found.path for found in source.connector.scan()] == ["holidays/IMG_2.jpg"]

    def test_renaming_during_a_scan_brings_no_file_back(self, source: Source):
        for number in range(50):
            source.put(f"IMG_{number}.jpg", b"%d" % number)
        seen = []
        for found in source.connector.scan():
            seen.append(found.path)
            source.connector.rename(found, f"new-{found.path}", key=str(len(seen)), step=no_step)
        assert len(seen) == 50

    def test_names_are_of_files_and_folders_hidden_or_not(self, source: Source):
        for path in ("a/IMG_1.jpg", "a/.hidden", "a/notes.txt", "a/b/IMG_2.jpg"):
            source.put(path, b"x")
        assert sorted(source.connector.names("a")) == [".hidden", "IMG_1.jpg", "b", "notes.txt"]
        assert list(source.connector.names("")) == ["a"]

    def test_stat_of_what_is_not_there_is_nothing(self, source: Source):
        source.put("a/IMG_1.jpg", b"x")
        assert source.connector.stat("a/IMG_2.jpg") is None
        assert source.connector.stat("b/IMG_1.jpg") is None
        assert source.connector.stat("a") is None

    def test_the_version_changes_with_the_bytes(self, source: Source):
        source.put("IMG_1.jpg", b"before")
        before = entry(source, "IMG_1.jpg")
        source.put("IMG_1.jpg", b"afterwards")
        assert entry(source, "IMG_1.jpg").version != before.version

    def test_the_version_stays_while_nothing_happens(self, source: Source):
        source.put("IMG_1.jpg", b"before")
        assert entry(source, "IMG_1.jpg") == entry(source, "IMG_1.jpg")

    def test_open_reads_the_bytes(self, source: Source):
        data = random.Random(1).randbytes(3_000_000)
        source.put("a/IMG_1.jpg", data)
        with source.connector.open("a/IMG_1.jpg") as file:
            assert file.read(5) + file.read() == data

    def test_opening_what_is_not_there_says_that_it_is_gone(self, source: Source):
        source.put("a/IMG_2.jpg", b"x")
        with pytest.raises(FileGone, match="IMG_1"):
            source.connector.open("a/IMG_1.jpg")
        with pytest.raises(FileGone):
            source.connector.open("b/IMG_1.jpg")

    # Renaming

    def test_a_rename_changes_the_name_and_nothing_else(self, source: Source):
        source.put("a/IMG_1.jpg", b"one")
        source.put("a/IMG_2.jpg", b"two")
        done = rename(source, "a/IMG_1.jpg", "a/beach.jpg")
        assert source.everything() == {"a/beach.jpg": b"one", "a/IMG_2.jpg": b"two"}
        assert done == entry(source, "a/beach.jpg")

    def test_a_rename_into_another_folder(self, source: Source):
        source.put("a/IMG_1.jpg", b"one")
        source.put("b/IMG_2.jpg", b"two")
        rename(source, "a/IMG_1.jpg", "b/beach.jpg")
        assert source.everything() == {"b/beach.jpg": b"one", "b/IMG_2.jpg": b"two"}

    def test_there_and_back_again(self, source: Source):
        source.put("IMG_1.jpg", b"one")
        there = rename(source, "IMG_1.jpg", "beach.jpg", "1")
        source.connector.rename(there, "IMG_1.jpg", key="2", step=no_step)
        assert source.everything() == {"IMG_1.jpg": b"one"}

    def test_an_empty_file_is_renamed_like_any_other(self, source: Source):
        source.put("IMG_1.jpg", b"")
        rename(source, "IMG_1.jpg", "beach.jpg")
        assert source.everything() == {"beach.jpg": b""}

    def test_a_big_file_arrives_whole(self, source: Source):
        data = random.Random(2).randbytes(5_000_001)
        source.put("IMG_1.jpg", data)
        rename(source, "IMG_1.jpg", "beach.jpg")
        assert source.everything() == {"beach.jpg": data}

    def test_a_name_in_another_case_only(self, source: Source):
        source.put("IMG_1.JPG", b"one")
        rename(source, "IMG_1.JPG", "img_1.jpg")
        assert source.everything() == {"img_1.jpg": b"one"}

    def test_the_name_that_it_has_already(self, source: Source):
        source.put("IMG_1.jpg", b"one")
        assert rename(source, "IMG_1.jpg", "IMG_1.jpg") == entry(source, "IMG_1.jpg")
        assert source.everything() == {"IMG_1.jpg": b"one"}

    def test_a_name_that_is_taken_stays_with_its_owner(self, source: Source):
        source.put("IMG_1.jpg", b"one")
        source.put("beach.jpg", b"two")
        with pytest.raises(NameTaken, match=r"beach\.jpg"):
            rename(source, "IMG_1.jpg", "beach.jpg")
        assert source.everything() == {"IMG_1.jpg": b"one", "beach.jpg": b"two"}

    def test_a_name_that_is_taken_by_the_same_bytes_stays_with_its_owner(self, source: Source):
        source.put("IMG_1.jpg", b"one")
        source.put("beach.jpg", b"one")
        with pytest.raises(NameTaken):
            rename(source, "IMG_1.jpg", "beach.jpg")
        assert source.everything() == {"IMG_1.jpg": b"one", "beach.jpg": b"one"}

    def test_a_name_that_a_folder_has_is_taken(self, source: Source):
        source.put("IMG_1.jpg", b"one")
        source.put("beach.jpg/two.jpg", b"two")
        with pytest.raises(NameTaken):
            rename(source, "IMG_1.jpg", "beach.jpg")
        assert source.everything() == {"IMG_1.jpg": b"one", "beach.jpg/two.jpg": b"two"}

    def test_after_a_taken_name_another_may_be_tried(self, source: Source):
        source.put("IMG_1.jpg", b"one")
        source.put("beach.jpg", b"two")
        with pytest.raises(NameTaken):
            rename(source, "IMG_1.jpg", "beach.jpg")
        rename(source, "IMG_1.jpg", "beach-2.jpg")
        assert source.everything() == {"beach.jpg": b"two", "beach-2.jpg": b"one"}

    def test_a_file_that_is_gone(self, source: Source):
        source.put("IMG_1.jpg", b"one")
        known = entry(source, "IMG_1.jpg")
        source.remove("IMG_1.jpg")
        with pytest.raises(FileGone, match="IMG_1"):
            source.connector.rename(known, "beach.jpg", key="1", step=no_step)
        assert source.everything() == {}

    def test_a_file_that_was_replaced_since_it_was_seen(self, source: Source):
        source.put("IMG_1.jpg", b"one")
        known = entry(source, "IMG_1.jpg")
        source.remove("IMG_1.jpg")
        source.put("IMG_1.jpg", b"another")
        with pytest.raises(FileChanged, match="IMG_1"):
            source.connector.rename(known, "beach.jpg", key="1", step=no_step)
        assert source.everything() == {"IMG_1.jpg": b"another"}

    def test_a_file_that_was_edited_since_it_was_seen(self, source: Source):
        source.put("IMG_1.jpg", b"one")
        known = entry(source, "IMG_1.jpg")
        source.put("IMG_1.jpg", b"edited")
        with pytest.raises(FileChanged):
            source.connector.rename(known, "beach.jpg", key="1", step=no_step)
        assert source.everything() == {"IMG_1.jpg": b"edited"}

    @pytest.mark.parametrize("path", ["/etc/passwd", "../out.jpg", "a/../../out.jpg", "a//b.jpg", "", "a/", "./x.jpg"])
    def test_no_path_leads_out_of_the_source(self, source: Source, path: str):
        source.put("IMG_1.jpg", b"one")
        known = entry(source, "IMG_1.jpg")
        for act in (source.connector.stat, source.connector.open):
            with pytest.raises(ConnectorError):
                act(path)
        with pytest.raises(ConnectorError):
            source.connector.rename(known, path, key="1", step=no_step)
        with pytest.raises(ConnectorError):
            source.connector.rename(Entry(path, known.size, known.version), "beach.jpg", key="1", step=no_step)
        assert source.everything() == {"IMG_1.jpg": b"one"}

    @pytest.mark.parametrize("path", ["a\0b.jpg", "x" * 5000 + ".jpg", "n" * 300 + ".jpg", "\udcff.jpg"])
    def test_a_name_that_no_file_can_have_is_refused(self, source: Source, path: str):
        source.put("IMG_1.jpg", b"one")
        with pytest.raises(ConnectorError) as caught:
            rename(source, "IMG_1.jpg", path)
        assert caught.value.permanent
        assert source.everything() == {"IMG_1.jpg": b"one"}

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_a_strange_name_is_a_name_like_any_other(self, source: Source, name: str):
        source.put(f"a/{name}", name.encode())
        assert [found.path for found in source.connector.scan()] == [f"a/{name}"]
        assert list(source.connector.names("a")) == [name]
        rename(source, f"a/{name}", "a/plain.jpg", "1")
        rename(source, "a/plain.jpg", f"a/{name}", "2")
        assert source.everything() == {f"a/{name}": name.encode()}

    def test_two_unicode_forms_of_a_name_are_kept_apart(self, source: Source):
        source.put("e\u0301.jpg", b"decomposed")
        source.put("\u00e9.jpg", b"composed")
        rename(source, "e\u0301.jpg", "beach.jpg", "1")
        assert source.everything() == {"\u00e9.jpg": b"composed", "beach.jpg": b"decomposed"}

    # Again and again

    def test_a_rename_that_was_done_may_be_repeated(self, source: Source):
        source.put("IMG_1.jpg", b"one")
        known = entry(source, "IMG_1.jpg")
        done = source.connector.rename(known, "beach.jpg", key="1", step=no_step)
        assert source.another().rename(known, "beach.jpg", key="1", step=no_step) == done
        assert source.everything() == {"beach.jpg": b"one"}

    def test_a_crash_before_any_side_effect_is_finished_by_a_repetition(self, source: Source):
        source.put("IMG_1.jpg", b"one" * 1000)
        known = entry(source, "IMG_1.jpg")
        steps: list[str] = []
        source.connector.rename(known, "beach.jpg", key="1", step=steps.append)
        for number, _ in enumerate(steps):
            known = entry(source, "beach.jpg")
            source.connector.rename(known, "IMG_1.jpg", key=f"{number}-back", step=no_step)
            known = entry(source, "IMG_1.jpg")
            with pytest.raises(Crash):
                source.connector.rename(known, "beach.jpg", key=str(number), step=_crash_at(number))
            source.another().rename(known, "beach.jpg", key=str(number), step=no_step)
            assert source.everything() == {"beach.jpg": b"one" * 1000}

    def test_what_a_step_raises_is_passed_on(self, source: Source):
        class LeaseLost(Exception): ...

        steps: list[str] = []

        def lose(name: str) -> None:
            steps.append(name)
            raise LeaseLost

        source.put("IMG_1.jpg", b"one")
        try:
            rename(source, "IMG_1.jpg", "beach.jpg", step=lose)
        except LeaseLost:
            assert b"one" in source.everything().values()
        else:
            assert not steps
            assert source.everything() == {"beach.jpg": b"one"}

    def test_a_file_that_another_program_puts_at_the_new_name_meanwhile_is_never_overwritten(self, source: Source):
        def interfere(_: str) -> None:
            if source.get("beach.jpg") is None:
                source.put("beach.jpg", b"stranger's")

        source.put("IMG_1.jpg", b"one")
        try:
            rename(source, "IMG_1.jpg", "beach.jpg", step=interfere)
        except NameTaken:
            assert source.everything() == {"IMG_1.jpg": b"one", "beach.jpg": b"stranger's"}
        else:
            assert source.everything() == {"beach.jpg": b"one"}

    def test_a_file_that_another_program_puts_at_the_old_name_meanwhile_is_kept(self, source: Source):
        def interfere(_: str) -> None:
            source.remove("IMG_1.jpg")
            source.put("IMG_1.jpg", b"stranger's")

        source.put("IMG_1.jpg", b"one")
        try:
            rename(source, "IMG_1.jpg", "beach.jpg", step=_once(interfere))
        except (FileChanged, FileGone, NameTaken):
            assert source.get("IMG_1.jpg") == b"stranger's"
        else:
            assert source.everything() in ({"beach.jpg": b"one"}, {"beach.jpg": b"one", "IMG_1.jpg": b"stranger's"})

    # Side by side

    def test_of_many_that_want_one_name_exactly_one_gets_it(self, source: Source):
        count = 8
        for number in range(count):
            source.put(f"IMG_{number}.jpg", b"%d" % number)
        barrier = threading.Barrier(count)

        def run(number: int) -> bool:
            known = entry(source, f"IMG_{number}.jpg")
            barrier.wait()
            try:
                source.connector.rename(known, "beach.jpg", key=str(number), step=no_step)
            except NameTaken:
                return False
            return True

        with ThreadPoolExecutor(count) as pool:
            won = list(pool.map(run, range(count)))
        assert won.count(True) == 1
        expected = {f"IMG_{number}.jpg": b"%d" % number for number in range(count) if not won[number]}
        assert source.everything() == expected | {"beach.jpg": b"%d" % won.index(True)}

    def test_many_renames_side_by_side(self, source: Source):
        for number in range(60):
            source.put(f"IMG_{number}.jpg", b"%d" % number)

        def run(number: int) -> None:
            rename(source, f"IMG_{number}.jpg", f"beach-{number}.jpg", str(number))

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(run, range(60)))
        assert source.everything() == {f"beach-{number}.jpg": b"%d" % number for number in range(60)}

    def test_nothing_is_lost_to_a_stranger_who_swaps_and_creates_files(self, source: Source):
        dice = random.Random(3)
        written: set[bytes] = set()
        for number in range(40):
            source.put(f"IMG_{number}.jpg", b"photo %d" % number)
            written.add(b"photo %d" % number)

        def interfere(_: str) -> None:
            old, new = f"IMG_{dice.randrange(40)}.jpg", f"beach-{dice.randrange(40)}.jpg"
            data = source.get(old)
            if dice.random() < 0.5 and data is not None:
                source.put(f"moved/{len(written)}.jpg", data)
                source.remove(old)
                source.put(old, b"swapped %d" % len(written))
                written.add(b"swapped %d" % len(written))
            elif source.get(new) is None:
                source.put(new, b"created %d" % len(written))
                written.add(b"created %d" % len(written))

        for number in range(40):
            interfere("")
            try:
                rename(source, f"IMG_{number}.jpg", f"beach-{number}.jpg", str(number), interfere)
            except (FileChanged, FileGone, NameTaken):
                continue
        assert written <= set(source.everything().values())

    def test_a_closed_connector_may_be_closed_again(self, source: Source):
        source.connector.close()
        source.connector.close()


def _crash_at(number: int) -> Callable[[str], None]:
    def crash(_: str) -> None:
        nonlocal number
        if number == 0:
            raise Crash
        number -= 1

    return crash


def _once(act: Callable[[str], None]) -> Callable[[str], None]:
    done: list[Any] = []

    def act_once(name: str) -> None:
        if not done:
            done.append(name)
            act(name)

    return act_once
