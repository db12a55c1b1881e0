"""What operations do when they are asked well."""
import json
import urllib.parse

from mutations import encoded
from refusals import Refusals
from world import Prepared, quoted


class Effects(Refusals):
    """Each property is a generator, which yields after every thing it has tried."""

    def succeeds(self, operation):
        if operation.id == 'setUp':  # which is how it all began; there is no second time
            return
        request = self.good(operation)
        answer = self.world.ask(operation, request)
        if not 200 <= answer.status < 300:
            self.world.complain('this should succeed', request, answer)
        yield

    def within_its_schema(self, operation):
        """What the schemas let through is answered as documented, whatever it is."""
        prepared = self.world.prepare(operation)
        body = None
        if operation.body:
            body = self.values.of(operation.body.schema)
            kept = {n: v for n, v in (prepared.body or {}).items() if self.random.random() < 0.7}
            body = {**body, **kept}
            if not operation.body.is_json:
                body = {n: v for n, v in body.items() if isinstance(v, str)}
        query = [(p['name'], self.of_parameter(p)) for p in operation.query if self.random.random() < 0.5]
        query = [(n, v) for n, v in query if n != 'cursor']
        request = self.world.request(operation, prepared, body, query)
        if operation.body and operation.body.is_json:
            request = request.changed(body=encoded(body))
        answer = self.world.ask(operation, request)
        if query and not operation.body and answer.status == 400 and operation.id != 'verify':
            self.world.complain('this query is as its schema has it', request, answer)
        yield

    def examples(self, operation):
        for example in (operation.body.examples if operation.body else []):
            faults = self.description.faults(operation.body.schema, example)
            if faults:
                self.world.complain(f'an example is not as its schema says: {faults}')
            prepared = self.world.prepare(operation)
            self.make_room_for(operation, example)
            request = self.world.request(operation, prepared, example)
            self.world.expect(operation, request, 200, 201, 204)
            yield

    def make_room_for(self, operation, example):
        """The state in which the example makes sense."""
        if operation.id == 'rotateSigningKey':
            self.world.call('rotateSigningKey', self.world.by_admin(), body={'at_once': True})  # so that no key waits
        if 'email' not in example:
            return
        listed = self.description.by_id['listUsers']
        look = self.world.request(listed, Prepared(self.world.by_admin()), query=[('search', example['email'])])
        for user in json.loads(self.world.expect(listed, look, 200).body)['users']:
            self.world.call('deleteUser', self.world.by_admin(), {'id': user['id']})
        if operation.id in ('signIn', 'tutorialLogIn'):
            self.world.call('signUp', body={k: example[k] for k in ('email', 'password')}, status=(201,))

    def pages(self, operation):
        if not {'limit', 'cursor'} <= {p['name'] for p in operation.query}:
            return
        prepared = self.world.prepare(operation)
        for _ in range(5):
            self.world.person()
        whole = self.walk(operation, prepared, [('limit', '200')])
        for limit in [7, self.random.randint(1, 3), 50]:
            walked = self.walk(operation, prepared, [('limit', str(limit))], most=60)
            compared = whole[:len(walked)]
            if operation.id != 'listAuditEvents' and walked != compared:
                self.world.complain(f'{operation.id}: pages of {limit} show others than pages of 200')
            yield
        yield from self.bad_cursors(operation, prepared)

    def walk(self, operation, prepared, query, most=10_000):
        """-> the ids of all pages' entries, at most of so many pages"""
        seen, request = [], self.world.request(operation, prepared, query=query)
        for _ in range(most):
            answer = self.world.expect(operation, request, 200)
            page = json.loads(answer.body)
            entries = next(v for v in page.values() if isinstance(v, list))
            seen += [e['id'] for e in entries]
            if len(entries) > int(dict(query)['limit']):
                self.world.complain(f'{len(entries)} entries', request, answer)
            link = answer.header('Link')
            if page['next'] is None:
                if link is not None:
                    self.world.complain(f'the last page has Link: {link}', request, answer)
                break
            request = request.changed(query=query + [('cursor', page['next'])])
            target = (link or '').partition('<')[2].partition('>')
            asked = sorted(urllib.parse.parse_qsl(target[0].partition('?')[2]))
            if 'rel="next"' not in target[2] or asked != sorted(request.query):
                self.world.complain(f'Link: {link} is not where `next` leads', request, answer)
        if len(set(seen)) != len(seen):
            self.world.complain('an entry is on two pages', request, answer)
        return seen

    def bad_cursors(self, operation, prepared):
        start = self.world.request(operation, prepared, query=[('limit', '1')])
        cursor = json.loads(self.world.expect(operation, start, 200).body)['next']
        flipped = cursor[:-2] + ('A' if cursor[-2] != 'A' else 'B') + cursor[-1]
        for bad in ['x', cursor[:-1], cursor + 'A', flipped, cursor + '=', ' ' + cursor, 'A' * 1024, '1',
                    quoted('日本')]:
            self.refused(operation, start.changed(query=[('cursor', bad)]))
            yield
        other = next(p['name'] for p in operation.query if p['name'] not in ('limit', 'cursor', 'disabled'))
        self.refused(operation, start.changed(query=[('cursor', cursor), (other, 'x')]))
        yield

    def says_what_it_was_told(self, operation):
        """What was written can be read, to the letter."""
        if operation.id not in ('createUser', 'updateUser', 'updateAccount', 'setRole', 'createApiKey'):
            return
        prepared = self.world.prepare(operation)
        body = self.world.good_body(operation, prepared)
        request = self.world.request(operation, prepared, body)
        answer = self.world.expect(operation, request, 200, 201)
        told = json.loads(answer.body)
        for name in set(body) & set(told):
            wanted = body[name] if name not in ('roles', 'permissions') else sorted(set(body[name]))
            given = told[name] if name not in ('roles', 'permissions') else sorted(told[name])
            if given != wanted and not (name == 'name' and not wanted and not given):
                self.world.complain(f'{name} is {given!r}, told was {wanted!r}', request, answer)
        if operation.id in ('createUser', 'updateUser'):
            shown = self.world.call('showUser', self.world.by_admin(), {'id': told['id']})
            if shown != told:
                self.world.complain(f'shown is {shown}', request, answer)
        yield

    def audit(self, operation):
        """The log tells of every change by an administrator, under the id of its request."""
        if not operation.permission or operation.is_safe:
            return
        prepared = self.world.prepare(operation)
        body = self.world.good_body(operation, prepared)
        if operation.id == 'setRole':
            body['permissions'] = ['audit.read', 'metrics.read']  # others than it has: what changes nothing is no event
        elif operation.id == 'updateUser':
            body['name'] = self.values.unique()
        request = self.world.request(operation, prepared, body)
        self.world.expect(operation, request, 200, 201, 204)
        listed = self.description.by_id['listAuditEvents']
        look = self.world.request(listed, Prepared(self.world.by_admin()), query=[('limit', '5')])
        events = json.loads(self.world.expect(listed, look, 200).body)['events']
        wanted = dict(request.headers)['X-Request-Id']
        if wanted not in [e['request_id'] for e in events]:
            self.world.complain(f'the audit log knows nothing of {wanted}', request, None)
        yield
