"""Load test with many simulated diners, each with a goal and a persona drawn from a seed.

Locust was considered, but it monkey-patches the whole process for gevent and has no concept of a diner whose every choice
comes from a seed, or of a verdict on a conversation. One thread per diner with the testers' HTTP client provides both.
"""
