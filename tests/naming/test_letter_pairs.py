"""The table of letters that follow each other, and the script that makes it."""

from appliance.naming import letterpairs
from scripts.build_letter_pairs import table


def test_a_table_has_a_row_for_the_start_of_a_word_and_for_each_letter():
    rows = table([["banana", "bandana"], ["kanaal"]])
    assert len(rows) == 27
    assert {len(row) for row in rows} == {26}


def test_what_often_follows_is_likelier_than_what_never_does():
    start, *rows = table([["banana", "bandana"], ["kanaal"]])
    after = dict(zip(letterpairs.LETTERS, rows, strict=True))
    assert int(start[letterpairs.LETTERS.index("b")], 16) > int(start[letterpairs.LETTERS.index("q")], 16)
    assert int(after["a"][letterpairs.LETTERS.index("n")], 16) > int(after["a"][letterpairs.LETTERS.index("x")], 16)


def test_each_list_counts_alike_however_long_it_is():
    few, many = ["ab"], ["ac"] * 1_000
    _, after_a, *_ = table([few, many])
    assert after_a[1] == after_a[2]


def test_words_are_likelier_than_what_nobody_says():
    assert letterpairs.likeness("lighthouse") > 0 > letterpairs.likeness("hxqgzvwkpt")
