"""Restaurants and their openings, readable by everyone."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from webhooks.access import READ
from webhooks.rest.answers import Availability, RestaurantDetail, RestaurantPage
from webhooks.rest.description import OPTIONAL_KEY, answers
from webhooks.rest.listing import Listing
from webhooks.rest.parts import Parts
from webhooks.rest.refusals import nearest_offers
from webhooks.rest.requests import AvailabilityQuery, RestaurantPath, RestaurantsQuery
from webhooks.rest.writing import answer

MOST_OPENINGS = 10
_TAG = Tag(name="restaurants")


def add_routes(api: APIBlueprint, parts: Parts) -> None:
    """Add the routes. Reading needs no key; callers with a key are counted separately."""
    engine, rate_limits = parts.engine, parts.rate_limits

    @api.get("/restaurants", tags=[_TAG], security=OPTIONAL_KEY, responses=answers(200, RestaurantPage, 404))
    @rate_limits.count_read
    def list_restaurants(query: RestaurantsQuery) -> Response:
        """List restaurants by name, city or cuisine, or nearest first."""
        rate_limits.may(READ)
        listing = Listing(query.q, query.city, query.cuisine, query.near)
        return answer(200, listing.page(engine, parts.database, listing.read_cursor(query.cursor)))

    @api.get("/restaurants/<slug>", tags=[_TAG], security=OPTIONAL_KEY, responses=answers(200, RestaurantDetail, 404))
    @rate_limits.count_read
    def show_restaurant(path: RestaurantPath) -> Response:
        """Return a restaurant with its address, hours and booking rules."""
        rate_limits.may(READ)
        return answer(200, RestaurantDetail.of_restaurant(engine.restaurant(path.slug)))

    @api.get(
        "/restaurants/<slug>/availability",
        tags=[_TAG],
        security=OPTIONAL_KEY,
        responses=answers(200, Availability, 404),
    )
    @rate_limits.count_read
    def show_availability(path: RestaurantPath, query: AvailabilityQuery) -> Response:
        """List openings around a time, nearest first; if there are none, on other days and nearby."""
        rate_limits.may(READ)
        restaurant = engine.restaurant(path.slug)
        wanted = datetime.combine(query.date, query.time, restaurant.zone)
        search = engine.find_openings(restaurant, starts_at=wanted, party_size=query.party_size, limit=MOST_OPENINGS)
        offers = nearest_offers(engine, restaurant, search, query.party_size)
        return answer(200, Availability.of(restaurant, search, offers, query.party_size))
