"""Views with believable values, for looking at the pages without a server and for the tests of their looks."""

from datetime import UTC, datetime, timedelta

from appliance.web import views
from appliance.web.views import Frame, Hour, Member, Recent, Running, SourceHealth

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
    ("coins", "IMG_0044.JPG", "ancient-coins-rows.jpg"),
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
    decides="Names below 50 % wait for you",
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
    decides="Names below 70 % wait for you",
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


def hours() -> tuple[Hour, ...]:
    begin = NOW.replace(minute=0) - timedelta(hours=23)
    amounts = (0, 0, 4, 0, 0, 0, 12, 31, 58, 96, 120, 88, 47, 22, 64, 140, 171, 133, 90, 41, 18, 12, 66, 38)
    return tuple(
        Hour(at=begin + timedelta(hours=hour), renamed=amount, review=amount // 9, failed=3 if hour in (10, 16) else 0)
        for hour, amount in enumerate(amounts)
    )


def recent() -> tuple[Recent, ...]:
    return tuple(
        Recent(image_id=number, old=old, new=new, at=ago(minutes=3 * number))
        for number, (_, old, new) in enumerate(PHOTOS[:6], 1)
    )


OVERVIEW = views.Overview(
    waiting=12,
    attention=3,
    renamed_today=1284,
    renamed_ever=26525,
    queued=418,
    in_hand=2,
    hours=hours(),
    running=(
        Running(id=31, label="What was there in Shop pictures", done=412, total=830, left=540),
        Running(id=32, label="Arrivals in Family photos", done=7, total=16, left=40),
    ),
    recent=recent(),
    sources=SOURCES,
    inbox="/home/alice/Pictures",
)

PAGES: dict[str, tuple[views.View, Frame]] = {
    "overview": (OVERVIEW, FRAME),
    "overview-empty": (views.Overview(), QUIET),
}
