"""Tables of the bot: conversations, inbound and outbound messages, and delivery reports from the provider.

Everything in a conversation is keyed by the conversation first, so that the tables can be sharded by it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Interval,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
    false,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from booking_engine.storage.schema import metadata as engine_metadata

metadata = MetaData(naming_convention=engine_metadata.naming_convention)

_instant = DateTime(timezone=True)

message_seq = Sequence("message_seq", metadata=metadata)
"""Orders both directions of a thread."""

conversation = Table(
    "conversation",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("phone", Text),
    Column("address", Text, comment="of a text thread: the number that texted last, as its carrier writes it"),
    Column("our_number", Text),
    Column("restaurant", Text),
    Column("diner_name", Text),
    Column("locale", Text, nullable=False, server_default="en"),
    Column("token_digest", Text),
    Column("token_used_at", _instant, comment="about when, by the clock of the service"),
    Column("token_ends_at", _instant, comment="however much it is used"),
    Column("origin", Text, comment="of the site it was opened from; its token works there only"),
    Column("with_key", Boolean, nullable=False, server_default=false(), comment="opened with an API key"),
    Column("opted_out", Boolean, nullable=False, server_default=false()),
    Column(
        "clock_shift",
        Interval,
        nullable=False,
        server_default="0",
        comment="how far its clock is ahead of the service's; only testers move it",
    ),
    Column("dialogue_id", UUID(as_uuid=True), comment="the conversation that it goes on with as one; null: none"),
    Column(
        "lately",
        JSONB(none_as_null=True),
        comment="of its last texts: what it takes not to answer a machine again and again",
    ),
    Column(
        "forget_at",
        _instant,
        comment="when its diner is to be forgotten, who asked for it; by the clock of the service",
    ),
    Column("created_at", _instant, nullable=False, server_default=func.now()),
    CheckConstraint("channel IN ('sms', 'chat')", name="channel_known"),
    Index("conversation_phone", "phone", postgresql_where=text("phone IS NOT NULL")),
    Index("conversation_forget_at", "forget_at", postgresql_where=text("forget_at IS NOT NULL")),
    Index("conversation_dialogue", "dialogue_id", postgresql_where=text("dialogue_id IS NOT NULL")),
)

dialogue = Table(
    "dialogue",
    metadata,
    Column("id", UUID(as_uuid=True), nullable=False, comment="of the conversation that it began in"),
    Column("state", JSONB(none_as_null=True), comment="what the dialogue manager is told with the next message"),
    Column("expects", Text, comment="what was asked for last"),
    Column("asked_at", _instant, comment="by the clock of the conversation"),
    Column("fence", BigInteger, nullable=False, server_default="0", comment="how often a turn has taken it"),
    Column("leased_until", _instant, comment="by the clock of the database; null: no turn has it"),
    Column("is_retaken", Boolean, nullable=False, server_default=false(), comment="the turn before was never finished"),
    PrimaryKeyConstraint("id"),
)
"""What is said in one conversation, or in several that go on as one. A turn takes it, and writes to it only while no later
turn has taken it."""

inbound = Table(
    "inbound",
    metadata,
    Column("conversation_id", UUID(as_uuid=True), nullable=False),
    Column("sid", Text, nullable=False),
    Column("seq", BigInteger, message_seq, server_default=message_seq.next_value(), nullable=False),
    Column("text", Text, nullable=False),
    Column("media_count", Integer, nullable=False, server_default="0"),
    Column("opt_out_type", Text),
    Column("received_at", _instant, nullable=False, server_default=func.now()),
    Column("said_at", _instant, comment="by the clock of the conversation"),
    Column("status", Text, nullable=False, server_default="received"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("retry_at", _instant),
    Column("address", Text, comment="digest of where it was sent from"),
    Column("verified", Text, comment="what came of the code in it"),
    Column("traces", JSONB(none_as_null=True), comment="what the dialogue did about each part of it, in names"),
    PrimaryKeyConstraint("conversation_id", "sid"),
    ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
    CheckConstraint("status IN ('received', 'promised', 'answered', 'silenced', 'failed')", name="status_known"),
    CheckConstraint("verified IN ('right', 'wrong', 'void', 'lapsed')", name="verified_known"),
    Index("inbound_received_at", "received_at", postgresql_using="brin"),
    Index("inbound_open", "conversation_id", "seq", postgresql_where=text("status IN ('received', 'promised')")),
    Index("inbound_promised", "retry_at", postgresql_where=text("status = 'promised'")),
    Index("inbound_received", "received_at", postgresql_where=text("status = 'received'")),
)
"""`received`: not handled yet. `promised`: the diner was told that an answer will follow. `silenced`: it was answered
by nothing (`bot/silence.py`). `failed`: the diner was told that it could not be dealt with."""

outbound = Table(
    "outbound",
    metadata,
    Column("conversation_id", UUID(as_uuid=True), nullable=False),
    Column("seq", BigInteger, message_seq, server_default=message_seq.next_value(), nullable=False),
    Column("reply_to", Text),
    Column("carried_by", Text),
    Column("given_to", UUID(as_uuid=True)),
    Column("text", Text, nullable=False),
    Column("payload", JSONB, nullable=False, server_default="{}"),
    Column("provider_sid", Text),
    Column("created_at", _instant, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("conversation_id", "seq"),
    ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
    Index("outbound_carried_by", "conversation_id", "carried_by"),
    Index("outbound_created_at", "created_at", postgresql_using="brin"),
)
"""`reply_to`: the message it answers. `carried_by`: the one whose HTTP response delivers it; null if the outbox sends it.
`given_to`: of several requests with that message, the last whose response was given it; null if only the one that found it was.
"""

phone_code = Table(
    "phone_code",
    metadata,
    Column("conversation_id", UUID(as_uuid=True), nullable=False),
    Column("id", UUID(as_uuid=True), nullable=False, comment="with a secret of the servers' it makes the six digits"),
    Column("phone", Text, nullable=False),
    Column("address", Text),
    Column("issued_at", _instant, nullable=False, comment="by the clock of the service"),
    Column("expires_at", _instant, nullable=False, comment="by the clock of the conversation"),
    Column("wrong", Integer, nullable=False, server_default="0"),
    Column("used_at", _instant, comment="by the clock of the conversation"),
    Column(
        "word", Text, comment="texted from the phone, it is answered with the code; null: it has been told to nobody"
    ),
    Column("is_texted", Boolean, nullable=False, server_default=true(), comment="false: no digits are right yet"),
    PrimaryKeyConstraint("conversation_id", "id"),
    ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
    Index("phone_code_phone", "phone", "issued_at"),
    Index("phone_code_issued_at", "issued_at"),
    Index("phone_code_word", "phone", "word", postgresql_where=text("word IS NOT NULL")),
)
"""Codes for a phone, to be typed into the conversation. Only the newest one of a conversation is valid."""

hold_code = Table(
    "hold_code",
    metadata,
    Column("hold_id", Text, nullable=False),
    Column(
        "code_id", UUID(as_uuid=True), nullable=False, comment="with a secret of the servers' it makes the six digits"
    ),
    Column("phone", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("issued_at", _instant, nullable=False, comment="by the clock of the service, like the next one"),
    Column("expires_at", _instant, nullable=False),
    Column("wrong", Integer, nullable=False, server_default="0"),
    Column(
        "word", Text, comment="texted from the phone, it is answered with the code; null: it has been told to nobody"
    ),
    Column("is_texted", Boolean, nullable=False, server_default=true(), comment="false: no digits are right yet"),
    PrimaryKeyConstraint("hold_id"),
    Index("hold_code_issued_at", "issued_at"),
    Index("hold_code_word", "phone", "word", postgresql_where=text("word IS NOT NULL")),
)
"""What a visitor wants to confirm a hold with, and the code for the phone: the newest one of each hold."""

delivery = Table(
    "delivery",
    metadata,
    Column("provider_sid", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("error_code", Text),
    Column("received_at", _instant, nullable=False, server_default=func.now()),
    Column(
        "settled_at", _instant, comment="of a failure: when the worker had dealt with it, by the clock of the database"
    ),
    PrimaryKeyConstraint("provider_sid", "status"),
    Index("delivery_received_at", "received_at", postgresql_using="brin"),
    Index(
        "ix_delivery_unsettled",
        "received_at",
        postgresql_where=text("settled_at IS NULL AND status IN ('failed', 'undelivered')"),
    ),
)
"""Delivery callbacks, each counted once."""

kept_answer = Table(
    "kept_answer",
    metadata,
    Column("key_digest", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer),
    Column("body", JSONB(none_as_null=True)),
    Column("asked_at", _instant, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("key_digest"),
    Index("ix_kept_answer_asked_at", "asked_at"),
)
"""The request made with an idempotency key, and its response once there is one."""

text_consent = Table(
    "text_consent",
    metadata,
    Column("thread_digest", Text, nullable=False, comment="of the thread between a phone and a number of ours"),
    Column("key_id", Text, nullable=False, comment="which key made the digest"),
    Column("opted_out", Boolean, nullable=False),
    Column("agreed_at", _instant, nullable=False),
    Column("agreed_by", Text, nullable=False),
    Column("kept_at", _instant, nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("thread_digest"),
    CheckConstraint("agreed_by IN ('text', 'booking')", name="agreed_by_known"),
)
"""What outlives a forgotten diner: that a thread's phone wants no texts, and when and how it had agreed to get some."""
