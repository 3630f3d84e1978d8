"""Defaults and validation of pod specs, for pods and for every template of pods."""
