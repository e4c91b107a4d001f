"""Our components for Rasa's pipeline; they run on Rasa's own Python."""
