"""The overview on a busy afternoon."""

from datetime import timedelta

from appliance.web import views
from appliance.web.views import Hour, Recent, Running
from scripts.samples.frames import NOW, PHOTOS, SOURCES, ago


def hours() -> tuple[Hour, ...]:
    begin = NOW.replace(minute=0) - timedelta(hours=23)
    amounts = (0, 0, 4, 0, 0, 0, 12, 31, 58, 96, 120, 88, 47, 22, 64, 140, 171, 133, 90, 41, 18, 12, 66, 38)
    return tuple(
        Hour(at=begin + timedelta(hours=hour), renamed=amount, review=amount // 9, failed=3 if hour in (10, 16) else 0)
        for hour, amount in enumerate(amounts)
    )


def recent() -> tuple[Recent, ...]:
    return tuple(
        Recent(image_id=number, old=old, new=new, at=ago(minutes=3 * number))
        for number, (_, old, new) in enumerate(PHOTOS[:6], 1)
    )


OVERVIEW = views.Overview(
    waiting=12,
    attention=3,
    renamed_today=1284,
    renamed_ever=26525,
    queued=418,
    in_hand=2,
    hours=hours(),
    running=(
        Running(id=31, label="What was there in Shop pictures", done=412, total=830, left=540),
        Running(id=32, label="Arrivals in Family photos", done=7, total=16, left=40),
    ),
    recent=recent(),
    sources=SOURCES,
    inbox="/home/alice/Pictures",
)
