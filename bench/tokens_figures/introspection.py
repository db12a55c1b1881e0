"""A client of watchword that asks about tokens (RFC 7662)."""
import base64
import dataclasses
import json
import urllib.parse

from harness import client, program

PATH = '/v1/oauth/introspect'
FILE = 'clients.json'


@dataclasses.dataclass
class Client:
    name: str
    secret: str
    entry: dict  # of the file of clients

    def settings(self, directory):
        """Of the server that is to know it."""
        file = directory / FILE
        file.write_text(json.dumps([self.entry]), encoding='utf-8')
        return {'CLIENTS_FILE': file}

    def authorization(self):
        """RFC 6749 section 2.3.1: each is encoded as in a form first."""
        pair = ':'.join(map(urllib.parse.quote_plus, (self.name, self.secret)))
        return 'Basic ' + base64.b64encode(pair.encode()).decode()


def register(build):
    """None where watchword has no clients."""
    said = program.said(build / 'watchword', 'client', 'new', '--json', '--may', 'introspect', 'bench')
    if not said.startswith('{'):
        return None
    made = json.loads(said)
    return Client(made['client_id'], made['client_secret'], made['entry'])


def prepare(watchword, asking, token):
    """-> (path, headers, form), or why there is none. The answer was looked at once. `asking`: a Client, or None"""
    if asking is None:
        return 'there is no command "watchword client"'
    headers = {'Authorization': asking.authorization(), **client.FORM}
    form = urllib.parse.urlencode({'token': token})
    status, body = client.ask(watchword.port, 'POST', PATH, form, headers)
    if status != 200:
        return f'POST {PATH} answers {status}'
    if json.loads(body).get('active') is not True:
        raise RuntimeError(f'a good token is not active: {body!r}')
    return PATH, headers, form
