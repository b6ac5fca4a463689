"""Measure skgenre against its rivals: ``python -m tests.benchmarks`` from the repository root."""
