"""The chat API for the widget, for partners' back ends and for testers."""

from webhooks.chat.routes import create_blueprint

__all__ = ["create_blueprint"]
