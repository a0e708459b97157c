"""Photos that wait for a person."""

from appliance.web import views
from appliance.web.views import Candidate, Choice, NameCheck, Pages, Provenance, Shot, Tab
from scripts.samples.frames import PHOTOS, SOURCES, ago


def pixels(*texts: tuple[str, float]) -> tuple[Provenance, ...]:
    return tuple(Provenance(text=text, origin="pixels", score=score) for text, score in texts)


def says(origin: str, text: str) -> Provenance:
    return Provenance(text=text, origin=origin)


ASKS = "The source asks about every name."
# For each photo: the words of its name, how sure it is, and what is said of it.
LOOKS = (
    (pixels(("ginger", 0.74), ("cat", 0.97), ("portrait", 0.61)), 0.61, "One of the first ten photos of this source."),
    ((*pixels(("espresso", 0.93)), says("learned", "wooden"), *pixels(("table", 0.71))), 0.71, ASKS),
    (
        (*pixels(("rocket", 0.99)), says("metadata", "launch"), says("folder", "pad"), *pixels(("night", 0.88))),
        0.88,
        ASKS,
    ),
    ((*pixels(("motorcycle", 0.98)), says("keyword", "garage"), *pixels(("workshop", 0.52))), 0.52, ASKS),
    (
        (*pixels(("astronaut", 0.46)), says("original", "portrait"), says("text", "shuttle")),
        0.46,
        "Not sure enough: 0.46 where 0.50 is asked.",
    ),
    (
        pixels(("photographer", 0.57), ("tripod", 0.49), ("lawn", 0.52)),
        0.49,
        "Not sure enough: 0.49 where 0.50 is asked.",
    ),
    ((), 0.0, ""),
    (pixels(("green", 0.55), ("grass", 0.9), ("meadow", 0.52)), 0.52, ASKS),
    ((*pixels(("ancient", 0.58), ("coins", 0.95)), says("counter", "2")), 0.9, ASKS),
)


def shot(number: int) -> Shot:
    words, confidence, reason = LOOKS[number - 1]
    _, old, new = PHOTOS[number - 1]
    stem = new.removesuffix(".jpg")
    return Shot(
        id=number,
        old=old,
        new=new,
        folder="2024/06" if number % 2 else "",
        source="Family photos" if number % 3 else "Shop pictures",
        extension=".jpg",
        confidence=confidence,
        reason=reason,
        words=words,
        candidates=(
            Candidate(stem=stem.rsplit("-", 1)[0], confidence=confidence - 0.08),
            Candidate(stem=f"{stem}-2024", confidence=confidence - 0.17),
        ),
        from_file="title, caption" if stem.startswith("g") else "",
        alt=f"A picture of {stem.replace('-', ' ')}.",
        texts="approved" if number == 2 else "proposed",
        metadata="sidecar" if number % 3 else "none",
        companions=("DSC00417.ARW",) if number == 3 else (),
        taken_at=ago(days=20 + number, hours=number) if number % 2 else None,
        width=4032,
        height=3024,
    )


UNKNOWN = Shot(
    id=7,
    old="heic0611b.jpg",
    new="",
    folder="astronomy",
    source="Family photos",
    extension=".jpg",
    reason="Nothing was recognised in it well enough to name it.",
    typed="hubble/deep field",
    check=NameCheck(
        image_id=7, says="A name cannot have / in it. This would be possible: hubble-deep-field", tone="bad"
    ),
)
SHOTS = (*(shot(number) for number in range(1, 7)), UNKNOWN, shot(8), shot(9))


def layouts(layout: str) -> tuple[Tab, ...]:
    return (
        Tab(label="Grid", href="/review?view=grid", current=layout == "grid"),
        Tab(label="Table", href="/review?view=table", current=layout == "table"),
    )


LAYOUTS = layouts("grid")


def review(layout: str, shots: tuple[Shot, ...] = SHOTS) -> views.Review:
    return views.Review(
        shots=shots,
        pages=Pages(first=1, last=9, total=12, after="/review?after=9"),
        layout="table" if layout == "table" else "grid",
        layouts=layouts(layout),
        sources=(Choice(value="", label="Every source"), *(Choice(value=str(s.id), label=s.name) for s in SOURCES)),
        orders=(Choice(value="newest", label="Newest first"), Choice(value="unsure", label="Least sure first")),
    )
