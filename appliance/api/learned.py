"""What corrections have taught: words with their examples, to be looked at, changed and forgotten."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, patch
from litestar.datastructures import State
from litestar.params import JSONBody, PathParameter

from appliance import learning
from appliance.api.authentication import needs
from appliance.api.house import house_of
from appliance.api.listing import Id
from appliance.auth import Member, Role

_Asked = Request[Member, Any, State]
_Word = Annotated[str, PathParameter(description="a learned word or phrase")]


class ExampleView(msgspec.Struct, frozen=True):
    """A picture that teaches a word: what was proposed for it, and what a person accepted."""

    id: int
    image: int
    proposed: str
    accepted: str
    at: datetime


class LearnedWord(msgspec.Struct, frozen=True):
    """A word with its examples, the newest first; of more than 20 the embedded engine takes the last 20."""

    word: str
    examples: list[ExampleView]


class Learning(msgspec.Struct, frozen=True):
    """`on` is whether corrections teach anything and what they taught is used."""

    on: bool
    words: list[LearnedWord]


class Switched(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on: bool


class Renamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of the same pictures from now on."""

    word: str


def _shown(request: _Asked) -> Learning:
    with house_of(request).database.reading(request.user.tenant_id) as session:
        on = learning.is_on(session, request.user.tenant_id)
        words = learning.learned(session, request.user.tenant_id)
    return Learning(on, [LearnedWord(one.word, [_example(example) for example in one.examples]) for one in words])


def _example(one: learning.Taught) -> ExampleView:
    return ExampleView(id=one.id, image=one.image_id, proposed=one.proposed, accepted=one.accepted, at=one.at)


@get("/learned", operation_id="listLearnedWords", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def listed(request: _Asked) -> Learning:
    """Every word that corrections have taught, by the alphabet."""
    return _shown(request)


@patch("/learned", operation_id="switchLearning", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def switch(request: _Asked, data: JSONBody[Switched]) -> Learning:
    """Learning on or off. What was learned stays, and is not used while it is off."""
    with house_of(request).database.session(request.user.tenant_id) as session:
        learning.switch(session, request.user.tenant_id, on=data.on, actor=request.user.actor)
    return _shown(request)


@delete("/learned", operation_id="forgetEverything", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def forget_all(request: _Asked) -> None:
    """Every example teaches no more and is told to no provider."""
    with house_of(request).database.session(request.user.tenant_id) as session:
        learning.forget_all(session, request.user.tenant_id, actor=request.user.actor)


@patch("/learned/{word:str}", operation_id="renameLearnedWord", guards=[needs(Role.REVIEWER)], sync_to_thread=True)
def rename(request: _Asked, word: _Word, data: JSONBody[Renamed]) -> Learning:
    """Another word for the same pictures; one that is known already takes them to its own."""
    with house_of(request).database.session(request.user.tenant_id) as session:
        learning.reword(session, request.user.tenant_id, word, data.word, actor=request.user.actor)
    return _shown(request)


@delete("/learned/{word:str}", operation_id="forgetWord", guards=[needs(Role.REVIEWER)], sync_to_thread=True)
def forget(request: _Asked, word: _Word) -> None:
    """The word with all its examples."""
    with house_of(request).database.session(request.user.tenant_id) as session:
        learning.forget(session, request.user.tenant_id, word, actor=request.user.actor)


@delete(
    "/learned/examples/{example_id:int}",
    operation_id="forgetExample",
    guards=[needs(Role.REVIEWER)],
    sync_to_thread=True,
)
def forget_example(request: _Asked, example_id: Id) -> None:
    """One picture, which teaches no more."""
    with house_of(request).database.session(request.user.tenant_id) as session:
        learning.forget_example(session, request.user.tenant_id, example_id, actor=request.user.actor)


ROUTES: list[Any] = [listed, switch, forget_all, rename, forget, forget_example]
