"""Where numbers lie on an axis, which of them are written beside it, and how."""
import dataclasses
import math


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def short(value):
    """As it stands at an axis: three digits, thousands and millions by letter."""
    for size, letter in ((1e9, ' G'), (1e6, ' M'), (1e4, ' k')):
        if abs(value) >= size * 0.9995:
            divisor = 1e3 if letter == ' k' else size
            return f'{float(f"{value / divisor:.3g}"):,g}{letter}'
    return f'{value:,.0f}' if abs(value) >= 1000 else f'{float(f"{value:.3g}"):,g}'


@dataclasses.dataclass
class Axis:
    """Maps low..high to begin..end, in pixels."""
    low: float
    high: float
    begin: float
    end: float
    log: bool = False

    def can_show(self, value):
        return is_number(value) and (value > 0 or not self.log)

    def at(self, value):
        """What lies outside stays at the edge."""
        if self.log:
            share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.begin + min(max(share, 0), 1) * (self.end - self.begin)

    def ticks(self):
        return decades(self.low, self.high) if self.log else steps(self.low, self.high)


def over(values, begin, end, log=False, from_zero=True):
    """The axis that holds these values; there may be none, and none that a logarithm can show."""
    shown = [v for v in values if is_number(v) and (v > 0 or not log)]
    if log:
        low, high = (min(shown), max(shown)) if shown else (1, 10)
        low, high = rounded_down(low), rounded_up(high)
        return Axis(low, high if high > low else low * 10, begin, end, True)
    low, high = (min(shown), max(shown)) if shown else (0, 1)
    if from_zero:
        low, high = min(low, 0), max(high, 0)
    if high <= low:
        high = low + (abs(low) or 1)
    step = step_of(low, high)
    return Axis(math.floor(low / step + 1e-9) * step if low else 0, math.ceil(high / step - 1e-9) * step, begin, end)


def rounded_down(value):
    """To 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return power * max(m for m in (1, 2, 5) if m <= value / power * (1 + 1e-9))


def rounded_up(value):
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return power * min(m for m in (1, 2, 5, 10) if m >= value / power * (1 - 1e-9))


def step_of(low, high, most=5):
    rough = (high - low) / most
    return rounded_up(rough)


def steps(low, high):
    step = step_of(low, high)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def decades(low, high):
    """Powers of ten, with 2 and 5 times them where there are few."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    multiples = (1,) if high / low > 400 else (1, 2, 5)
    apart = max(1, math.ceil((last - first) / 8))
    ticks = [m * 10.0 ** n for n in range(first, last + 1, apart) for m in multiples]
    return [t for t in ticks if low * (1 - 1e-9) <= t <= high * (1 + 1e-9)]
