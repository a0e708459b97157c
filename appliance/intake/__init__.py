"""What comes into a watched source: looks at it, compares, and makes images of what is new."""

from appliance.intake.looking import Intake, Look, Stopped

__all__ = ["Intake", "Look", "Stopped"]
