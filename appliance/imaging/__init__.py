"""Pictures opened within limits, in a process of their own: what they are, what the camera wrote, a preview."""

from appliance.imaging.decoder import Decoder
from appliance.imaging.faults import Fault, Unreadable
from appliance.imaging.films import Film, film
from appliance.imaging.likeness import distance
from appliance.imaging.picture import Exif, Picture

__all__ = ["Decoder", "Exif", "Fault", "Film", "Picture", "Unreadable", "distance", "film"]
