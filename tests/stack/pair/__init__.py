"""Tests of one service that has two Rasas and secrets amid their replacement: only modules of this folder can use it."""
