"""The whole service on one machine: embedded servers, our processes, and the supervisor that restarts them."""
