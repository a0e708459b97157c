"""A batch at work, what needs attention, and what happened."""

from appliance.web import views
from appliance.web.views import Cause, Choice, Count, Day, Fact, Failure, FileLine, Pages, Rename, Said, Tab
from scripts.samples.frames import PHOTOS, SOURCES, STUDIO, ago


def _said(number: int, name: str) -> Said:
    words = name.removesuffix(".jpg").replace("-", " ")
    return Said(
        alt=f"A picture of {words}.",
        heading=words.capitalize(),
        caption=f"{words.capitalize()}, as it was seen on a walk.",
        keywords=tuple(words.split()),
        from_file="title, caption" if number == 1 else "",
        metadata="sidecar",
    )


def lines() -> tuple[FileLine, ...]:
    done = tuple(
        FileLine(
            image_id=number,
            old=old,
            new=new,
            folder="catalogue/2024",
            state="Renamed",
            tone="good",
            texts="Alt text and caption stand in its sidecar." if number == 2 else "",
            texts_at=ago(minutes=3) if number == 2 else None,
            said=_said(number, new) if number in {1, 3} else None,
        )
        for number, (_, old, new) in enumerate(PHOTOS[:4], 1)
    )
    return (
        *done,
        FileLine(
            image_id=5,
            old="portrait final 2 (1).jpg",
            new="astronaut-portrait-shuttle.jpg",
            folder="catalogue/2024",
            state="Waits for you",
            tone="warm",
            says="Not sure enough: 0.46 where 0.50 is asked.",
        ),
        FileLine(
            image_id=0,
            old="IMG_3301.HEIC",
            new="",
            folder="catalogue",
            state="Failed",
            tone="bad",
            says="The file ends in the middle: it was not copied to its end.",
        ),
        FileLine(
            image_id=8,
            old="meadow.jpg",
            new="meadow.jpg",
            folder="",
            state="Kept",
            tone="plain",
            says="Its name is good.",
        ),
        FileLine(image_id=0, old="IMG_3302.JPG", new="", folder="", state="In the queue", tone="calm"),
    )


BATCH = views.BatchDetail(
    id=31,
    label="What was there in Shop pictures",
    source="Shop pictures",
    source_id=2,
    state="At work",
    tone="calm",
    running=True,
    started_at=ago(minutes=9),
    done=412,
    total=830,
    left=540,
    a_minute=46.4,
    counts=(
        Count(label="renamed", count=371, tone="good"),
        Count(label="wait for you", count=22, tone="warm"),
        Count(label="kept", count=17, tone="plain"),
        Count(label="failed", count=2, tone="bad"),
        Count(label="in the queue", count=418, tone="calm"),
    ),
    files=lines(),
    tabs=(
        Tab(label="All", href="/batches/31", count=830, current=True),
        Tab(label="Renamed", href="/batches/31?state=renamed", count=371),
        Tab(label="Wait for you", href="/batches/31?state=review", count=22),
        Tab(label="Failed", href="/batches/31?state=failed", count=2),
        Tab(label="Kept", href="/batches/31?state=kept", count=17),
    ),
    pages=Pages(first=1, last=50, total=830, after="/batches/31?after=50"),
    can_cancel=True,
    failed=2,
    can_undo=371,
)
BATCH_DONE = views.BatchDetail(
    id=30,
    label="Arrivals in Family photos",
    source="Family photos",
    source_id=1,
    state="Done",
    tone="good",
    running=False,
    started_at=ago(hours=3),
    finished_at=ago(hours=2, minutes=58),
    done=16,
    total=16,
    counts=(Count(label="renamed", count=16, tone="good"),),
    tabs=(Tab(label="All", href="/batches/30", count=16), Tab(label="Failed", href="#", count=0, current=True)),
    can_undo=16,
    can_approve_texts=True,
)
ATTENTION = views.Attention(
    sources=(STUDIO,),
    vision=(
        Fact(label="“OpenAI” looks at no photos", value="The key is refused: give another one.", tone="bad"),
        Fact(label="The budget is used up", value="Photos wait until you raise it.", tone="warm"),
    ),
    causes=(
        Cause(
            key="cut",
            heading="The file is cut off",
            remedy="Copy these files anew from where they came from. They are looked at again as soon as they change.",
            tone="bad",
            count=2,
            failures=(
                Failure(
                    image_id=101,
                    name="IMG_3301.HEIC",
                    folder="catalogue",
                    source="Shop pictures",
                    at=ago(minutes=4),
                    says="It ends after 1.2 of 4.8 MB.",
                    shown=False,
                ),
                Failure(
                    image_id=9,
                    name="IMG_0044.JPG",
                    folder="2019/rome",
                    source="Family photos",
                    at=ago(hours=5),
                    says="It ends after 310 of 912 kB.",
                ),
            ),
        ),
        Cause(
            key="unsafe",
            heading="Not safe to open",
            remedy="Open these with another program only if you trust where they came from. They are never renamed.",
            tone="warm",
            count=41,
            can_retry=False,
            more="/attention?cause=unsafe",
            failures=(
                Failure(
                    image_id=103,
                    name="poster-print-master.png",
                    folder="print",
                    source="Shop pictures",
                    at=ago(days=1),
                    says="It would unfold to 900 million pixels; 100 million are allowed.",
                    shown=False,
                ),
            ),
        ),
    ),
)


def renamed(number: int, batch: int, label: str, actor: str, **before: float) -> Rename:
    _, old, new = PHOTOS[number - 1]
    return Rename(
        id=number,
        image_id=number,
        old=old,
        new=new,
        folder="2024/06" if number % 2 else "",
        source="Family photos",
        batch_id=batch,
        batch=label,
        actor=actor,
        at=ago(**before),
        texts="Alt text and caption stand in the file." if number == 1 else "",
        texts_at=ago(**before) if number == 1 else None,
    )


UNDONE = Rename(
    id=20,
    image_id=10,
    old="20240522_101533.jpg",
    new="brick-wall.jpg",
    folder="",
    source="Shop pictures",
    batch_id=27,
    batch="Command",
    actor="Bob Tanner",
    at=ago(days=1, hours=3),
    state="Undone",
    tone="plain",
    can_undo=False,
)
HISTORY = views.History(
    days=(
        Day(
            label="Today",
            renames=tuple(renamed(n, 32, "Arrivals", "Image Renamer", minutes=7 * n) for n in range(1, 5)),
        ),
        Day(label="Yesterday", renames=(renamed(6, 27, "Review", "Alice Keller", days=1), UNDONE)),
    ),
    pages=Pages(first=1, last=50, total=26525, after="/history?after=50"),
    sources=(Choice(value="", label="Every source"), *(Choice(value=str(s.id), label=s.name) for s in SOURCES)),
    states=(Choice(value="", label="Renamed and undone"), Choice(value="undone", label="Undone")),
)

UPLOADED = views.UploadDetail(
    id=33,
    label="Upload 33",
    source="Uploads",
    source_id=0,
    state="Done",
    tone="good",
    running=False,
    started_at=ago(hours=2),
    finished_at=ago(hours=1),
    done=4,
    total=4,
    counts=(Count(label="renamed", count=4, tone="good"),),
    files=lines()[:4],
    tabs=(Tab(label="All", href="/batches/33", count=4, current=True),),
    pages=Pages(first=1, last=4, total=4),
    can_undo=4,
    upload=views.Upload(files=5, waiting=1, expires_at=ago(days=-30)),
)
RECEIVING = views.UploadDetail(
    id=34,
    label="Upload 34",
    source="Uploads",
    source_id=0,
    state="Receives files",
    tone="calm",
    running=False,
    started_at=ago(minutes=3),
    done=0,
    total=0,
    can_cancel=True,
    upload=views.Upload(files=12, receiving=True),
)
