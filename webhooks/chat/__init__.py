"""The chat API of the widget, of partners' back ends and of testers."""

from webhooks.chat.routes import create_blueprint

__all__ = ["create_blueprint"]
