"""Requests that must be refused: each is a good one with one thing wrong with it."""
import json

from values import has_type

SAMPLES = [None, 0, -1.5, True, 'x', [], {}, [{}]]


class Wrong:
    """A body with what must be said of it. `pointer`: of the member at fault; None: there is none to name."""

    def __init__(self, kind, body, pointer=None, status=400):
        self.kind, self.body, self.pointer, self.status = kind, body, pointer, status


def encoded(value):
    return json.dumps(value, ensure_ascii=False).encode('utf-8', 'surrogatepass')


def below(pointer, name):
    return f'{pointer}/{str(name).replace("~", "~0").replace("/", "~1")}'


def replaced(whole, pointer, value):
    """A copy of the document with another value at this pointer."""
    copy = json.loads(json.dumps(whole))
    at, names = copy, [n.replace('~1', '/').replace('~0', '~') for n in pointer.split('/')[1:]]
    for name in names[:-1]:
        at = at[int(name) if isinstance(at, list) else name]
    at[int(names[-1]) if isinstance(at, list) else names[-1]] = value
    return copy


class Mutations:
    def __init__(self, random, values, description):
        self.random, self.values, self.resolve = random, values, description.resolve

    def of(self, schema, good):
        """Bodies that an operation with this schema must refuse, made of one that it takes."""
        schema = self.resolve(schema)
        yield from self.no_json(good)
        yield from self.odd_json(good)
        for name in schema.get('required', []):
            yield Wrong('missing member', encoded({k: v for k, v in good.items() if k != name}), below('', name))
        if schema.get('additionalProperties') is False:
            for name in ['nobody_knows', 'a/b~c', '', 'ключ', 'x' * 300]:
                yield Wrong('unknown member', encoded({**good, name: 1}), below('', name[:100]))
        for name, inner in schema.get('properties', {}).items():
            yield from self.of_member(self.resolve(inner), {**good, name: good.get(name)}, below('', name))

    def of_member(self, schema, whole, pointer):
        for value in SAMPLES:
            if not has_type(schema, value):
                yield Wrong('wrong type', encoded(replaced(whole, pointer, value)), pointer)
        for kind, value in self.beyond(schema):
            yield Wrong(kind, encoded(replaced(whole, pointer, value)), pointer)
        if 'items' in schema:
            yield from self.of_items(schema, whole, pointer)

    def of_items(self, schema, whole, pointer):
        inner = self.resolve(schema['items'])
        sound = inner['enum'][0] if 'enum' in inner else 'a'
        for value in SAMPLES:
            if not has_type(inner, value):
                yield Wrong('wrong type', encoded(replaced(whole, pointer, [sound, value])), pointer + '/1')
        for kind, value in self.beyond(inner):
            yield Wrong(kind, encoded(replaced(whole, pointer, [sound, value])), pointer + '/1')
        if 'maxItems' in schema:
            many = [sound] * (schema['maxItems'] + 1)
            yield Wrong('beyond a limit', encoded(replaced(whole, pointer, many)), pointer)

    @staticmethod
    def beyond(schema):
        if 'enum' in schema:
            yield 'no choice', 'nobody.chooses.this'
            yield 'no choice', schema['enum'][0].upper() + ' '
        elif has_type(schema, ''):
            yield 'U+0000', 'a\0b'
        if schema.get('minLength', 0) > 0:
            yield 'beyond a limit', 'x' * (schema['minLength'] - 1)
        if 'maxLength' in schema:
            yield 'beyond a limit', 'x' * (schema['maxLength'] + 1)
            yield 'beyond a limit', '😀' * (schema['maxLength'] + 1)
        for limit, step in (('minimum', -1), ('maximum', 1)):
            if limit in schema:
                yield 'beyond a limit', schema[limit] + step

    @staticmethod
    def no_json(good):
        text = json.dumps(good)
        for bad in ['', ' ', '{', '{]', text[:-1], text + text, text + 'x', text[:-1] + ',}', text + '//', '\ufeff' + text,
                    '\0' + text, text + '\0', text.replace('"', "'") if good else "{'a': 0}", '{"a": NaN}', '{"a": 01}',
                    '{"a": .5}', '{"a": Infinity}', '{"a": "\n"}', '{"a": "\\x"}', '{a: 1}', '{"a" 1}']:
            yield Wrong('no JSON', bad.encode())
        for body in [text.encode('utf-16'), text.encode('utf-32')]:
            yield Wrong('no JSON', body)
        for value in [None, True, 1, 'x', [], [good], json.dumps(good)]:
            yield Wrong('no object', encoded(value))

    def odd_json(self, good):
        for name in list(good) or ['a']:
            twice = f'{json.dumps({name: good.get(name)})[:-1]}, {json.dumps(good or {name: 1})[1:]}'
            yield Wrong('member twice', twice.encode())
            escaped = ''.join(f'\\u{ord(c):04x}' for c in name)
            yield Wrong('member twice', twice.replace(f'"{name}"', f'"{escaped}"', 1).encode())
        start = json.dumps({**good, 'metadata': 0})[:-2].encode()
        for bad in [b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"', b'"\xe6\x97"', b'{"\xff":1}']:
            yield Wrong('invalid UTF-8', start + bad + b'}')
        for bad in [b'"\\ud800"', b'"\\udc00\\ud800"', b'{"\\ud800":1}']:
            yield Wrong('half a surrogate pair', start + bad + b'}')
        for depth in (40, 1000, self.random.randint(40, 100_000)):
            yield Wrong('deep nesting', start + b'[' * depth + b']' * depth + b'}')
            yield Wrong('deep nesting', start + b'{"a":' * depth + b'1' + b'}' * depth + b'}')
        yield Wrong('huge body', start + b'"' + b'x' * (3 << 19) + b'"}', status=413)


def of_query(parameter, description):
    """Texts that this parameter must refuse."""
    schema = description.resolve(parameter['schema'])
    schema = description.resolve(schema.get('items', schema)) if schema.get('type') == 'array' else schema
    kind = schema.get('type')
    if kind == 'integer':
        yield from ['', 'x', '1.5', '1e1', '+5', ' 5', '5 ', '0x10', '٣', '9' * 30, '-' + '9' * 30]
        if 'minimum' in schema:
            yield str(schema['minimum'] - 1)
        if 'maximum' in schema:
            yield str(schema['maximum'] + 1)
    elif kind == 'boolean':
        yield from ['', 'yes', 'TRUE', '1', 'true ', 'null']
    else:
        yield 'a\0b'
        if schema.get('minLength', 0) > 0:
            yield ''
        if 'maxLength' in schema:
            yield 'x' * (schema['maxLength'] + 1)
        if 'enum' in schema:
            yield 'nobody.chooses.this'
