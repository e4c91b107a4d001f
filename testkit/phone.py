"""A phone in the terminal, connected to the simulator of a running service."""

from __future__ import annotations

import threading
from typing import Any

import click
import httpx

from bot.settings import Settings
from deploy.options import with_settings


@click.command()
@click.option("--url", default="", help="Address of the service; default: the one on this machine.")
@click.option("--phone", default="+14155550123", show_default=True, help="The number you text from.")
@click.option("--to", default="", help="The number you text to; default: the service's own.")
@with_settings
def chat(settings: Settings, url: str, phone: str, to: str) -> None:
    """Text with the service from this terminal, as a phone would."""
    chat_as_phone(url or settings.local_address, phone, to or settings.twilio_number)


def chat_as_phone(url: str, phone: str, our_number: str) -> None:
    """Send each input line as a text and print the replies, until end of file or Ctrl-C.

    Exits 2 if there is no simulator at the address.
    """
    thread = {"phone": phone, "to": our_number}
    with httpx.Client(base_url=f"{url}/simulator/api", timeout=40, trust_env=False) as client:
        try:
            client.get("/config").raise_for_status()
            seen = client.get("/threads", params=thread).json()["next"]
        except httpx.HTTPError as error:
            raise click.exceptions.Exit(_complain(url, error)) from None
        click.echo(f"You are {phone}, texting {our_number}. Ctrl-D ends.")
        stopped = threading.Event()
        threading.Thread(target=_print_incoming, args=(url, thread, seen, stopped), daemon=True).start()
        while True:
            try:
                body = input()
            except (EOFError, KeyboardInterrupt):
                stopped.set()
                return
            reply = client.post("/messages", json={"from": phone, "to": our_number, "body": body})
            if reply.status_code != httpx.codes.OK:
                click.echo(f"! {reply.text}", err=True)


def _complain(url: str, error: Exception) -> int:
    click.echo(f"tabletalk: no simulator at {url} ({error}); start the service with `make run`", err=True)
    return 2


def _print_incoming(url: str, thread: dict[str, str], seen: int, stopped: threading.Event) -> None:
    with httpx.Client(base_url=f"{url}/simulator/api", timeout=40, trust_env=False) as client:
        while not stopped.is_set():
            params: dict[str, Any] = {**thread, "after": seen, "wait": 15}
            try:
                news = client.get("/threads", params=params).json()
            except httpx.HTTPError:
                stopped.wait(1)
                continue
            seen = news["next"]
            for message in news["messages"]:
                if message["direction"] == "out":
                    click.echo(f"  < {message['text']}".replace("\n", "\n    "))
