"""Buckets that lock what is written to them."""

from connectors.base import ConnectorError
from connectors.s3.client import Action, Client, Unsupported, parsed


def refuse_default_lock(client: Client) -> None:
    """A bucket in which each new object is locked for a while would keep both names of a renamed image."""
    try:
        answer = client.send("GET", None, Action.READ_LOCK, query={"object-lock": ""})
    except Unsupported:
        return
    except ConnectorError as error:
        if "ObjectLockConfigurationNotFound" in str(error) or not error.permanent:
            return
        raise
    retention = parsed(answer.data).find("Rule/DefaultRetention")
    if retention is not None:
        days, years = retention.findtext("Days"), retention.findtext("Years")
        lasts = f"{days} days" if days else f"{years} years"
        raise ConnectorError(
            f"The bucket “{client.access.bucket}” locks each new object for {lasts}, so a renamed image would keep "
            "both names: take its default retention away, or name images elsewhere.",
            permanent=True,
        )
