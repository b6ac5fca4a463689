"""Measure what the classifiers reach on the shipped music: ``python -m tests.accuracy``."""
