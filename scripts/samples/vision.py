"""Who looks at the pictures: the chain, one provider, and a new one."""

from appliance.web import views
from appliance.web.views import Field, Kind, ProviderLine, Server, SpendingLine, Step, Usage
from scripts.samples.frames import ago

OLLAMA = ProviderLine(
    id=1,
    name="Ollama",
    kind="openai",
    where="qwen3-vl:4b at 127.0.0.1:11434",
    tone="warm",
    state="Resting",
    says="Nothing answers at 127.0.0.1:11434: is Ollama started?",
    rests_until=ago(seconds=-30),
    first=True,
)
OPENAI = ProviderLine(
    id=2,
    name="OpenAI",
    kind="openai",
    where="gpt-5-mini at api.openai.com",
    tone="bad",
    state="Stopped",
    says="The key is refused: give another one.",
    leaves=True,
)
LOCAL = ProviderLine(id=3, name="local", kind="local", where="on this machine", tone="good", state="Asked", last=True)
KINDS = (
    Kind(name="openai", label="A model", says="Ollama, LM Studio, OpenAI and whoever speaks as it does", chosen=True),
    Kind(name="google", label="Google Vision", says="Google's labels, objects and text"),
    Kind(name="local", label="The embedded engine", says="On this machine, without an account"),
)
OPTIONS = (
    Field(name="name", label="Name", value="OpenAI", required=True, help="By which you know it."),
    Field(name="base_url", label="Address of the server", value="https://api.openai.com/v1", required=True),
    Field(name="model", label="Model", value="gpt-5-mini", required=True),
    Field(name="api_key", label="Key", type="secret", kept=True, help="Kept encrypted, and never shown again."),
    Field(name="timeout", label="Patience in seconds", type="number", value="120", lesser=True),
)
TERMS = (
    Field(name="enabled", label="In the chain", type="yes-no", value="yes"),
    Field(name="tells_place", label="May know the town where a photo was taken", type="yes-no", value="no"),
    Field(name="per_minute", label="Requests a minute", type="number", value="", lesser=True),
)
STEPS = (
    Step(label="It can be asked", tone="good"),
    Step(label="It describes a picture", tone="bad", says="The answer took longer than 120 s."),
)


def _spending(day: str, model: str, calls: int, cost: str, seconds: str) -> SpendingLine:
    return SpendingLine(day=day, provider="openai", model=model, calls=calls, cost=cost, seconds=seconds)


VISION = views.Vision(
    providers=(OLLAMA, OPENAI, LOCAL),
    servers=(
        Server(make="Ollama", address="http://127.0.0.1:11434/v1", model="qwen3-vl:4b"),
        Server(make="LM Studio", address="http://127.0.0.1:1234/v1", model="gemma-3-4b", sees=False),
    ),
    budgets=(
        Usage(label="Today", says="$1.9812 of $2.00", used=1.98, whole=2),
        Usage(label="This month", says="$12.4031 of $30.00", used=12.4, whole=30),
    ),
    spent=(("Today", "$1.9812 of $2.00, $0.0036 set aside"), ("This month", "$12.4031 of $30.00")),
    per_day="2.00",
    per_month="30.00",
    exhausted="The budget of today is used up: photos wait until midnight UTC, or until you raise it.",
    spendings=(
        SpendingLine(
            day="2026-11-29", provider="openai", model="gpt-5-mini", calls=1651, cost="$1.9812", seconds="2.4 s"
        ),
        SpendingLine(
            day="2026-11-28", provider="openai", model="qwen3-vl:4b", calls=212, cost="$0.0000", seconds="9 s"
        ),
    ),
)
NEW = views.ProviderForm(kinds=KINDS[1:])
NEW_MODEL = views.ProviderForm(
    kinds=KINDS, kind="openai", options=OPTIONS, terms=TERMS, problem="“model” is missing: a model that can see."
)
DETAIL = views.ProviderForm(id=2, name="OpenAI", line=OPENAI, kind="openai", options=OPTIONS, terms=TERMS, steps=STEPS)
