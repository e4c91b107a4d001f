"""The command line: `tabletalk …`, also `python app.py …`."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, BinaryIO, TypeVar
from uuid import UUID

import click

from bot.settings import Settings
from deploy.options import refuse, with_settings

if TYPE_CHECKING:
    from bot.context import AppContext  # which takes long to import

_PLUGINS = "tabletalk.commands"
"""Entry point group through which installed packages, such as the test kit, add commands."""


_Id = TypeVar("_Id")


class _ExtensibleGroup(click.Group):
    """A group with the commands below and those of installed packages, which are imported only when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, sorted."""
        return sorted({*super().list_commands(ctx), *entry_points(group=_PLUGINS).names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return our own command, otherwise load a package's."""
        if own := super().get_command(ctx, cmd_name):
            return own
        for plugin in entry_points(group=_PLUGINS, name=cmd_name):
            command: click.Command = plugin.load()
            return command
        return None


@click.group(cls=_ExtensibleGroup)
def cli() -> None:
    """Book, move and cancel a restaurant table by text message."""


@cli.command()
@with_settings
def run(settings: Settings) -> None:
    """Start everything on this machine and keep it running until Ctrl-C."""
    from deploy.stack.run import CannotStart, run_stack

    try:
        run_stack(settings)
    except CannotStart as error:
        refuse(str(error))


@cli.command()
@with_settings
def train(settings: Settings) -> None:
    """Train the dialogue model if its sources have changed."""
    from deploy.stack.run import CannotStart, train_model

    try:
        click.echo(train_model(settings))
    except CannotStart as error:
        refuse(str(error))


@cli.command()
@with_settings
def web(settings: Settings) -> None:
    """Serve the public app."""
    from deploy.serving import serve_in_threads

    addresses = settings.addresses(settings.port, metrics=0)
    serve_in_threads("app:create_app()", addresses, settings.web_threads, is_public=settings.is_production)


@cli.command()
@with_settings
def actions(settings: Settings) -> None:
    """Serve the internal action app, on loopback."""
    from deploy.serving import serve_in_threads

    addresses = [f"{settings.actions_host}:{settings.actions_port}"]
    serve_in_threads("app:create_actions_app()", addresses, settings.web_threads, is_public=False)


@cli.command()
@with_settings
def events(settings: Settings) -> None:
    """Serve the stream of events to visitors of the widget."""
    from deploy.serving import serve_in_greenlets

    addresses = settings.addresses(settings.events_listen_on, metrics=1)
    serve_in_greenlets("app:create_events_app()", addresses, settings.events_watchers)


@cli.command()
@click.pass_obj
@with_settings
def worker(settings: Settings, create_context: Callable[[Settings], AppContext]) -> None:
    """Send what is due: confirmations, reminders, late answers."""
    from deploy.worker import run_worker

    run_worker(create_context(settings))


@cli.command()
@with_settings
def migrate(settings: Settings) -> None:
    """Bring the database's tables up to date."""
    from deploy.stack.migrations import upgrade

    upgrade(settings.database_address)


@cli.command()
@click.pass_obj
@with_settings
def tidy(settings: Settings, create_context: Callable[[Settings], AppContext]) -> None:
    """Delete what is older than it has to be kept. A worker does so every hour."""
    from bot.retention import Retention

    context = create_context(settings)
    done = Retention(context.database, context.engine, context.redis, settings.for_digests, settings.periods).tidy()
    for kind, count in done.items():
        click.echo(f"{count:8} {kind.replace('_', ' ')}")


@cli.group()
def diners() -> None:
    """What is known of a diner."""


@diners.command("export")
@click.argument("phone")
@click.pass_obj
@with_settings
def export_diner(settings: Settings, create_context: Callable[[Settings], AppContext], phone: str) -> None:
    """Print all that is known of the diner with this PHONE (such as +14155550123), as JSON."""
    from booking_engine import InvalidRequest
    from deploy.erasing import diners_of

    try:
        click.echo(json.dumps(diners_of(create_context(settings)).export(phone), indent=2, ensure_ascii=False))
    except InvalidRequest as error:
        refuse(str(error))


@diners.command()
@click.argument("phone")
@click.option("--cancel", is_flag=True, help="Cancel what is still booked, without asking.")
@click.pass_obj
@with_settings
def forget(settings: Settings, create_context: Callable[[Settings], AppContext], phone: str, cancel: bool) -> None:
    """Delete all that is known of the diner with this PHONE (such as +14155550123).

    Past bookings are kept without name, number and notes. What is still booked is named, and cancelled only after a yes.
    """
    from booking_engine import InvalidRequest
    from deploy.erasing import forget_diner

    try:
        forget_diner(create_context(settings), phone, is_agreed=cancel)
    except InvalidRequest as error:
        refuse(str(error))


@cli.group()
def restaurants() -> None:
    """Restaurants of the service."""


@restaurants.command("import")
@click.argument("file", type=click.File("rb"))
@with_settings
def import_restaurants(settings: Settings, file: BinaryIO) -> None:
    """Import restaurants from a JSON Lines FILE ("-": standard input): all of it or nothing."""
    from bot.context import open_database, open_engine
    from deploy.importing import CannotImport, import_file

    try:
        import_file(open_engine(settings, open_database(settings)), file)
    except CannotImport as error:
        refuse(str(error))


@restaurants.command()
@with_settings
def schema(settings: Settings) -> None:
    """Print the JSON Schema of a line of such a file."""
    from booking_engine.restaurants.import_format import restaurant_schema
    from webhooks.schemas import RESTAURANT, schema_address

    click.echo(json.dumps(restaurant_schema(schema_address(settings, RESTAURANT)), indent=2))


@cli.group()
def outbox() -> None:
    """Texts that could not be sent or delivered: dead letters."""


_of_kind = click.option("--kind", help="Only those of a kind, such as reminder.")
_by_id = click.argument("ids", type=click.UUID, nargs=-1)
_all = click.option("--all", "everything", is_flag=True, help="All dead letters.")


@outbox.command("list")
@_of_kind
@with_settings
def list_dead_letters(settings: Settings, kind: str | None) -> None:
    """List dead letters, those that failed first coming first."""
    from deploy import dead_letters

    for line in dead_letters.lines(settings, kind):
        click.echo(line)


@outbox.command("retry")
@_by_id
@_all
@_of_kind
@with_settings
def retry_dead_letters(settings: Settings, ids: tuple[UUID, ...], everything: bool, kind: str | None) -> None:
    """Send dead letters again, by their IDS or --all. Those that have lost their use are dropped then."""
    from deploy import dead_letters

    click.echo(f"{dead_letters.retry(settings, _chosen(ids, everything), kind)} to be sent again")


@outbox.command("drop")
@_by_id
@_all
@_of_kind
@with_settings
def drop_dead_letters(settings: Settings, ids: tuple[UUID, ...], everything: bool, kind: str | None) -> None:
    """Take dead letters off the list, by their IDS or --all."""
    from deploy import dead_letters

    click.echo(f"{dead_letters.drop(settings, _chosen(ids, everything), kind)} dropped")


def _chosen(ids: tuple[_Id, ...], everything: bool) -> tuple[_Id, ...] | None:
    if bool(ids) == everything:
        refuse("name the texts by their ids, or say --all")
    return ids or None


@cli.group()
def inbox() -> None:
    """Incoming texts that could not be stored, and were put aside."""


_by_digest = click.argument("ids", nargs=-1)
_all_of_these = click.option("--all", "everything", is_flag=True, help="All texts that were put aside.")


@inbox.command("list")
@with_settings
def list_put_aside(settings: Settings) -> None:
    """List texts that were put aside, oldest first: when, Twilio's sid, and the kind of error."""
    from deploy import put_aside

    for line in put_aside.lines(settings):
        click.echo(line)


@inbox.command("retry")
@_by_digest
@_all_of_these
@with_settings
def retry_put_aside(settings: Settings, ids: tuple[str, ...], everything: bool) -> None:
    """Store and answer texts after all, by their IDS or --all. One that still cannot be stored is put aside again."""
    from deploy import put_aside

    click.echo(f"{put_aside.retry(settings, _chosen(ids, everything))} to be stored")


@inbox.command("drop")
@_by_digest
@_all_of_these
@with_settings
def drop_put_aside(settings: Settings, ids: tuple[str, ...], everything: bool) -> None:
    """Delete texts that were put aside, by their IDS or --all."""
    from deploy import put_aside

    click.echo(f"{put_aside.drop(settings, _chosen(ids, everything))} dropped")
