"""What has to be there before an operation can be asked: people, sessions, roles, keys. All of it is made through the
API, and every answer on the way is judged, too."""
import copy
import json
import urllib.parse

from judge import judge
from wire import Request, basic

PASSWORD = 'the first of all passwords 7'


class Stuck(Exception):
    """What went wrong is noted; there is no going on."""


class Person:
    def __init__(self, user, email, password, grant):
        self.user, self.email, self.password = user, email, password
        self.token, self.refresh = grant['access_token'], grant['refresh_token']
        self.id = user['id']


class Prepared:
    """How an operation can be asked with success."""

    def __init__(self, authorization=(), values=None, body=None, query=()):
        self.authorization, self.values, self.body, self.query = list(authorization), values or {}, body, list(query)


def bearer(token):
    return [('Authorization', f'Bearer {token}')]


def quoted(text):
    return urllib.parse.quote(text, safe='')


class World:
    def __init__(self, server, wire, description, random, values):
        self.server, self.wire, self.description = server, wire, description
        self.random, self.values, self.sent = random, values, 0
        self.faults = []  # of the property that is tried
        self.keys_made, self.roles = 0, []

    # ---- asking
    def request(self, operation, prepared, body=None, query=()):
        """`body`: a value for the operation's media type."""
        headers = list(prepared.authorization) + [('X-Request-Id', self.request_id())]
        data = None
        if body is not None:
            headers.append(('Content-Type', operation.body.media_type))
            data = json.dumps(body).encode() if operation.body.is_json else urllib.parse.urlencode(body).encode()
        return Request(operation.method, operation.target(prepared.values), query or prepared.query, headers, data)

    def request_id(self):
        self.sent += 1
        return f'test-{self.sent}'

    def ask(self, operation, request):
        """-> the answer, judged"""
        answer = self.wire.send(request)
        for why in judge(self.description, operation, request, answer):
            self.complain(why, request, answer)
        return answer

    def complain(self, why, request=None, answer=None):
        """Notes what is wrong; whoever asks goes on."""
        told = f'\n    {request.curl(self.wire.base)}\n    -> {answer.brief()}' if answer else ''
        self.faults.append(why + told)

    def expect(self, operation, request, *statuses):
        answer = self.ask(operation, request)
        if answer.status not in statuses:
            self.complain(f'wanted {" or ".join(map(str, statuses))}', request, answer)
        return answer

    def needs(self, operation, request, *statuses):
        """The same where nothing can be tried without it."""
        answer = self.ask(operation, request)
        if answer.status not in statuses:
            self.complain(f'wanted {" or ".join(map(str, statuses))}', request, answer)
            raise Stuck
        return answer

    def call(self, name, authorization=(), values=None, body=None, status=(200, 201, 204)):
        """Asks the operation of that id, which must succeed -> its JSON"""
        operation = self.description.by_id[name]
        request = self.request(operation, Prepared(authorization, values), body)
        answer = self.needs(operation, request, *status)
        return json.loads(answer.body) if answer.body else None

    # ---- what there is
    def set_up(self):
        body = {'token': self.server.setup_token, 'email': 'admin@example.org', 'password': PASSWORD, 'name': 'Admin'}
        user = self.call('setUp', body=body, status=(201,))
        self.admin = Person(user, body['email'], PASSWORD, self.sign_in(body['email'], PASSWORD))
        self.plain = self.person()

    def by_admin(self):
        return bearer(self.admin.token)

    def sign_in(self, email, password):
        return self.call('signIn', body={'email': email, 'password': password}, status=(201,))

    def person(self, roles=()):
        email, password = self.values.email(), self.values.password()
        body = {'email': email, 'password': password, 'roles': list(roles)}
        user = self.call('createUser', self.by_admin(), body=body)
        return Person(user, email, password, self.sign_in(email, password))

    def api_key(self, permissions):
        self.make_room_for_a_key()
        return self.call('createApiKey', self.by_admin(), body={'name': 'k', 'permissions': sorted(permissions)})

    def make_room_for_a_key(self):
        """There may be a thousand, and many rounds make more."""
        self.keys_made += 1
        if self.keys_made % 50 != 0:
            return
        for key in self.call('listApiKeys', self.by_admin())['api_keys'][:-20]:
            self.call('revokeApiKey', self.by_admin(), {'id': key['id']})

    def role(self):
        name = 'role-' + self.values.unique()
        self.roles.append(name)
        if len(self.roles) > 100:  # there may be five hundred
            self.call('deleteRole', self.by_admin(), {'name': self.roles.pop(0)}, status=(204, 404))
        self.call('setRole', self.by_admin(), {'name': name}, {'permissions': ['users.read']})
        return name

    def permissions(self):
        return self.description.components['Permission']['enum']

    def session_of(self, person):
        self.sign_in(person.email, person.password)
        listed = self.call('listSessions', bearer(person.token))['sessions']
        return next(s['id'] for s in listed if not s['current'])

    def tutorial_token(self, person):
        return self.call('tutorialLogIn', body={'email': person.email, 'password': person.password})['token']

    # ---- what an operation needs
    def prepare(self, operation):
        special = getattr(self, 'for_' + operation.id, None)
        if special:
            return special()
        values = {}
        if {'id'} <= {p['name'] for p in operation.path_parameters}:
            values['id'] = self.person().id
        if {'name'} <= {p['name'] for p in operation.path_parameters}:
            values['name'] = self.role()
        if operation.permission:
            return Prepared(self.by_admin(), values)
        return Prepared(bearer(self.person().token) if operation.schemes else [], values)

    def for_tutorialLogIn(self):
        person = self.person()
        return Prepared(body={'email': person.email, 'password': person.password})

    def for_tutorialListUsers(self):
        return Prepared([('x-access-token', self.tutorial_token(self.plain))])

    def for_signIn(self):
        prepared = self.for_tutorialLogIn()
        prepared.body['cookies'] = False  # there are none where sessions.cookies is off
        return prepared

    def for_refresh(self):
        return Prepared(body={'refresh_token': self.person().refresh})

    def for_deleteAccount(self):
        person = self.person()
        return Prepared(bearer(person.token), body={'password': person.password})

    def for_changePassword(self):
        person = self.person()
        return Prepared(bearer(person.token), body={'current_password': person.password})

    def for_endSession(self):
        person = self.person()
        return Prepared(bearer(person.token), {'id': self.session_of(person)})

    def for_endUserSession(self):
        person = self.person()
        return Prepared(self.by_admin(), {'id': person.id, 'session': self.session_of(person)})

    def for_revokeApiKey(self):
        return Prepared(self.by_admin(), {'id': self.api_key(['users.read'])['id']})

    def for_createApiKey(self):
        self.make_room_for_a_key()
        return Prepared(self.by_admin())

    def for_introspect(self):
        return Prepared([('Authorization', basic(*self.server.client))], body={'token': self.person().token})

    for_revoke = for_introspect

    def for_rotateSigningKey(self):
        return Prepared(self.by_admin(), body={'at_once': True})

    # ---- bodies that must be taken
    def good_body(self, operation, prepared):
        if operation.body is None:
            return None
        schema = self.description.resolve(operation.body.schema)
        makers = {'email': self.values.email, 'password': self.values.password, 'new_password': self.values.password,
                  'name': self.good_name(operation), 'metadata': self.values.metadata, 'roles': self.values.roles,
                  'expires': lambda: self.random.choice([None, self.values.future()])}
        body = {}
        for name, inner in schema.get('properties', {}).items():
            if name in schema.get('required', []) or self.random.random() < 0.6:
                body[name] = makers.get(name, lambda s=inner: self.values.of(s))()
        if not operation.body.is_json:
            body = {n: v for n, v in body.items() if v is not None}
        return {**body, **copy.deepcopy(prepared.body or {})}

    def good_name(self, operation):
        if operation.id == 'createApiKey':
            return lambda: self.random.choice(['backup job', '日本', 'x' * 100, '😀' * 100, '"'])
        return self.values.name
