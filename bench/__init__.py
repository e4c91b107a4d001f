"""Benchmarks; each is one command and prints ratios against something that ran beside it."""
