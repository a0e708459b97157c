"""The settings, read from the environment once."""

import os
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from appliance.errors import Misconfigured

PREFIX = "RENAMER_"
DATABASE_FILE = "renamer.db"
DEFAULT_BASE_URL = "http://127.0.0.1:8080"
LONGEST_WRITING_SECONDS = 2
_YES, _NO = frozenset({"1", "yes", "true", "on"}), frozenset({"0", "no", "false", "off"})
SECONDED = "+local"  # after a provider's name, for a second opinion
SECRET_FILES = {"DATABASE_URL", "GOOGLE_CREDENTIALS", "OPENAI_API_KEY", "QUEUE_URL", "SECRET_KEY", "STORAGE_URL"}
KNOWN = {
    "BASE_URL",
    "DATA",
    "OFFLINE",
    "OPENAI_BASE_URL",
    "OPENAI_MODEL",
    "SFTP_LISTEN",
    "UPLOAD_DAYS",
    "UPLOAD_MEGABYTES",
    "VISION",
    "WORKERS",
} | SECRET_FILES


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides; docs/reference/settings.md documents each one."""

    data: Path
    database_url: str
    queue_url: str
    base_url: str = DEFAULT_BASE_URL
    vision: str = "local"
    workers: int = field(default_factory=lambda: min(os.cpu_count() or 1, 8))
    secret_keys: tuple[str, ...] = ()
    sftp_listen: tuple[str, int] | None = None  # host and port for uploads; None takes none
    storage_url: str = field(default="", repr=False)  # may hold a secret
    upload_days: int = 30  # for which what was uploaded is kept once it is done
    upload_megabytes: int = 500  # that one uploaded file may have
    openai_base_url: str = ""
    openai_api_key: str = field(default="", repr=False)
    openai_model: str = ""
    google_credentials: str = field(default="", repr=False)
    offline: bool = False  # no picture leaves this machine, whoever decides otherwise

    @property
    def vision_chain(self) -> tuple[str, ...]:
        """Who is asked about a picture, one after the other."""
        return tuple(name.strip().removesuffix(SECONDED) for name in self.vision.split(",") if name.strip()) or (
            "local",
        )

    @property
    def seconded(self) -> frozenset[str]:
        """Those of them to whom the embedded engine gives a second opinion, as in "openai+local"."""
        names = (name.strip() for name in self.vision.split(","))
        return frozenset(name.removesuffix(SECONDED) for name in names if name.endswith(SECONDED))

    @property
    def embedded(self) -> bool:
        """The database is a file of this program alone, so it may migrate it by itself."""
        return self.database_url.startswith("sqlite:")

    @property
    def storage(self) -> str:
        """Where previews, thumbnails and uploads are kept, as a URL."""
        return self.storage_url or (self.data / "previews").as_uri()

    @staticmethod
    def from_env(environ: Mapping[str, str], data: Path | None = None) -> "Settings":
        """Reads `RENAMER_*`; `data` (from the command line) outranks RENAMER_DATA.

        Raises Misconfigured with every problem at once, a line each.
        """
        problems: list[str] = []
        values = _values(environ, problems)
        folder = Path(os.path.abspath((data or _folder(values.get("DATA"))).expanduser()))  # noqa: PTH100 (without ..)
        settings = Settings(
            data=folder,
            database_url=_database_url(values, folder, problems),
            queue_url=_queue_url(values, folder, problems),
            base_url=_base_url(values, problems),
            vision=values.get("VISION", "local"),
            workers=_number(values, problems, "WORKERS", min(os.cpu_count() or 1, 8), 64),
            upload_days=_number(values, problems, "UPLOAD_DAYS", 30, 3650),
            upload_megabytes=_number(values, problems, "UPLOAD_MEGABYTES", 500, 50_000),
            sftp_listen=_sftp_listen(values, problems),
            storage_url=_storage_url(values, problems),
            secret_keys=tuple(key.strip() for key in values.get("SECRET_KEY", "").split(",") if key.strip()),
            openai_base_url=_openai_base_url(values, problems),
            openai_api_key=values.get("OPENAI_API_KEY", ""),
            openai_model=values.get("OPENAI_MODEL", ""),
            google_credentials=values.get("GOOGLE_CREDENTIALS", ""),
            offline=_offline(values, problems),
        )
        if problems:
            raise Misconfigured("\n".join(problems))
        return settings

    def keys(self) -> tuple[str, ...]:
        """The secret keys, the first for new secrets. Without RENAMER_SECRET_KEY, one kept in the data folder,
        written (mode 0600) at its first use."""
        return self.secret_keys or (_stored_key(self.data / "secret.key"),)


def _values(environ: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    """The settings given, by name without the prefix; `NAME_FILE` is read from the file that it names."""
    values = {}
    for name in sorted(KNOWN):
        value = environ.get(PREFIX + name)
        source = environ.get(f"{PREFIX}{name}_FILE") if name in SECRET_FILES else None
        if source is not None:
            try:
                value = Path(source).read_text().strip()
            except OSError as error:
                problems.append(f"{PREFIX}{name}_FILE: cannot read {source}: {error.strerror}.")
        if value:
            values[name] = value
    return values


def unknown(environ: Mapping[str, str]) -> list[str]:
    """Variables with our prefix that nothing reads, which are most likely misspelt."""
    known = {PREFIX + name for name in KNOWN} | {f"{PREFIX}{name}_FILE" for name in SECRET_FILES}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def _folder(given: str | None) -> Path:
    if given:
        return Path(given)
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "data" / DATABASE_FILE).is_file():
            return folder / "data"
    return Path(platformdirs.user_data_dir("image-renamer", appauthor=False))


def _database_url(values: Mapping[str, str], folder: Path, problems: list[str]) -> str:
    url = values.get("DATABASE_URL", f"sqlite:///{folder / DATABASE_FILE}")
    try:
        driver = make_url(url).drivername
    except ArgumentError:
        driver = ""
    if driver not in {"sqlite", "postgresql+psycopg"}:
        problems.append(
            f"{PREFIX}DATABASE_URL is no database that can be used; "
            "give sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME."
        )
    return url


def _queue_url(values: Mapping[str, str], folder: Path, problems: list[str]) -> str:
    url = values.get("QUEUE_URL", f"sqlite:///{folder / 'queue.db'}")
    if not url.startswith("sqlite:///"):
        problems.append(f"{PREFIX}QUEUE_URL is no queue that can be used; give sqlite:///PATH.")
    return url


def _base_url(values: Mapping[str, str], problems: list[str]) -> str:
    given = values.get("BASE_URL", DEFAULT_BASE_URL)
    if not re.fullmatch(r"https?://[^\s/?#@]+/?", given):
        problems.append(f"{PREFIX}BASE_URL is {given!r}; give http:// or https:// and a host, and no path.")
    return given.rstrip("/")


def _openai_base_url(values: Mapping[str, str], problems: list[str]) -> str:
    given = values.get("OPENAI_BASE_URL", "")
    if given and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", given):
        problems.append(f"{PREFIX}OPENAI_BASE_URL is {given!r}; give http:// or https://, a host and mostly /v1.")
    return given


def _storage_url(values: Mapping[str, str], problems: list[str]) -> str:
    url = values.get("STORAGE_URL", "")
    if url and not url.startswith(("file:///", "s3://")):
        problems.append(
            f"{PREFIX}STORAGE_URL is no storage that can be used; "
            "give file:///FOLDER or s3://BUCKET?endpoint=https://HOST."
        )
    return url


def _number(values: Mapping[str, str], problems: list[str], name: str, usual: int, most: int) -> int:
    given = values.get(name, str(usual))
    if not given.isdecimal() or not 1 <= int(given) <= most:
        problems.append(f"{PREFIX}{name} is {given!r}; give a whole number from 1 to {most}.")
        return usual
    return int(given)


def _offline(values: Mapping[str, str], problems: list[str]) -> bool:
    given = values.get("OFFLINE", "0").lower()
    if given not in _YES | _NO:
        problems.append(f"{PREFIX}OFFLINE is {given!r}; give 1, so that no picture leaves this machine, or 0.")
    return given not in _NO


def _sftp_listen(values: Mapping[str, str], problems: list[str]) -> tuple[str, int] | None:
    given = values.get("SFTP_LISTEN")
    if given is None:
        return None
    host, _, port = given.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        problems.append(f"{PREFIX}SFTP_LISTEN is {given!r}; give a host and a port, such as 0.0.0.0:2022.")
        return None
    return host.strip("[]"), int(port)


def _stored_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _finished_key(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    return _finished_key(path)


def _finished_key(path: Path) -> str:
    """The key in the file, which another process may be writing this very moment."""
    give_up = time.monotonic() + LONGEST_WRITING_SECONDS
    while not (text := path.read_text().strip()):
        if time.monotonic() > give_up:
            raise Misconfigured(f"{path} is empty; remove it, and a new key is written, or put yours into it.")
        time.sleep(0.01)
    return text
