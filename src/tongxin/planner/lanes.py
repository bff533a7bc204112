"""How many lanes, tubes and samplers a crowd needs, and how long it stands (DOMAIN.md 3.1, MT-01..03)."""

from math import ceil


def lanes_needed(persons: int, *, rate: float, hours: float) -> int:
    """MT-03: lanes that take this many persons within the hours, at a rate an hour and lane."""
    _must_be_positive(rate=rate, hours=hours)
    return ceil(persons / (rate * hours))


def lane_hours(persons: int, *, rate: float) -> float:
    """The work of a crowd in hours of one lane."""
    _must_be_positive(rate=rate)
    return persons / rate


def queue_capacity(path_m: float, *, spacing_m: float) -> int:
    """MT-03: how many people stand on a path at this distance from each other."""
    _must_be_positive(spacing_m=spacing_m)
    return int(path_m // spacing_m)


def expected_wait(waiting: int, *, lanes: int, rate: float) -> float | None:
    """Hours until the last of those who wait is taken; None while no lane works."""
    _must_be_positive(rate=rate)
    return waiting / (lanes * rate) if lanes > 0 else None


def tubes_needed(persons: int, *, capacity: int, reserve: float = 1.0) -> int:
    """Tubes for a crowd when each is filled; `reserve` 1.1 adds one in ten for early closing and breakage."""
    _must_be_positive(capacity=capacity)
    # 1.1 * 1000 is a hair over 1,100 in binary: whole tubes are counted, not hairs.
    return ceil(round(ceil(persons / capacity) * reserve, 6))


def samplers_needed(persons: int, *, a_sampler: int) -> int:
    """RT3: population / 360, rounded up."""
    _must_be_positive(a_sampler=a_sampler)
    return ceil(persons / a_sampler)


def points_needed(persons: int, *, a_point: int) -> int:
    """Sampling points at so many people a point (NHC0513: 2,000 to 3,000)."""
    _must_be_positive(a_point=a_point)
    return ceil(persons / a_point)


def tables_needed(persons: int, *, a_table: int) -> int:
    """Tables at so many people a table (NHC0513: 600 to 800)."""
    _must_be_positive(a_table=a_table)
    return ceil(persons / a_table)


def _must_be_positive(**values: float) -> None:
    for name, value in values.items():
        if value <= 0:
            raise ValueError(f"{name} must be more than nothing")
