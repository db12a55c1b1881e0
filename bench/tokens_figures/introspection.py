"""How a client of watchword asks for introspection (RFC 7662)."""
import base64
import json
import urllib.parse

from harness import client

PATH = '/v1/oauth/introspect'
CLIENT, SECRET = 'bench', 'a client secret of the benchmark'


def prepare(watchword, token):
    """-> (path, headers, form), or why there is none. The answer was looked at once."""
    headers = {'Authorization': basic(CLIENT, SECRET), **client.FORM}
    form = urllib.parse.urlencode({'token': token})
    status, body = client.ask(watchword.port, 'POST', PATH, form, headers)
    if status != 200:
        return f'POST {PATH} answers {status}'
    if json.loads(body).get('active') is not True:
        raise RuntimeError(f'a good token is not active: {body!r}')
    return PATH, headers, form


def basic(name, secret):
    """RFC 6749 section 2.3.1: each is encoded as in a form first."""
    pair = ':'.join(map(urllib.parse.quote_plus, (name, secret)))
    return 'Basic ' + base64.b64encode(pair.encode()).decode()
