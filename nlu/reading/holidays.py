"""Holidays by name, and what people call them."""

from __future__ import annotations

_NAMES = {
    "christmas_eve": "christmas eve|xmas eve|the night before christmas|december eve",
    "christmas_day": "christmas day|xmas day|christmas|xmas",
    "boxing_day": "boxing day|st stephens day",
    "new_years_eve": "new years eve|new year eve|new year s eve|nye|new years|silvester",
    "new_years_day": "new years day|new year day|new year s day",
    "valentines_day": "valentines day|valentines|valentine day|valentine s day|valentines night|valentine",
    "st_patricks_day": "st patricks day|st patricks|st paddys day|saint patricks day|st . patricks day",
    "mothers_day": "mothers day|mother s day|mothering sunday",
    "fathers_day": "fathers day|father s day",
    "easter_sunday": "easter sunday|easter|easter day",
    "easter_monday": "easter monday",
    "good_friday": "good friday",
    "halloween": "halloween|haloween|hallowe en",
    "thanksgiving": "thanksgiving|thanksgiving day|turkey day",
    "independence_day": "independence day",
    "memorial_day": "memorial day",
    "labor_day": "labor day|labour day",
    "cinco_de_mayo": "cinco de mayo",
    "juneteenth": "juneteenth",
    "bonfire_night": "bonfire night|guy fawkes night",
    "burns_night": "burns night",
}
HOLIDAYS = {name: holiday for holiday, names in _NAMES.items() for name in names.split("|")}
