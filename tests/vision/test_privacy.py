"""What a picture shows and no name may say: secrets, numbers, addresses."""

import pytest

from appliance.vision import privacy, text
from appliance.vision.boxes import Box
from appliance.vision.text import Line


@pytest.mark.parametrize(
    "line",
    [
        "alice@example.org",
        "Contact: bob.smith @ example.com",
        "4111 1111 1111 1111",
        "5500-0000-0000-0004",
        "DE89 3704 0044 0532 0130 00",
        "+49 30 901820",
        "Tel. 030 901820",
        "(212) 555-0142",
        "123-45-6789",
        "Password: hunter2",
        "Passwort: geheim",
        "Your code is 493817",
        "493817",
        "https://example.org/reset?token=abcdef123456",
        "ghp_abcdefghijklmnop1234567890",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "221 Baker Street",
        "Hauptstraße 12",
        "12 rue de la Paix",
    ],
)
def test_what_is_private_has_a_reason(line: str):
    assert privacy.private(line)


@pytest.mark.parametrize(
    "line",
    [
        "Quarterly Report 2024",
        "Annual General Meeting",
        "Fire exit",
        "Golden Gate Bridge",
        "Open 9 to 5",
        "2024-05-17",
        "Chapter 3: Photosynthesis",
        "Speed limit 50",
        "Café du Monde",
    ],
)
def test_what_anybody_may_read_has_none(line: str):
    assert privacy.private(line) is None


def test_what_follows_the_word_for_a_secret_is_private_too():
    assert privacy.reasons(["Wi-Fi", "Password", "sunshine", "Welcome"])[2]


def line(words: str, top: float, tall: float = 0.05) -> Line:
    return Line(words, 0.99, Box(0.1, top, 0.9, top + tall), tall)


def test_private_lines_lose_their_text():
    lines = text.public([line("Annual Report", 0.1), line("alice@example.org", 0.3)])
    assert [one.text for one in lines] == ["Annual Report", ""]
    assert lines[1].private


def test_the_title_is_the_tallest_line_near_the_top_and_not_the_first_one():
    lines = text.public([line("File Edit View", 0.01, 0.02), line("Annual Report", 0.2, 0.08), line("by Alice", 0.4)])
    assert text.title(lines) == "Annual Report"


def test_a_title_over_two_lines_is_one():
    lines = text.public([line("The Origin of", 0.2, 0.08), line("Species", 0.29, 0.08), line("small print", 0.6, 0.02)])
    assert text.title(lines) == "The Origin of Species"


@pytest.mark.parametrize("words", ["www.example.org", "17 May 2024", "Page 3 of 9", "10:42", "Cancel", ""])
def test_what_stands_in_every_document_is_no_title(words: str):
    assert text.title(text.public([line(words, 0.2, 0.1)])) == ""


@pytest.mark.parametrize(
    "line", ["1 Redmond way Suite 40", "6000 Redmond, WA", "123 Main Steet", "12 North Main Street"]
)
def test_an_address_is_known_when_a_part_of_it_is_missing_or_misread(line: str):
    assert privacy.private(line) == privacy.ADDRESS


@pytest.mark.parametrize("line", ["42nd Street", "Route 66", "5 simple tricks", "2024 in pictures", "Floor plan"])
def test_a_number_and_a_word_are_no_address(line: str):
    assert privacy.private(line) is None


def test_a_card_that_was_misread_and_what_stands_beside_it_are_left_out():
    assert privacy.reasons(["Example Bank", "1234 5678 1234 5678", "ADAM SMITH"]) == [
        privacy.BESIDE_CARD,
        privacy.CARD,
        privacy.BESIDE_CARD,
    ]


def test_a_licence_without_its_heading_is_known_by_the_date_of_birth():
    assert privacy.reasons(["WASHINGTON", "DOB 01/06/1958"]) == [privacy.IDENTITY, privacy.IDENTITY]
