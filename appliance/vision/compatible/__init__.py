"""Any server that speaks as OpenAI's API does: Ollama, llama.cpp, LM Studio, vLLM, OpenRouter, OpenAI itself."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from appliance.config import Settings
from appliance.vision import addresses, seconding
from appliance.vision.provider import Provider, VisionError

NAME = "openai"
NEEDED = (
    "set RENAMER_OPENAI_MODEL, and RENAMER_OPENAI_BASE_URL or, for OpenAI itself, RENAMER_OPENAI_API_KEY; "
    "docs/models.md says how."
)
OPENAI = "https://api.openai.com/v1"


_Price = Annotated[float, msgspec.Meta(ge=0)]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a server with OpenAI's API needs."""

    base_url: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$",
            description="where the server answers, such as http://127.0.0.1:11434/v1 for Ollama",
        ),
    ] = OPENAI
    model: Annotated[str, msgspec.Meta(min_length=1, description="a model that can see, as the server calls it")]
    api_key: Annotated[
        str, msgspec.Meta(description="the key; empty where none is needed", extra_json_schema={"writeOnly": True})
    ] = ""
    prompt: Annotated[
        Literal["full-1", "brief-1"],
        msgspec.Meta(description="full-1 asks for title, caption and keywords too; brief-1 is quicker on a CPU"),
    ] = "full-1"
    timeout: Annotated[float, msgspec.Meta(ge=1, le=900, description="seconds that one answer may take")] = 120.0
    picture_side: Annotated[
        int, msgspec.Meta(ge=128, le=1024, description="pixels of the longer side of the picture that is sent")
    ] = 768
    answer_tokens: Annotated[int, msgspec.Meta(ge=50, le=8000, description="the longest answer, in tokens")] = 500
    second_opinion: Annotated[
        bool,
        msgspec.Meta(description="the embedded engine looks too: where it sees something else, the name is less sure"),
    ] = False
    think: Annotated[
        bool, msgspec.Meta(description="let the model think before it answers, which is slower and dearer")
    ] = False
    input_price: Annotated[
        _Price | None, msgspec.Meta(description="US dollars for a million tokens that are sent, if not known")
    ] = None
    output_price: Annotated[
        _Price | None, msgspec.Meta(description="US dollars for a million tokens of answers, if not known")
    ] = None


def connect(options: Options) -> Provider:
    """Asks nobody yet. The client of the API is imported here, since it is large. Raises VisionError where the address
    cannot be one."""
    from appliance.vision.compatible.model import Compatible

    try:
        model = Compatible(options)
    except ValueError as error:
        raise VisionError(f"{options.base_url} is no address of a server: {error}.", permanent=True) from error
    return seconding.seconded(model) if options.second_opinion else model


def given(settings: Settings) -> dict[str, Any]:
    """The options that the environment gives; empty where it does not say enough."""
    values = {
        "base_url": settings.openai_base_url,
        "api_key": settings.openai_api_key,
        "model": settings.openai_model,
    }
    known = {name: value for name, value in values.items() if value}
    return known | seconding.given(settings, NAME) if settings.openai_model else {}


def where(options: Options) -> str:
    """Names the model and the server for people."""
    return f"{options.model} at {addresses.host(options.base_url)}"


def leaves(options: Options) -> bool:
    """Whether pictures leave the owner's machine and network."""
    return not addresses.is_own(options.base_url)


def address(options: Options) -> str:
    """The base URL; its usual path where only a host was given."""
    url = options.base_url.rstrip("/")
    return url if urlsplit(url).path else f"{url}/v1"
