"""Sources: as a list, while one is added, and one that cannot be reached."""

from appliance.web import views
from appliance.web.views import BatchLine, Choice, Fact, Field, Kind, Step
from scripts.samples.frames import SHOP, SOURCES, STUDIO, ago

KINDS = (
    Kind(name="watchfolder", label="Folder", says="On this machine, or a share that is mounted here"),
    Kind(name="sftp", label="SFTP", says="A server where photos live, or one that drops them here"),
    Kind(name="s3", label="Bucket", says="S3 and whatever speaks like it"),
    Kind(name="wordpress", label="WordPress", says="A website's media, with redirects for old links"),
)


def kinds(chosen: str) -> tuple[Kind, ...]:
    return tuple(Kind(name=one.name, label=one.label, says=one.says, chosen=one.name == chosen) for one in KINDS)


CHOICES = (
    Field(
        name="review",
        label="Who decides",
        type="choice",
        required=True,
        choices=(
            Choice(value="first", label="I decide about the first ten photos", chosen=True),
            Choice(value="auto", label="Names that are sure are given at once"),
            Choice(value="ask", label="I decide about every photo"),
        ),
    ),
    Field(
        name="threshold",
        label="Sure enough",
        type="number",
        value="0.5",
        at_least=0,
        at_most=1,
        step="0.05",
        required=True,
        help="From 0 to 1. Below this confidence a name always waits for you.",
    ),
    Field(name="backlog", label="Also name what is there already", type="yes-no", value="yes"),
    Field(
        name="keywords", label="Words of yours that may stand in names", type="lines", lesser=True, help="One a line."
    ),
    Field(name="language", label="Language of the names", value="en", lesser=True),
)
SFTP = (
    Field(name="name", label="Name", value="Studio server", required=True, help="What you call it."),
    Field(name="host", label="Host", value="studio.example.com", required=True),
    Field(name="username", label="User name", value="photos", required=True),
    Field(name="password", label="Password", type="secret", help="Kept encrypted, and never shown again.", kept=True),
    Field(
        name="path",
        label="Folder",
        value="srv/shoots",
        required=True,
        problem="The folder begins with a slash, such as /srv/shoots.",
    ),
    Field(name="port", label="Port", type="number", value="22", step="1", at_least=1, at_most=65535, lesser=True),
    Field(name="host_key", label="Host key", type="lines", lesser=True, help="The server must prove that it has it."),
)
STEPS = (
    Step(label="Find the server", tone="good", says="studio.example.com answers on port 22."),
    Step(
        label="Compare its host key",
        tone="good",
        says="SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDXzd8 is the one that is known.",
    ),
    Step(
        label="Sign in",
        tone="bad",
        says="The server refuses the password of photos.",
        remedy="Type the password again, or give a private key, if the server takes keys only.",
    ),
    Step(label="Read the folder", tone="plain"),
    Step(label="Prove that a rename never overwrites", tone="plain"),
)
NEW = views.NewSource(kinds=kinds(""))
NEW_SFTP = views.NewSource(
    kinds=kinds("sftp"),
    options=SFTP,
    choices=CHOICES,
    steps=STEPS,
    problem="The source was not added: one option is not right, and signing in failed.",
)
NEW_WORDPRESS = views.NewSource(
    kinds=kinds("wordpress"),
    options=(
        Field(name="name", label="Name", required=True, help="By which you know it."),
        Field(name="pairing", label="Pairing line", type="secret", help="In place of the next three."),
        Field(name="url", label="Address of the site", help="Such as https://example.org."),
    ),
    choices=CHOICES,
    companion="/plugins/wordpress.zip",
)
LIST = views.Sources(sources=SOURCES)
CALLED = views.SourceDetail(
    source=SHOP,
    choices=CHOICES,
    hook="https://photos.example.org/api/v1/hooks/s3/4-6e2f7c0a9b1d4f38a5c2e7d90b1f6a3c",
)
DETAIL = views.SourceDetail(
    source=STUDIO,
    options=SFTP[:4],
    choices=CHOICES,
    steps=STEPS[:2],
    estimate=views.EstimateCard(
        at="/sources/3/estimate",
        facts=(
            Fact(label="Photos without a name from here", value="1,204"),
            Fact(label="Looked at by", value="OpenAI · gpt-5-mini"),
            Fact(label="Each", value="$0.0009"),
            Fact(label="All of them", value="$1.08"),
        ),
        says="By what its answers cost in the last 30 days.",
    ),
    facts=(
        Fact(label="State", value="Cannot be reached", tone="bad"),
        Fact(label="Last reached", value="", at=ago(hours=7)),
        Fact(label="Photos", value="2 304"),
        Fact(label="Renames without overwriting", value="proved", tone="good"),
        Fact(label="Looked through", value="every 5 minutes"),
    ),
    batches=(
        BatchLine(id=28, label="Arrivals", says="24 renamed", tone="good", state="Done", at=ago(hours=8)),
        BatchLine(id=22, label="What was there", says="2 280 looked at", tone="good", state="Done", at=ago(days=3)),
    ),
)
