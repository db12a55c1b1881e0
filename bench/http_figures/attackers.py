#!/usr/bin/env python3
"""Clients that hold a server's connections by being slow, as slowhttptest's modes do. On 127.0.0.1 only.

attackers.py PORT MODE CONNECTIONS SECONDS [TOKEN]     MODE: slow_header, slow_body, slow_read or range

Prints "attacking" when all connections are open, and at the end what became of them, as JSON. A connection that the
server closes is opened again.
"""
import collections
import json
import resource
import selectors
import socket
import sys
import time

STEP_SECONDS = 1.0          # between two bytes, or two reads, of a connection
READ_BYTES = 64
RECEIVE_BUFFER = 2304       # the smallest Linux gives
PIPELINED = 4               # lists that a slow reader asks for at once
RANGES = ','.join(f'{i}-{i + 1}' for i in range(0, 2600, 2))
OPEN_AT_ONCE = 200


def request(mode, token):
    list_users = f'/user HTTP/1.1\r\nHost: 127.0.0.1\r\nx-access-token: {token}\r\n'
    if mode == 'slow_header':
        return f'GET {list_users}X-Slow: '.encode()
    if mode == 'slow_body':
        return (b'POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n'
                b'Content-Length: 8192\r\n\r\n')
    if mode == 'slow_read':
        return f'GET {list_users}\r\n'.encode() * PIPELINED
    if mode == 'range':
        return f'HEAD {list_users}Range: bytes={RANGES}\r\n\r\n'.encode()
    sys.exit(__doc__)


class Attack:
    def __init__(self, port, mode, count, token):
        self._port, self._mode, self._count = port, mode, count
        self._request = request(mode, token)
        self._selector = selectors.DefaultSelector()
        self._turns = collections.deque()  # (when, socket), in the order of time
        self._open = set()
        self.counts = collections.Counter()

    def open_one(self):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        try:
            s.connect(('127.0.0.1', self._port))
            s.setblocking(False)
            s.send(self._request)
        except OSError:
            self.counts['not_opened'] += 1
            s.close()
            return
        self.counts['opened'] += 1
        self._open.add(s)
        self._turns.append((time.monotonic() + STEP_SECONDS, s))
        if self._mode != 'slow_read':
            self._selector.register(s, selectors.EVENT_READ)

    def open_some(self):
        for _ in range(min(self._count - len(self._open), OPEN_AT_ONCE)):
            self.open_one()

    def is_complete(self):
        return len(self._open) >= self._count

    def give_up(self, s):
        if self._mode != 'slow_read':
            self._selector.unregister(s)
        self._open.discard(s)
        s.close()
        self.counts['closed_by_server'] += 1

    def receive(self, s, size=65536):
        """An answer, or the end."""
        try:
            piece = s.recv(size)
        except BlockingIOError:
            return
        except OSError:
            piece = b''
        if not piece:
            self.give_up(s)
        elif piece.startswith(b'HTTP/1.1 '):
            self.counts[f'answered_{piece[9:12].decode(errors="replace")}'] += 1

    def step(self, s):
        if self._mode == 'slow_read':
            self.receive(s, READ_BYTES)
        else:
            try:
                s.send(self._request if self._mode == 'range' else b'x')
            except BlockingIOError:
                pass
            except OSError:
                self.give_up(s)

    def turn(self):
        for key, _ in self._selector.select(0.02):
            self.receive(key.fileobj)
        now = time.monotonic()
        while self._turns and self._turns[0][0] <= now:
            _, s = self._turns.popleft()
            if s in self._open:
                self.step(s)
            if s in self._open:
                self._turns.append((now + STEP_SECONDS, s))
        self.open_some()


def main():
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    port, mode, count, seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    attack = Attack(port, mode, count, sys.argv[5] if len(sys.argv) == 6 else '')
    until = time.monotonic() + seconds
    while not attack.is_complete() and time.monotonic() < until:
        attack.turn()
    print('attacking', flush=True)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        attack.turn()
    print(json.dumps(attack.counts), flush=True)


if __name__ == '__main__':
    main()
