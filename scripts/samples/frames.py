"""Who looks at the sample pages, when, at which photos and sources."""

from datetime import UTC, datetime, timedelta

from appliance.web.views import Frame, Member, SourceHealth

NOW = datetime(2026, 3, 12, 14, 20, tzinfo=UTC)
ALICE = Member(name="Alice Keller", email="alice@example.com", role="owner")


def ago(**amount: float) -> datetime:
    return NOW - timedelta(**amount)


FRAME = Frame(csrf="c5f1", member=ALICE, waiting=12, problems=3, version="0.1.0", events="")
QUIET = Frame(csrf="c5f1", member=ALICE, version="0.1.0", events="")
OUTSIDE = Frame(csrf="c5f1", version="0.1.0", events="")

# What the sample photos show: number, old name, new name, words with their origins.
PHOTOS = (
    ("chelsea", "IMG_0001.JPG", "ginger-cat-portrait.jpg"),
    ("coffee", "IMG_20240611_081502.jpg", "espresso-wooden-table.jpg"),
    ("rocket", "DSC00417.JPG", "rocket-launch-pad-night.jpg"),
    ("motorcycle_left", "P1040233.JPG", "motorcycle-garage-workshop.jpg"),
    ("astronaut", "portrait final 2 (1).jpg", "astronaut-portrait-shuttle.jpg"),
    ("camera", "scan0009.jpg", "photographer-tripod-lawn.jpg"),
    ("hubble_deep_field", "heic0611b.jpg", "galaxies-deep-field.jpg"),
    ("grass", "DSC00421.JPG", "green-grass-meadow.jpg"),
    ("coins", "IMG_0044.JPG", "ancient-coins-2.jpg"),
    ("brick", "20240522_101533.jpg", "brick-wall.jpg"),
    ("gravel", "DSC00433.JPG", "grey-gravel.jpg"),
    ("moon", "IMG_0099.JPG", "moon-surface.jpg"),
)

FAMILY = SourceHealth(
    id=1,
    name="Family photos",
    kind="watchfolder",
    kind_label="Folder",
    where="/home/alice/Pictures",
    tone="good",
    state="Watching",
    images=18240,
    waiting=9,
    scanned_at=ago(minutes=2),
    decides="Names below 50% wait for you",
)
SHOP = SourceHealth(
    id=2,
    name="Shop pictures",
    kind="s3",
    kind_label="Bucket",
    where="s3.example.com/shop-media",
    tone="calm",
    state="Scanning",
    images=5120,
    waiting=3,
    scanned_at=ago(minutes=41),
    decides="You decide about every name",
)
STUDIO = SourceHealth(
    id=3,
    name="Studio server",
    kind="sftp",
    kind_label="SFTP",
    where="studio.example.com:/srv/shoots",
    tone="bad",
    state="Cannot be reached",
    says="studio.example.com answers with another host key than before. If the server was set up anew, compare the "
    "fingerprint and accept it in the source's options.",
    images=2304,
    scanned_at=ago(hours=7),
    decides="Names below 70% wait for you",
)
BLOG = SourceHealth(
    id=4,
    name="Travel blog",
    kind="wordpress",
    kind_label="WordPress",
    where="blog.example.com",
    tone="plain",
    state="Paused",
    images=861,
    scanned_at=ago(days=2),
    decides="You decide about every name",
)
SOURCES = (FAMILY, SHOP, STUDIO, BLOG)
