"""The little HTTP that preparing a server takes."""
import http.client
import json
import socket
import urllib.parse

FORM = {'Content-Type': 'application/x-www-form-urlencoded'}


def ask(port, method, path, body=None, headers=None):
    """-> (status, body)"""
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def post_form(port, path, fields):
    """-> (status, body)"""
    return ask(port, 'POST', path, urllib.parse.urlencode(fields), FORM)


def post_json(port, path, value):
    """-> (status, what the body says)"""
    status, body = ask(port, 'POST', path, json.dumps(value), {'Content-Type': 'application/json'})
    return status, json.loads(body)


def credentials(number):
    """-> (e-mail address, password) of a user that sign_up() makes"""
    return f'user{number}@example.test', f'password {number}'


def sign_up(port, count):
    """Makes users and returns the token of the first."""
    for i in range(count):
        email, password = credentials(i)
        status, body = post_form(port, '/signup', {'name': f'User {i}', 'email': email, 'password': password})
        if status != 201:
            raise RuntimeError(f'sign-up answered {status} {body!r}')
    email, password = credentials(0)
    status, body = post_form(port, '/login', {'email': email, 'password': password})
    if status != 201:
        raise RuntimeError(f'login answered {status} {body!r}')
    return json.loads(body)['token']


def sign_in(port, number=0):
    """Of a user that sign_up() made. -> an access token of /v1"""
    email, password = credentials(number)
    status, said = post_json(port, '/v1/sessions', {'email': email, 'password': password})
    if status != 201:
        raise RuntimeError(f'signing in answered {status} {said!r}')
    return said['access_token']


def raw_answer(port, path, headers):
    """The bytes of a 200 answer as they came: (head with its empty line, body)."""
    lines = [f'GET {path} HTTP/1.1', f'Host: 127.0.0.1:{port}', *(f'{n}: {v}' for n, v in headers.items()), '', '']
    with socket.create_connection(('127.0.0.1', port), timeout=20) as connection:
        connection.sendall('\r\n'.join(lines).encode())
        received = b''
        while True:
            head, end, body = received.partition(b'\r\n\r\n')
            if end and len(body) >= content_length(head):
                break
            piece = connection.recv(65536)
            if not piece:
                raise RuntimeError(f'the connection closed after {received!r}')
            received += piece
    if not head.startswith(b'HTTP/1.1 200'):
        raise RuntimeError(f'GET {path} answered {received!r}')
    return head + end, body


def content_length(head):
    for line in head.split(b'\r\n')[1:]:
        name, _, value = line.partition(b':')
        if name.lower() == b'content-length':
            return int(value)
    raise RuntimeError(f'no Content-Length in {head!r}')
