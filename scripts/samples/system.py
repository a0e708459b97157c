"""The system, and an account."""

from appliance.web import views
from appliance.web.views import Choice, Count, Fact, MemberLine, SessionLine, Step, TokenLine, Usage, WorkerLine
from scripts.samples.frames import ALICE, NOW, SOURCES, ago

STATUS = views.Status(
    tone="warm",
    says="It works, but one source cannot be reached and the disk is nearly full.",
    checks=(
        Step(label="Database", tone="good", says="SQLite, at its newest schema, answers in 1 ms."),
        Step(label="Queue", tone="good", says="418 photos wait; the oldest for 9 minutes."),
        Step(label="Thumbnails", tone="good", says="/srv/renamer/previews can be written to."),
        Step(
            label="Disk",
            tone="warm",
            says="3.1 GB of 118 GB are free in /srv/renamer.",
            remedy="Make room, or move the data folder: RENAMER_DATA says where it is.",
        ),
        Step(label="Vision", tone="good", says="All four models are there."),
        Step(
            label="Virus scanner",
            tone="bad",
            says="clamd does not answer at unix:/run/clamd.sock.",
            remedy="Start clamd. Until then no new photo is opened, because an unscanned one might harm.",
        ),
    ),
    usages=(
        Usage(label="Disk of the data folder", says="115 of 118 GB", used=115, whole=118),
        Usage(label="Thumbnails", says="2.4 of 118 GB", used=2.4, whole=118),
    ),
    queue=(
        Count(label="Ready", count=418, tone="calm"),
        Count(label="In hand", count=2, tone="good"),
        Count(label="Will be tried again", count=1, tone="warm"),
    ),
    workers=(
        WorkerLine(name="worker 4120 on atelier", says="Looks at IMG_3302.JPG", tone="good", seen_at=ago(seconds=2)),
        WorkerLine(name="worker 4121 on atelier", says="Has nothing to do", tone="plain", seen_at=ago(seconds=4)),
    ),
    engine=(
        Fact(label="Chain", value="embedded engine"),
        Fact(label="Answers in", value="0.3 s on average"),
        Fact(label="Sends pictures anywhere", value="no", tone="good"),
    ),
    facts=(
        Fact(label="Version", value="0.1.0"),
        Fact(label="Running since", value="", at=ago(days=6)),
        Fact(label="Data folder", value="/srv/renamer"),
        Fact(label="Database", value="SQLite 3.46"),
        Fact(label="Python", value="3.11.7"),
    ),
    sources=SOURCES,
)
ACCOUNT = views.Account(
    member=ALICE,
    sessions=(
        SessionLine(id="a", browser="Firefox on Linux", address="192.0.2.10", seen_at=NOW, current=True),
        SessionLine(id="b", browser="Safari on iPhone", address="192.0.2.44", seen_at=ago(days=2)),
    ),
    tokens=(
        TokenLine(id=1, name="shop website", made_at=ago(days=40), used_at=ago(minutes=12)),
        TokenLine(id=2, name="backup script", made_at=ago(days=3)),
    ),
    members=(
        MemberLine(id=1, name="Alice Keller", email="alice@example.com", role="owner", you=True),
        MemberLine(id=2, name="Bob Tanner", email="bob@example.com", role="reviewer"),
        MemberLine(id=3, name="Carla Nwosu", email="carla@example.com", role="viewer", invited=True),
    ),
    roles=(
        Choice(value="admin", label="Admin"),
        Choice(value="reviewer", label="Reviewer", chosen=True),
        Choice(value="viewer", label="Viewer"),
    ),
    new_token="irn_7Qm2vX0cW9sTtB4kYdPz1LhFe6Ra8uJo",
    problems={"current": "That is not your present password."},
)
SIGN_IN = views.SignIn(single_sign_on="Google")
SIGN_IN_WRONG = views.SignIn(
    email="alice@example.com",
    problem="That email and password do not belong together. Try again, or wait a minute after five tries.",
)
SETUP = views.Setup(email="alice@example.com", token="t", problems={"again": "The two passwords are not the same."})
LOST = views.Problem(
    status=404,
    heading="There is no such page",
    says="Nothing is at /batches/999. It may be gone, or belong to somebody else.",
)
