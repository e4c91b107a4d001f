"""Where Rasa and our decisions meet: its server, domain and rules, and the action that answers them."""
