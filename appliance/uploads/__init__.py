"""Photos that somebody brings, and takes away with better names: begin, receive, finish, pack, expire."""

from appliance.uploads.announcing import Announced, Desk, Place, announce, place_at
from appliance.uploads.beginning import Wanted, begin
from appliance.uploads.ending import expire, has_gone, settle, withdraw
from appliance.uploads.finishing import finish
from appliance.uploads.packing import Packed, archive, named, packed, read
from appliance.uploads.receiving import Arrived, Limits, admit, arriving_in, count_in, look, receive, tidy

__all__ = [
    "Announced",
    "Arrived",
    "Desk",
    "Limits",
    "Packed",
    "Place",
    "Wanted",
    "admit",
    "announce",
    "archive",
    "arriving_in",
    "begin",
    "count_in",
    "expire",
    "finish",
    "has_gone",
    "look",
    "named",
    "packed",
    "place_at",
    "read",
    "receive",
    "settle",
    "tidy",
    "withdraw",
]
