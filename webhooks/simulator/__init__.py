"""The phone simulator: what a diner's phone and Twilio do, for development. Never served in production."""
