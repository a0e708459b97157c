"""JSON over HTTP: one module for each noun."""

from appliance.api import health, problems
from appliance.api.house import House

HANDLERS = [health.alive, health.ready]
PROBLEMS = problems.HANDLERS

__all__ = ["HANDLERS", "PROBLEMS", "House"]
