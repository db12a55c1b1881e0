"""Latencies as a plot: the tail shows better as a line than as a number."""
from harness.report import Plot

SHOWN = ('p50', 'p90', 'p99', 'max')


def plot(title, latencies_us):
    """latencies_us: {name: the latencies of a report of watchword_load}"""
    series = {name: [(p, latency[p] / 1000) for p in SHOWN] for name, latency in latencies_us.items()}
    return Plot(title, 'lines', 'percentile', 'ms', series, log_y=True)
