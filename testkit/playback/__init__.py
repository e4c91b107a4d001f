"""Play scripts against a running service and compare what happens with what they expect."""
