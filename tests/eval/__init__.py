"""The quality gate: how well the running service understands what people type. `make eval`."""
