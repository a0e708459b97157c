"""How the pages put numbers and origins into words."""

from typing import NamedTuple

from appliance.words import Origin


class Source(NamedTuple):
    icon: str
    says: str


ORIGINS: dict[str, Source] = {
    Origin.PIXELS: Source("eye", "seen in the picture"),
    Origin.TEXT: Source("type", "written in the picture"),
    Origin.METADATA: Source("file-text", "written into the file by a person"),
    Origin.EXIF: Source("camera", "written into the file by the camera"),
    Origin.PLACE: Source("map-pin", "the place where it was taken"),
    Origin.FOLDER: Source("folder", "the name of the folder"),
    Origin.KEYWORD: Source("tag", "one of your keywords"),
    Origin.CONTEXT: Source("link", "the page around the picture"),
    Origin.LEARNED: Source("sparkles", "learned from your corrections"),
    Origin.ORIGINAL: Source("file-text", "from the name it came with"),
    Origin.COUNTER: Source("hash", "a number that tells two names apart"),
    Origin.PERSON: Source("user", "typed by a person"),
}


def percent(share: float) -> str:
    """Never 100% of what is not whole."""
    return "100%" if share >= 1 else f"{min(round(share * 100), 99)}%"


def number(value: int) -> str:
    """With thin spaces between thousands."""
    return f"{value:,}".replace(",", "\u202f")


def count(value: int, one: str, many: str = "") -> str:
    """`3 | count("image")` is "3 images"."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """Roughly, as a person would say it."""
    if seconds < 50:
        return "less than a minute"
    if seconds < 90 * 60:
        return count(max(1, round(seconds / 60)), "minute")
    return count(round(seconds / 3600), "hour")


# What an owner may choose for a source, as its form calls it; what is not here is called by its name.
LABELS = {
    "review": "Who decides about names",
    "threshold": "Sure enough",
    "rename": "Which photos",
    "backlog": "Also name what is there already",
    "profile": "Style of names",
    "template": "Template",
    "language": "Language of names",
    "keywords": "Your words",
    "provider": "Who looks at the photos",
    "interval": "Seconds between two looks",
    "companions": "Files that belong to a photo follow it",
    "places": "The town may stand in a name",
    "metadata": "Write approved texts into metadata",
    "base_url": "Address of the server",
    "api_key": "Key",
    "enabled": "In the chain",
    "per_minute": "Requests a minute",
    "at_once": "Photos at the same time",
    "tells_folder": "May know the names of folder and site",
    "tells_place": "May know the town where a photo was taken",
    "timeout": "Patience in seconds",
    "path": "Folder",
    "recursive": "Also the folders inside it",
    "watch": "How changes are noticed",
    "ignore": "Leave alone",
    "bucket": "Bucket",
    "endpoint": "Server",
    "region": "Region",
    "prefix": "Folder in the bucket",
    "access_key": "Access key",
    "secret_key": "Secret key",
    "secure": "By TLS",
    "addressing": "Where the bucket's name stands",
    "notifications": "How the server tells of changes",
    "public": "The web shows these images",
    "describe": "Alt text and original name",
    "host_key": "Host key",
    "host": "Server",
    "mode": "Which way",
    "public_key": "Public key",
    "private_key": "Private key",
    "passphrase": "Passphrase of the private key",
    "after": "What clients see afterwards",
    "delay": "Seconds before an upload is named",
    "quota": "Megabytes for the account",
    "largest": "Megabytes of one file",
    "connections": "Connections at a time",
    "pairing": "Pairing line",
    "url": "Address of the site",
    "application_password": "Application password",
    "texts": "Texts about the images",
    "ramp": "Of a backlog, renamed in an hour",
    "username": "User name",
    "based_on": "Based on",
    "brands": "Brands",
    "banned": "Banned words",
    "allowed": "Allowed words",
    "synonyms": "Synonyms",
    "most_words": "Most words",
    "most_characters": "Most characters",
    "dated": "With the day",
    "ascii": "Letters a to z alone",
}
CHOICE_LABELS = {
    "based_on": {"web": "web", "archive": "archive", "unicode": "unicode"},
    "dated": {"": "As the profile that it is based on", "yes": "Yes", "no": "No"},
    "ascii": {"": "As the profile that it is based on", "yes": "Yes", "no": "No"},
    "mode": {"drop": "Others upload to this server", "remote": "Photos on another server"},
    "after": {"rename": "The new names", "keep-names": "The names that they gave"},
    "review": {
        "first": "I decide about the first ten photos",
        "auto": "Names that are sure are given at once",
        "ask": "I decide about every photo",
    },
    "rename": {
        "": "All new photos, and badly named ones that are there",
        "all": "All",
        "bad-names": "Badly named ones",
    },
    "metadata": {
        "none": "Nowhere: they stay in the database",
        "sidecar": "Into an XMP sidecar beside the photo",
        "file": "Into the photo's file, or a sidecar where that is not safe",
    },
    "addressing": {"path": "In the address's path", "virtual": "Before the host"},
    "notifications": {"off": "Not at all", "listen": "By MinIO's stream", "webhook": "By calls to a secret address"},
    "describe": {"none": "In the database alone", "metadata": "In the object's metadata", "tags": "In its tags"},
    "texts": {
        "empty": "Written where there are none",
        "all": "Written in any case",
        "none": "Left alone",
    },
    "watch": {"auto": "As the disk can", "events": "The system tells", "polling": "By looking again and again"},
}
