"""Response models of the REST API."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from booking_engine import Hold, Opening, Refusal, Reservation, Restaurant, Search
from booking_engine.restaurants.import_format import Closure, ServicePeriod, SpecialDay
from webhooks.rest.fields import LocalTime


class RestaurantName(BaseModel):
    """Reference to a restaurant."""

    slug: str
    name: str
    city: str

    @classmethod
    def of(cls, restaurant: Restaurant) -> RestaurantName:
        """Build from a restaurant."""
        return cls(slug=restaurant.slug, name=restaurant.name, city=restaurant.city)


class RestaurantAddress(BaseModel):
    """Postal address and coordinates."""

    street: str | None = None
    city: str
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None


class RestaurantSummary(RestaurantName):
    """A restaurant in the list."""

    address: RestaurantAddress
    timezone: str = Field(description="IANA time zone")
    cuisines: list[str]
    price_level: int | None = Field(description="1 to 5")
    features: list[str]
    distance_km: float | None = Field(default=None, description="from `near`, if given")

    @classmethod
    def of_document(cls, document: dict[str, Any], meters: int | None) -> RestaurantSummary:
        """Build from the line that the restaurant was imported from; distance in meters."""
        own = {name: document[name] for name in ("slug", "name", "address", "timezone", "cuisines", "features")}
        return cls(
            city=document["address"]["city"],
            price_level=document["price_level"],
            distance_km=None if meters is None else meters / 1000,
            **own,
        )


class RestaurantPage(BaseModel):
    """One page of the list of restaurants."""

    restaurants: list[RestaurantSummary]
    next_cursor: str | None = Field(description="null on the last page")


class BookingRules(BaseModel):
    """A restaurant's rules for reservations."""

    slot_minutes: int = Field(description="interval between seating times")
    hold_minutes: int
    min_notice_minutes: int
    max_advance_days: int
    change_cutoff_minutes: int
    largest_party: int


class RestaurantDetail(RestaurantSummary):
    """A restaurant with its hours and booking rules."""

    phone: str | None
    sms_number: str | None = Field(description="number for texts about this restaurant only")
    about: dict[str, str]
    areas: list[str]
    service_periods: list[ServicePeriod]
    closures: list[Closure]
    special_days: list[SpecialDay] = Field(description="dates whose hours replace the weekday's")
    policy: BookingRules

    @classmethod
    def of_restaurant(cls, restaurant: Restaurant) -> RestaurantDetail:
        """Build from a restaurant."""
        return cls(
            slug=restaurant.slug,
            name=restaurant.name,
            city=restaurant.city,
            address=RestaurantAddress.model_validate(restaurant, from_attributes=True),
            timezone=restaurant.timezone,
            cuisines=list(restaurant.cuisines),
            price_level=restaurant.price_level,
            features=list(restaurant.features),
            phone=restaurant.phone,
            sms_number=restaurant.sms_number,
            about=restaurant.about,
            areas=list(dict.fromkeys(table.area for table in restaurant.tables if table.area)),
            service_periods=list(restaurant.service_periods),
            closures=list(restaurant.closures),
            special_days=list(restaurant.special_days),
            policy=BookingRules(
                **restaurant.policy.model_dump(include=set(BookingRules.model_fields) - {"largest_party"}),
                largest_party=restaurant.largest_party,
            ),
        )


class Offer(BaseModel):
    """An opening, as of a moment ago."""

    restaurant: RestaurantName
    starts_at: LocalTime
    party_size: int
    areas: list[str] = Field(description="areas in which the party would be seated")

    @classmethod
    def of(cls, opening: Opening) -> Offer:
        """Build from an opening."""
        return cls(
            restaurant=RestaurantName.of(opening.restaurant),
            starts_at=opening.starts_at,
            party_size=opening.party_size,
            areas=list(opening.areas),
        )


class Offers(BaseModel):
    """Openings near the wanted time, and alternatives."""

    refusal: Refusal | None = Field(
        description="why the wanted time is not available; also null if it is not a seating time"
    )
    openings: list[Offer] = Field(description="on that day, nearest to the wanted time first")
    other_days: list[Offer] = Field(description="around that time on other days, if the day has none")
    nearby: list[Offer] = Field(description="at nearby restaurants, if the day has none")


class Availability(Offers):
    """Openings at a restaurant around the wanted time."""

    restaurant: RestaurantName
    wanted: LocalTime
    party_size: int
    exact: Offer | None = Field(description="the wanted time itself, if available; also in `openings`")

    @classmethod
    def of(cls, restaurant: Restaurant, search: Search, offers: Offers, party_size: int) -> Availability:
        """Build from a search and its offers."""
        return cls(
            restaurant=RestaurantName.of(restaurant),
            wanted=search.wanted,
            party_size=party_size,
            exact=Offer.of(search.exact) if search.exact else None,
            **dict(offers),
        )


class HeldTable(BaseModel):
    """A hold on a table."""

    hold_id: str = Field(description="authorizes confirming and releasing the hold")
    expires_at: LocalTime
    restaurant: RestaurantName
    starts_at: LocalTime
    party_size: int
    areas: list[str]

    @classmethod
    def of(cls, hold: Hold) -> HeldTable:
        """Build from a hold."""
        return cls(
            hold_id=hold.id,
            expires_at=hold.expires_at.astimezone(hold.restaurant.zone),
            restaurant=RestaurantName.of(hold.restaurant),
            starts_at=hold.starts_at,
            party_size=hold.party_size,
            areas=list(hold.areas),
        )


class UnverifiedPhone(BaseModel):
    """The table stays held until its hold expires; it is booked once the code that was texted to the phone is sent back."""

    code: Literal["phone_unverified"] = "phone_unverified"
    detail: str = "A code was texted to the phone. Send it to verify_url, and the table is booked."
    hold_id: str
    expires_at: LocalTime = Field(
        description="when the hold expires; after that, the table is booked if it is still free"
    )
    code_expires_at: LocalTime
    verify_url: str = Field(description="path to POST the code to")


class BookedTable(BaseModel):
    """A reservation."""

    code: str
    status: Literal["confirmed", "cancelled"]
    restaurant: RestaurantName
    starts_at: LocalTime
    ends_at: LocalTime
    party_size: int
    diner_name: str
    diner_phone: str
    notes: str
    areas: list[str]

    @classmethod
    def of(cls, reservation: Reservation) -> BookedTable:
        """Build from a reservation."""
        return cls(
            code=reservation.code,
            status=reservation.status,
            restaurant=RestaurantName.of(reservation.restaurant),
            starts_at=reservation.starts_at,
            ends_at=reservation.ends_at,
            party_size=reservation.party_size,
            diner_name=reservation.diner_name,
            diner_phone=reservation.diner_phone,
            notes=reservation.notes,
            areas=list(reservation.areas),
        )


class AskByText(BaseModel):
    """How a phone that may not be texted a code unasked can ask for it: the answer to the text has the code."""

    text: str = Field(description="the word to text, from the phone that is to be verified")
    to: str = Field(description="our number to text it to, E.164")
    expires_at: LocalTime = Field(description="until when the word counts")


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    reason: str


class ProblemDocument(BaseModel):
    """Error response (RFC 9457). `code` is for programs and never changes; `detail` is for people."""

    type: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] = Field(default=[], description="if the request is invalid")
    refusal: Refusal | None = Field(default=None, description="if no table is available")
    openings: list[Offer] = []
    other_days: list[Offer] = []
    nearby: list[Offer] = []
    ask_by_text: AskByText | None = Field(default=None, description="if no code may be texted to the phone unasked")
    verify_url: str | None = Field(default=None, description="path to POST that code to")
