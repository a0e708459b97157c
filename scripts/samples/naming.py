"""How names are made: profiles, what was learned, who names well."""

from appliance.quality import Quality
from appliance.web import forms, views
from appliance.web.pages import naming, profiles, quality
from appliance.web.views import Choice, LearnedExample, LearnedWord, ProfileLine, Tab
from scripts.samples.frames import ago


def tabs(here: str) -> tuple[Tab, ...]:
    return naming.tabs(f"/{here}")


TABS = tabs("learned")
SHOP = {"based_on": "web", "brands": {"H&M": "hm", "Acme": ""}, "banned": ["cheap"], "synonyms": {"sofa": "couch"}}

PROFILES = views.Profiles(
    tabs=tabs("profiles"),
    own=(ProfileLine(name="shop", says="2 brands · 1 banned word · 1 synonym"),),
    usual=(
        ProfileLine(name="web", says="lower case, a to z, hyphens, 3 to 6 words"),
        ProfileLine(name="archive", says="based on web"),
    ),
    may_change=True,
)
_FIELDS = forms.fields(forms.schema(profiles.Form), profiles.filled("shop", SHOP), first=("brands", "banned"))
PROFILE = views.ProfileForm(name="shop", fields=_FIELDS[1:])
PROFILE_WRONG = views.ProfileForm(
    fields=_FIELDS, problem="The brand “H&M” has a word in it that is banned: take one of the two out."
)

LEARNED = views.Learned(
    tabs=TABS,
    may_switch=True,
    words=(
        LearnedWord(
            key=1,
            word="acme a300",
            count=2,
            examples=(
                LearnedExample(
                    id=1, image_id=2, proposed="cup table", accepted="acme a300 espresso cup", at=ago(hours=2)
                ),
                LearnedExample(id=2, image_id=3, proposed="rocket", accepted="acme a300", at=ago(days=1), shown=False),
            ),
        ),
        LearnedWord(
            key=2,
            word="chelsea",
            count=1,
            examples=(
                LearnedExample(id=3, image_id=1, proposed="tabby cat", accepted="chelsea portrait", at=ago(days=3)),
            ),
        ),
    ),
)

VISION_MODEL = Quality("openai", "qwen3-vl-4b", "3", 180, 24, 9, 2, 0.41, 0.87, 412, seconds=3.2, cost=1_840_000)
VISION_MODEL.better, VISION_MODEL.worse, VISION_MODEL.neither = 14, 5, 1

QUALITY = views.QualityPage(
    tabs=tabs("quality"),
    periods=(Choice(value="30", label="The last 30 days", chosen=True), Choice(value="0", label="All the time")),
    engines=(
        quality.engine(1, VISION_MODEL),
        quality.engine(2, Quality("local", "embedded-3f2a90c1d5e7", "", 61, 40, 22, 4, 0.66, 0.71, 1210, seconds=0.1)),
    ),
)

_SIDES = (Choice(value="chain", label="chain", chosen=True), Choice(value="local", label="local"))
COMPARISONS = views.Comparisons(
    tabs=tabs("comparisons"),
    lines=(
        views.ComparisonLine(
            id=1,
            left="local",
            right="qwen",
            says="10 photos of Shop · local better 2, qwen better 7, neither 1",
            at=ago(days=1),
        ),
    ),
    sources=(Choice(value="1", label="Shop"),),
    lefts=_SIDES,
    rights=_SIDES,
    may_start=True,
)
_CAT = views.SaidOnce(words="tabby cat", alt="A tabby cat.", confidence=0.83)
COMPARED = views.Compared(
    id=1,
    left="local",
    right="qwen",
    says="Shop · local better 1, qwen better 1, neither 1",
    may_choose=True,
    may_remove=True,
    shots=(
        views.ComparedShot(
            id=1,
            image_id=1,
            done=True,
            left=_CAT,
            right=views.SaidOnce(words="ginger cat portrait", alt="A ginger cat looks up.", confidence=0.92),
            choice="right",
        ),
        views.ComparedShot(
            id=2,
            image_id=2,
            done=True,
            left=views.SaidOnce(words="espresso cup", confidence=0.71),
            right=views.SaidOnce(problem="qwen does not answer at 127.0.0.1:8000: start it, or test it."),
        ),
        views.ComparedShot(
            id=3, image_id=3, done=True, left=_CAT, right=views.SaidOnce(), choice="neither", better="rocket launch"
        ),
        views.ComparedShot(id=4, image_id=4, done=False, left=views.SaidOnce(), right=views.SaidOnce()),
    ),
)
