"""What an owner decides about a source, and how the images of one batch are named."""

from typing import Annotated, Any, Literal

import msgspec

from appliance import naming
from appliance.models import Source


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the images of one batch are named; docs/reference/commands.md explains each choice."""

    provider: str = "local"
    profile: str = "web"
    own_profile: dict[str, Any] | None = None  # what a profile of the owner's own said when the batch began
    language: str = "en"
    keywords: tuple[str, ...] = ()
    template: str | None = None
    rename: Literal["all", "bad-names"] = "bad-names"
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    review: Literal["auto", "first", "ask"] = "auto"  # `first`: the first ten images of the source wait for a person
    companions: bool = True
    places: bool = True  # the town nearest to where it was taken may stand in a name
    again: bool = False
    ramp: int = 0  # of a backlog, how many are renamed in an hour at most; 0 for all at once

    @property
    def names(self) -> naming.Profile:
        """How names look here."""
        if self.own_profile is None:
            return naming.PROFILES[self.profile]
        return naming.profiles.from_mapping(self.profile, self.own_profile)


class Choices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an owner decides about a source of any kind; the descriptions are its form and its documentation."""

    review: Annotated[
        Literal["auto", "first", "ask"],
        msgspec.Meta(description="who decides: auto, a person for the first ten images, or always a person"),
    ] = "first"
    threshold: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="below this confidence a name always waits for a person")
    ] = 0.5
    rename: Annotated[
        Literal["all", "bad-names"] | None,
        msgspec.Meta(description="which images; by default all new ones, and badly named ones of a backlog"),
    ] = None
    backlog: Annotated[bool, msgspec.Meta(description="also name what is there already")] = False
    ramp: Annotated[
        int, msgspec.Meta(ge=0, le=100_000, description="at most so many of a backlog are renamed in an hour; 0: all")
    ] = 0
    profile: Annotated[str, msgspec.Meta(description="how names look: web, archive, unicode or one of yours")] = "web"
    template: Annotated[str | None, msgspec.Meta(description="how a name is built, such as {date}-{subject}")] = None
    language: Annotated[
        str, msgspec.Meta(pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="the language of the names")
    ] = "en"
    keywords: Annotated[tuple[str, ...], msgspec.Meta(description="words of yours that may stand in names")] = ()
    provider: Annotated[str | None, msgspec.Meta(description="who looks at the pictures")] = None
    interval: Annotated[int, msgspec.Meta(ge=5, le=300, description="seconds between looks through everything")] = 300
    companions: Annotated[bool, msgspec.Meta(description="sidecars, raw files and Live Photos follow")] = True
    places: Annotated[bool, msgspec.Meta(description="the town nearest to where it was taken may stand in a name")] = (
        True
    )
    metadata: Annotated[
        Literal["none", "sidecar", "file"],
        msgspec.Meta(
            description="where texts that you approve are written: nowhere, into a sidecar (XMP), or into the image's "
            "file; raw files, and what cannot be changed safely, always get a sidecar"
        ),
    ] = "none"

    def policy(self, *, backlog: bool, vision: str, own_profile: dict[str, Any] | None = None) -> Policy:
        """How the images of a batch of this source are named; `vision` looks at them where the owner named nobody."""
        return Policy(
            provider=self.provider or vision,
            profile=self.profile,
            own_profile=own_profile,
            language=self.language,
            keywords=self.keywords,
            template=self.template,
            rename=self.rename or ("bad-names" if backlog else "all"),
            threshold=self.threshold,
            review=self.review,
            companions=self.companions,
            places=self.places,
            ramp=self.ramp,
        )


def choices_of(source: Source) -> Choices:
    """What an owner has decided about a source."""
    return msgspec.convert(source.choices, Choices)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A source as its owner describes it; `options` are those of its kind (kinds.asked)."""

    kind: str
    name: str
    options: dict[str, Any]
    choices: Choices = Choices()
