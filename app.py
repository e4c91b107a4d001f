"""Composition root: build the public app, the events app, the internal action app and the command line."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

    from bot.context import AppContext
    from bot.settings import Settings
    from dialogue.words import Languages
    from webhooks.metrics import Metrics

# What takes long to import is imported by the factories: `tabletalk --help` needs none of it.


def create_context(settings: Settings | None = None, *, pre_ping: bool = False) -> AppContext:
    """Create everything a process needs. Connections are opened on first use. `pre_ping`: see `create_database`.

    Raises:
        bot.settings.SettingsError: a setting is invalid.
    """
    from redis import Redis

    from bot.context import AppContext, open_budgets, open_database, open_engine
    from bot.dialogue_client import DialogueClient
    from bot.handoff import ConversationHandoff
    from bot.hold_verification import HoldVerification
    from bot.notifier import Notifier
    from bot.phone_codes import PhoneCodes
    from bot.settings import load_settings
    from bot.turn import TurnTaker
    from bot.verification import Verification

    settings = settings or load_settings()
    database = open_database(settings, pre_ping=pre_ping)
    engine = open_engine(settings, database)
    clock = engine.clock
    dialogue = DialogueClient(settings.rasa_addresses, settings.for_rasa.first)
    languages = _languages(settings)
    codes, our_number = PhoneCodes(settings.for_codes, settings.for_digests), settings.twilio_number
    budgets = open_budgets(settings, engine)
    verification = Verification(codes, languages, clock, budgets, our_number)
    notifier = Notifier(settings.redis_address)
    handoff = ConversationHandoff(engine, languages, codes, our_number, budgets)
    return AppContext(
        settings=settings,
        clock=clock,
        database=database,
        redis=Redis.from_url(settings.redis_address, socket_timeout=5, socket_connect_timeout=2),
        engine=engine,
        dialogue=dialogue,
        languages=languages,
        turns=TurnTaker(database, dialogue, languages, clock, verification, handoff, notifier),
        codes=codes,
        budgets=budgets,
        hold_verification=HoldVerification(database, codes, clock, budgets, our_number),
        notifier=notifier,
    )


def _languages(settings: Settings) -> Languages:
    from dialogue.words import Languages

    return Languages(*filter(None, [settings.tabletalk_words]))


def create_app(settings: Settings | None = None) -> Flask:
    """Create the public app: Twilio webhooks, chat API, REST API, health checks; in development, the phone simulator too."""
    from flask import Flask

    from bot import inbox_spool
    from bot.counters import Counters
    from bot.timely_turns import TimelyTurns
    from webhooks import bodies, chat, health, problems, rest, schemas, security_headers, twilio
    from webhooks.deadlines import Deadline
    from webhooks.metrics import Metrics
    from webhooks.rate_limits import Limits, RateLimits
    from webhooks.sending_metrics import SendingMetrics
    from webhooks.widget import pages as widget

    context = create_context(settings)
    app = Flask("tabletalk", static_folder=None)
    bodies.install(app)
    app.wsgi_app = Deadline(app.wsgi_app, context.settings.answer_within)  # type: ignore[method-assign]
    _trust_proxies(app, context.settings)
    problems.install(app)
    security_headers.install(app, is_production=context.settings.is_production)
    sending = SendingMetrics(context.database, Counters(context.settings.redis_address), context.clock)
    app.register_blueprint(
        health.create_blueprint(
            {
                "database": partial(_database_answers, context.database),
                "redis": lambda: bool(context.redis.ping()),
                "dialogue": context.dialogue.is_ready,
            },
            _keep_metrics_internal(app, context.settings.metrics_listen_on(0), Metrics([sending])),
        )
    )
    settings = context.settings
    turns = TimelyTurns(context.turns, seconds=settings.answer_within, threads=settings.web_threads)
    spool = inbox_spool.connect(settings.redis_address)
    app.register_blueprint(twilio.create_blueprint(settings, turns, context.database, spool, context.languages))
    rate_limits = RateLimits(context.settings, Limits.of(context.settings))
    rate_limits.limiter.init_app(app)
    app.register_blueprint(
        chat.create_blueprint(
            context.settings,
            turns,
            context.engine,
            context.database,
            context.languages,
            rate_limits,
            context.notifier,
        )
    )
    app.register_blueprint(widget.create_blueprint(context.settings))
    texting = rest.Texting(context.budgets, context.hold_verification, context.codes, context.settings.twilio_number)
    rest.register(app, rate_limits, context.engine, context.database, texting)
    app.register_blueprint(schemas.create_blueprint(context.settings))
    if not context.settings.is_production:
        from bot.context import open_database
        from webhooks.simulator import pages
        from webhooks.simulator.testing import routes
        from webhooks.simulator.testing.tools import Tools

        app.register_blueprint(pages.create_blueprint(context.settings, context.engine, context.redis, context.clock))
        # Of its own: testers restart the database, and the first to ask afterwards must not meet a stale connection.
        database = open_database(context.settings, pre_ping=True)
        tools = Tools(context.engine, database, context.redis, context.languages, context.codes)
        app.register_blueprint(routes.create_blueprint(tools))
    return app


def _database_answers(database: Engine) -> bool:
    from sqlalchemy import text

    with database.connect() as connection:
        return bool(connection.scalar(text("SELECT 1")) == 1)


def create_events_app(settings: Settings | None = None) -> Flask:
    """Create the app that streams events to widget visitors. It must be served by gevent greenlets."""
    from flask import Flask

    from webhooks import bodies, health, problems, security_headers
    from webhooks.chat import events
    from webhooks.chat.conversation_auth import ConversationAuth
    from webhooks.chat.hub import Hub
    from webhooks.chat.origins import Origins
    from webhooks.metrics import Metrics
    from webhooks.rate_limits import Limits, RateLimits

    context = create_context(settings, pre_ping=True)  # a stale connection must not turn a visitor away
    app = Flask("tabletalk-events", static_folder=None)
    bodies.install(app)
    _trust_proxies(app, context.settings)
    problems.install(app)
    security_headers.install(app, is_production=context.settings.is_production)
    app.register_blueprint(
        health.create_blueprint(
            {"database": partial(_database_answers, context.database), "redis": lambda: bool(context.redis.ping())},
            _keep_metrics_internal(app, context.settings.metrics_listen_on(1), Metrics()),
        )
    )
    rate_limits = RateLimits(context.settings, Limits.of(context.settings))
    rate_limits.limiter.init_app(app)
    auth = ConversationAuth(context.database, context.clock, Origins(context.settings, context.engine))
    hub = Hub(context.database, context.settings.redis_address, context.settings.events_watchers)
    app.register_blueprint(
        events.create_blueprint(context.settings, context.database, context.clock, auth, hub, rate_limits)
    )
    return app


def _trust_proxies(app: Flask, settings: Settings) -> None:
    from werkzeug.middleware.proxy_fix import ProxyFix

    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _keep_metrics_internal(app: Flask, port: int | None, metrics: Metrics) -> Metrics | None:
    """Serve metrics on their own port, and return what is left for the public one: they, if they have none.

    To be called after `_trust_proxies`: the port is looked at first, so that no header that a proxy may set decides on it.
    """
    from webhooks.metrics import InternalPort

    if port is None:
        return metrics
    app.wsgi_app = InternalPort(app.wsgi_app, port, metrics)  # type: ignore[method-assign]
    return None


def create_actions_app(settings: Settings | None = None) -> Flask:
    """Create the internal app that runs the dialogue's custom actions for Rasa."""
    from flask import Flask

    from bot.context import open_budgets, open_database, open_engine
    from bot.settings import load_settings
    from bot.text_budgets import Caller
    from dialogue.rasa.action import create_executor
    from webhooks import actions

    settings = settings or load_settings()
    engine = open_engine(settings, open_database(settings))
    budgets = open_budgets(settings, engine)
    app = Flask("tabletalk-actions", static_folder=None)
    app.register_blueprint(
        actions.create_blueprint(
            create_executor(engine, _languages(settings), partial(budgets.take_notification, caller=Caller())),
            engine,
            settings.for_actions,
        )
    )
    return app


def main() -> None:
    """Run the command line."""
    from deploy.commands import cli

    cli(obj=create_context)


if __name__ == "__main__":
    main()
