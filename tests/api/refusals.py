"""What operations must refuse."""
import mutations
from judge import code_in, pointers_in
from trying import Trying
from wire import basic
from world import Prepared, bearer, quoted

NOBODY = '00000000-0000-4000-8000-000000000000'
ODD_IDS = ['x', NOBODY, 'a' * 3000, '%00', '%ff', '%2e%2e', '%2F', '%25', "%27%20OR%201%3D1--", quoted('日本'),
           '-1', '%E2%80%AE', '+']
NO_JSON_TYPES = [None, 'text/plain', 'application/xml', 'application/json-patch+json', 'application/jsonx', 'json', '/',
                 'multipart/form-data', 'application/x-www-form-urlencoded', 'application/json, application/json']
UNREADABLE = ('no JSON', 'no object', 'member twice', 'invalid UTF-8', 'half a surrogate pair', 'deep nesting')
ACCEPTS_NOTHING = ['image/png', 'application/json;q=0, */*;q=0', 'application/yaml, image/*;q=0.5']


class Refusals(Trying):
    """Each property is a generator, which yields after every thing it has tried."""

    def takes_no_other_body(self, operation):
        if not operation.body or not operation.body.is_json:
            return
        prepared = self.world.prepare(operation)
        good = self.world.good_body(operation, prepared)
        start = self.world.request(operation, prepared, good)
        for wrong in self.mutations.of(operation.body.schema, good):
            request = start.changed(body=wrong.body)
            answer = self.world.expect(operation, request, wrong.status)
            if wrong.pointer is not None and not any(p.startswith(wrong.pointer) for p in pointers_in(answer)):
                self.world.complain(f'{wrong.kind}: the problem does not point to {wrong.pointer!r}', request, answer)
            if wrong.kind in UNREADABLE and code_in(answer) != 'invalid_json':
                self.world.complain(f'{wrong.kind}: the code is not invalid_json', request, answer)
            yield

    def takes_no_other_query(self, operation):
        if not operation.query:
            return
        start = self.good(operation)
        for parameter in operation.query:
            name = parameter['name']
            for text in mutations.of_query(parameter, self.description):
                self.refused(operation, start.changed(query=[(name, text)]), name)
                yield
            if operation.id != 'verify':  # whose roles may be several
                sound = self.of_parameter(parameter)
                self.refused(operation, start.changed(query=[(name, sound), (name, sound)]), name)
                yield
            self.world.ask(operation, start.changed(query=[(name, b'\xff\xc0')]))
            yield
        many = [(f'p{i}', '') for i in range(150)]
        for query in [[('nobody_knows', '1')], [('', '')], [('limit[]', '1')], [('Limit', '1')], many]:
            self.refused(operation, start.changed(query=query))
            yield

    def refused(self, operation, request, name=None):
        answer = self.world.expect(operation, request, 400)
        if name is not None and operation.id != 'verify' and name not in pointers_in(answer):
            self.world.complain(f'the problem does not point to {name!r}', request, answer)

    def ids_of_nothing(self, operation):
        for parameter in operation.path_parameters:
            prepared = self.world.prepare(operation)
            for odd in ODD_IDS:
                values = {**prepared.values, parameter['name']: odd}
                asked = Prepared(prepared.authorization, values)
                request = self.world.request(operation, asked, self.world.good_body(operation, prepared))
                answer = self.world.ask(operation, request)
                if operation.id == 'setRole' and answer.status == 200:
                    self.world.call('deleteRole', self.world.by_admin(), values)  # any word may be a role
                elif answer.status not in (400, 404):
                    self.world.complain('wanted 404', request, answer)
                yield

    def other_media_types(self, operation):
        if not operation.body or not operation.body.is_json:
            return
        start = self.good(operation)
        for media_type in NO_JSON_TYPES:
            self.world.expect(operation, start.with_header('Content-Type', media_type), 415)
            yield
        if operation.id == 'setUp':
            return
        for media_type in ['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset="UTF-8"']:
            self.world.expect(operation, self.good(operation).with_header('Content-Type', media_type), 200, 201, 204)
            yield

    def accept(self, operation):
        if not operation.offers() or operation.id == 'setUp':
            return
        start = self.good(operation)
        refused = [406] if '406' in operation.responses else [200, 201, 202]
        for accepted in ACCEPTS_NOTHING:
            self.world.expect(operation, start.with_header('Accept', accepted), *refused)
            yield
        offer = sorted(operation.offers())[0]
        main_type = offer.split('/')[0]
        for accepted in ['*/*', offer, f'{main_type}/*;q=0.1', f'image/png, {offer.upper()};q=0.001', 'no media type']:
            self.world.expect(operation, self.good(operation).with_header('Accept', accepted), 200, 201, 204)
            yield

    def weak_passwords(self, operation):
        if not operation.body or not operation.body.is_json or operation.id == 'setUp':
            return
        properties = self.description.resolve(operation.body.schema)['properties']
        for name, inner in properties.items():
            if inner.get('format') != 'password' or 'maxLength' not in inner:
                continue  # it is no new one
            prepared = self.world.prepare(operation)
            for weak in ['short', 'password', 'p4ssw0rd', 'qwertyuiop', '\n' * 8, 'watchword']:
                body = {**self.world.good_body(operation, prepared), name: weak}
                self.pointed(operation, self.world.request(operation, prepared, body), '/' + name)
                yield

    def pointed(self, operation, request, pointer):
        answer = self.world.expect(operation, request, 400)
        if pointer not in pointers_in(answer):
            self.world.complain(f'the problem does not point to {pointer!r}', request, answer)

    def credentials(self, operation):
        if not operation.schemes:
            return
        start = self.good(operation)
        for fields in self.bad_credentials(operation):
            bare = [(n, v) for n, v in start.headers if n.lower() not in ('authorization', 'x-access-token')]
            several = operation.schemes == ['client'] and len(fields) > 1  # RFC 6749 section 5.2: invalid_request
            self.world.expect(operation, start.changed(headers=bare + fields), 400 if several else 401)
            yield

    def bad_credentials(self, operation):
        token, key = self.world.plain.token, self.world.api_key(self.world.permissions())['key']
        yield []
        for text in ['', 'Bearer', 'Bearer ', 'Bearer x', 'Bearer ' + 'x' * 5000, 'Basic ' + token, token,
                     'Bearer wk_', f'Bearer {key[:-1]}', f'Bearer {key}A', f'Bearer {token[:-6]}AAAAAA',
                     f'Bearer {token} {token}', f'Bearer {self.without_signature(token)}',
                     f'Bearer {self.world.plain.refresh}', f'Bearer {self.of_the_gone()}', basic('tester', 'x'),
                     basic('nobody', self.world.server.client[1]), 'Basic !!', 'Digest a="b"']:
            yield [('Authorization', text)]
        if operation.schemes != ['client']:
            yield [('Authorization', basic(*self.world.server.client))]
        else:
            yield bearer(token)
        if 'api_key' not in operation.schemes and operation.path != '/user':
            yield bearer(key)
        if operation.path != '/user':
            yield [('Authorization', 'Bearer ' + token), ('Authorization', 'Bearer ' + token)]

    def without_signature(self, token):
        head = 'eyJhbGciOiJub25lIn0'  # {"alg":"none"}
        return f'{head}.{token.split(".")[1]}.'

    def of_the_gone(self):
        person = self.world.person()
        self.world.call('deleteUser', self.world.by_admin(), {'id': person.id})
        return person.token

    def permissions(self, operation):
        if not operation.permission:
            return
        start = self.good(operation)
        others = set(self.world.permissions()) - {operation.permission}
        key = self.world.api_key(others)
        for credential in [self.world.plain.token, key['key']]:
            self.world.expect(operation, start.with_header('Authorization', f'Bearer {credential}'), 403)
            yield
        self.world.call('revokeApiKey', self.world.by_admin(), {'id': key['id']})
        self.world.expect(operation, start.with_header('Authorization', f'Bearer {key["key"]}'), 401)
        yield
        whole = self.world.api_key(self.world.permissions())['key']
        request = self.good(operation).with_header('Authorization', f'bearer {whole}')
        self.world.expect(operation, request, 200, 201, 204)
        yield
