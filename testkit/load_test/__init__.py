"""Simulated diners: many at once, each with a goal and persona of their own, drawn from a seed.

Locust, which is made for load, was looked at: it patches the whole process for gevent and knows no diner whose whole course
comes from a seed, nor a verdict on a conversation. A thread a diner, on the testers' HTTP client, does both.
"""
