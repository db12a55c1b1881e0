"""A response read piece by piece from a plain socket, as fast or as slowly as wished."""
import socket
import time

from harness.run import Void

PIECE = 256 * 1024
END = b'\r\n'


class Stream:
    """GET `path`; the answer must be 200 and chunked."""

    def __init__(self, port, path, headers, receive_buffer=None, timeout=60):
        self._socket = socket.socket()
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(timeout)
        self._socket.connect(('127.0.0.1', port))
        lines = [f'GET {path} HTTP/1.1', 'Host: 127.0.0.1', *(f'{n}: {v}' for n, v in headers.items()), '', '']
        self._socket.sendall('\r\n'.join(lines).encode())
        self._received = bytearray()
        self._piece = PIECE
        self._pace = None
        self._read_head()

    def slow_down(self, bytes_per_second):
        self._piece = 16 * 1024
        self._pace = Pace(bytes_per_second)

    def _receive(self):
        piece = self._socket.recv(self._piece)
        if not piece:
            raise Void('the list broke off')
        self._received += piece
        if self._pace:
            self._pace.passed(len(piece))

    def _read_head(self):
        while (end := self._received.find(END + END)) < 0:
            self._receive()
        head = bytes(self._received[:end])
        del self._received[:end + 4]
        if not head.startswith(b'HTTP/1.1 200') or b'\r\ntransfer-encoding: chunked' not in head.lower():
            raise Void(f'the list was answered {head!r}')

    def _line(self):
        while (end := self._received.find(END)) < 0:
            self._receive()
        line = bytes(self._received[:end])
        del self._received[:end + 2]
        return line

    def chunks(self):
        while size := int(self._line(), 16):
            while len(self._received) < size + 2:
                self._receive()
            yield bytes(self._received[:size])
            del self._received[:size + 2]
        self._line()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()


class Pace:
    """Sleeps so that no more than so many bytes pass in a second."""

    def __init__(self, bytes_per_second):
        self._rate = bytes_per_second
        self._began = time.monotonic()
        self._bytes = 0

    def passed(self, size):
        self._bytes += size
        early = self._bytes / self._rate - (time.monotonic() - self._began)
        if early > 0:
            time.sleep(early)
