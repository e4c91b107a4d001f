"""Tests of what the benchmarks compute, and of the files of the stock bot that they measure beside."""
