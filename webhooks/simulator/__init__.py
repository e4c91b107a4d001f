"""The phone simulator for development, standing in for diners' phones and for Twilio. Never served in production."""
