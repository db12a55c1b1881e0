#!/usr/bin/env python3
"""What it costs to be watched: the server's CPU time for a scrape of /metrics while it answers 1,000 token checks a second.

    scrape_cost.py BUILD [--seconds N] [--rate N]

BUILD has watchword and bench/watchword_load. Rounds with ten scrapes a second take turns with rounds without any; the
difference is divided by the scrapes. Fails if scraping once a second, which is fifteen times as often as Prometheus does
by default, takes 1 % of one core or more.
"""
import argparse
import http.client
import pathlib
import socket
import statistics
import sys
import tempfile
import time

from harness import client, load, servers
from harness.rounds import rotated

MOST_PERCENT = 1.0
A_SECOND = 10
ROUNDS = 3
WARM_UP = 0.5
USERS = 3


class Prometheus(http.client.HTTPConnection):
    """Over a Unix-domain socket, and kept open."""

    def __init__(self, path):
        super().__init__('metrics')
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))

    def scrape(self):
        self.request('GET', '/metrics')
        answer = self.getresponse()
        if answer.status != 200:
            raise RuntimeError(f'/metrics answered {answer.status}')
        return answer.read()


def scrape(path, seconds):
    """-> how many times, and the text"""
    end, count, text, prometheus = time.monotonic() + seconds, 0, b'', Prometheus(path)
    while time.monotonic() < end:
        text = prometheus.scrape()
        count += 1
        time.sleep(1 / A_SECOND)
    prometheus.close()
    return count, text


def one_round(build, server, path, classes, rate, seconds, is_scraped):
    """-> (CPU seconds of the server, scrapes, the last text)"""
    flags = ['--connections', 16, '--duration', seconds + 2 * WARM_UP, '--warm-up', WARM_UP, '--rate', rate]
    with load.Load(build, server, classes, *flags) as running:
        running.await_measuring(60)
        before = server.cpu_seconds()
        count, text = scrape(path, seconds) if is_scraped else (time.sleep(seconds) or 0, b'')
        spent = server.cpu_seconds() - before
        running.result()
    return spent, count, text


def measure(build, rate, seconds):
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        path = directory / 'metrics.socket'
        with servers.start_watchword(build, directory, settings={'METRICS_LISTEN': f'unix:{path}'}) as server:
            headers = {'x-access-token': client.sign_up(server.port, USERS)}
            classes = [load.request_class('/user', headers)]
            seen = {True: [], False: []}
            for n in range(ROUNDS):
                for is_scraped in rotated([False, True], n):
                    seen[is_scraped].append(one_round(build, server, path, classes, rate, seconds, is_scraped))
    plain = statistics.median(spent for spent, _, _ in seen[False])
    costs = [(spent - plain) / count for spent, count, _ in seen[True]]
    return statistics.median(costs), plain / seconds, seen[True][-1][2]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--seconds', type=float, default=8)
    parser.add_argument('--rate', type=int, default=1000)
    given = parser.parse_args()
    cost, busy, text = measure(given.build.resolve(), given.rate, given.seconds)
    percent = cost * 100
    print(f'{given.rate:,} requests a second take {busy:.1%} of a core')
    print(f'a scrape: {len(text):,} bytes, {text.count(10)} lines, {cost * 1e3:.2f} ms of CPU')
    print(f'scraped every second: {percent:.3f} % of a core; every 15 s: {percent / 15:.4f} %')
    is_good = percent < MOST_PERCENT
    print(f'{int(is_good)} passed, {int(not is_good)} failed')
    return 0 if is_good else 1


if __name__ == '__main__':
    sys.exit(main())
