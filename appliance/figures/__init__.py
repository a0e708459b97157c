"""Figures for those who run it: what was counted, and how things stand."""
