"""Requests as they are sent, answers as they come. One connection, which is kept for as long as the server keeps it."""
import base64
import http.client
import shlex
import urllib.parse
import zlib


class Dropped(Exception):
    """The connection ended without an answer."""


def basic(name, secret):
    return 'Basic ' + base64.b64encode(f'{name}:{secret}'.encode()).decode()


class Request:
    def __init__(self, method, path, query=(), headers=(), body=None):
        self.method, self.path, self.body = method, path, body
        self.query, self.headers = list(query), list(headers)

    def changed(self, **other):
        now = {'method': self.method, 'path': self.path, 'query': self.query, 'headers': self.headers,
               'body': self.body}
        return Request(**{**now, **other})

    def with_header(self, name, value):
        """The field in place of others of that name; None: without it."""
        others = [(n, v) for n, v in self.headers if n.lower() != name.lower()]
        return self.changed(headers=others + ([] if value is None else [(name, value)]))

    @property
    def target(self):
        """Query values are texts, or bytes that are percent-encoded as they are."""
        pairs = '&'.join(f'{urllib.parse.quote(n, safe="")}={urllib.parse.quote(v, safe="")}' for n, v in self.query)
        return self.path + ('?' + pairs if pairs else '')

    def curl(self, base):
        words = ['curl', '-i'] + (['-I'] if self.method == 'HEAD' else ['-X', self.method])
        for name, value in self.headers:
            words += ['-H', f'{name}: {value}']
        line = ' '.join(shlex.quote(w) for w in words + [base + self.target])
        return line if self.body is None else f"printf '{escaped(self.body)}' | {line} --data-binary @-"


def escaped(body):
    """For printf, on one line; what is very long is cut."""
    shown = ''.join(chr(b) if 32 <= b < 127 and b not in b"%'\\" else f'\\x{b:02x}' for b in body[:3000])
    return shown + (f'... (of {len(body)} bytes)' if len(body) > 3000 else '')


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def header(self, name):
        values = self.all(name)
        return ', '.join(values) if values else None

    @property
    def media_type(self):
        field = self.header('Content-Type')
        return None if field is None else field.split(';')[0].strip().lower()

    def brief(self):
        return f'{self.status} {self.media_type} {self.body[:600].decode("utf-8", "backslashreplace").strip()}'


class Wire:
    def __init__(self, base, patience=30):
        self.base = base
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc, timeout=patience)

    def send(self, request):
        """-> the answer, whose body is no longer compressed"""
        try:
            self.write(request)
            answer = self.connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as why:
            self.connection.close()
            raise Dropped(f'no answer but {type(why).__name__}: {why}\n    {request.curl(self.base)}') from why
        if answer.will_close:
            self.connection.close()
        if answer.getheader('Content-Encoding') == 'gzip' and body:
            body = zlib.decompress(body, wbits=31)
        return Answer(answer.status, answer.getheaders(), body)

    def write(self, request):
        self.connection.putrequest(request.method, request.target, skip_accept_encoding=True)
        for name, value in request.headers:
            self.connection.putheader(name, value)
        if request.body is not None:
            self.connection.putheader('Content-Length', str(len(request.body)))
        self.connection.endheaders()
        try:
            self.connection.send(request.body or b'')
        except (BrokenPipeError, ConnectionResetError):
            pass  # what is too large is refused before it has come: the answer is there to be read
