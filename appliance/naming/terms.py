"""What a phrase is made of: words, and brands that stay whole."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Brand:
    """`text` is the brand as it stands in a name, such as "coca-cola"; it goes whole or not at all."""

    text: str


Term = str | Brand
