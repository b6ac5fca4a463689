"""How well classifiers hear: ``python -m tests.benchmarks --only hearing``."""
