"""Photos that were brought."""

from appliance import uploads
from appliance.web import forms, views
from appliance.web.views import UploadLine
from scripts.samples.frames import ago

CHOICES = forms.fields(forms.schema(uploads.Wanted), {}, first=("review", "language", "keywords"))
UPLOADS = views.Uploads(
    accept=".jpg,.png",
    choices=CHOICES,
    lines=(
        UploadLine(id=34, state="Receives files", tone="calm", files=12, at=ago(minutes=3), receiving=True),
        UploadLine(id=33, state="Done", tone="good", files=5, at=ago(hours=2), expires_at=ago(days=-30)),
        UploadLine(id=12, state="Done", tone="good", files=0, at=ago(days=40), expires_at=ago(days=10), gone=True),
    ),
)
EMPTY = views.Uploads(accept=".jpg", choices=CHOICES, problem="“letter.pdf” is no image: leave it out.")
