"""Whether letters follow each other as in words, or as chance puts them."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"

# Made by scripts/build_letter_pairs.py from Debian's word lists and the cities of GeoNames (CC BY 4.0): how many times
# likelier than by chance a letter follows another in a word. A row for the start of a word and for each letter, in it
# a digit for each letter that follows; 0 is 5.5 bits less likely, and each step half a bit more.
_TABLE = (
    "dccccbbab6babbbd3cdb9b716a"
    "7abc88a7a7aecf4a2fee9b4289"
    "fa55f455f55d57e43e96d543b5"
    "f292e21fe4b935e23a8ab4218a"
    "e648f566f57869e61bb6c75188"
    "89ab87a7a8adcf692ffc885659"
    "f646fc75f66c56f54d9bc55475"
    "f536f499f45b6ad42dc9d54294"
    "f4b6f344e57a9be42a8dc862a4"
    "d8cae8c457adbfb84ced8a349b"
    "f79af877c6a99bd767d9d76669"
    "f564e44cd59c59f42cacc962a4"
    "f77af676f47d98e613aab720b4"
    "fb45f544f258b7fc1696c43193"
    "e5bee8d6f4976ac335de9731b6"
    "7aaba8b7869dcf9b3fdcadb36a"
    "f453f648e35d36fa2f99b63273"
    "a9999999a99999999999f99999"
    "f88af685f288abe629bbb74088"
    "d7c4e76ce3c9a7bb45dfa8408a"
    "f442f348f56867e30dbbb742a7"
    "aabbc9a7c9adce5a3eed5b6479"
    "f445f344f36949d429a69522b5"
    "f787f668f68869c768b7a666d7"
    "e9c9e99af99999cd999db999a9"
    "f9bac687b7bbdbc93adbc99449"
    "f88af58ce4aa9bd9389ac973b9"
)
_LEAST, _STEP = -5.5, 0.5

_BITS = {
    first + second: _LEAST + _STEP * int(_TABLE[26 * row + column], 16)
    for row, first in enumerate(f"^{LETTERS}")
    for column, second in enumerate(LETTERS)
}


def likeness(word: str) -> float:
    """How many bits likelier the letters a to z stand so in a word than by chance; negative for random ones."""
    return sum(_BITS[pair] for pair in map("".join, zip(f"^{word}", word, strict=False)))
