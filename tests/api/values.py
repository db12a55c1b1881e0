"""Values that a schema lets through, drawn from a seeded source: at their limits, odd and plain."""
import base64
import datetime

CHARACTERS = ['a', 'Z', '0', ' ', "'", '"', '\\', '/', '<', '&', '%', ';', '-', '\t', '\n', '\r', '\x01', '\x7f', '\x85', 'é',
              'ß', 'İ', 'ı', 'Σ', 'я', 'ك', '日', '\u200b', '\u202e', '\ufeff', '\ufffd', '\uffff', '\u0301', '😀', '👩\u200d👧',
              '\U0010ffff']
NUMBERS = [0, -1, 1, 2 ** 31, -2 ** 31 - 1, 2 ** 53 + 1, 2 ** 63 - 1, -2 ** 63, 2 ** 64 - 1, 0.5, -1e-7, 1e300]
TYPES = {'string': str, 'object': dict, 'array': list, 'boolean': bool, 'null': type(None)}


def types_of(schema):
    named = schema.get('type', list(TYPES) + ['number', 'integer'])
    return [named] if isinstance(named, str) else list(named)


def has_type(schema, value):
    if isinstance(value, bool):
        return 'boolean' in types_of(schema)
    if isinstance(value, (int, float)):
        return 'number' in types_of(schema) or ('integer' in types_of(schema) and isinstance(value, int))
    return any(isinstance(value, TYPES[t]) for t in types_of(schema) if t in TYPES)


class Values:
    def __init__(self, random, description):
        self.random, self.resolve, self.made = random, description.resolve, 0

    def unique(self):
        self.made += 1
        return f'{self.made}x{self.random.getrandbits(24):06x}'

    # ---- what a person would send
    def email(self):
        local = self.random.choice(['ada', 'A.D.A+tag', "o'neil", 'x' * 30, 'ünïcode', '日本'])
        return f'{local}.{self.unique()}@{self.random.choice(["example.org", "EXAMPLE.com", "sub.example.net"])}'

    def password(self):
        shape = self.random.choice(['correct horse {} battery', 'Pässwört-{}-日本語', '{} plenty of words', "'\"\\ {} %00"])
        return shape.format(base64.b32encode(self.random.randbytes(10)).decode())

    def name(self):
        return self.random.choice([None, '', 'Ada', 'Ada Lovelace', '日本 太郎', "Robert'); DROP TABLE users;--", '<b>&amp;',
                                   'e\u0301', 'x' * 4096, '😀' * 1024, self.text(1, 40)])

    def metadata(self):
        return {self.text(0, 12): self.anything(3) for _ in range(self.random.choice([0, 1, 1, 2, 8]))}

    def roles(self):
        return sorted({self.role() for _ in range(self.random.choice([0, 1, 2, 5]))})

    def role(self):
        return self.random.choice(['editor', 'a', 'team:x_1.y-z', 'r' * 64, 'role-' + self.unique()])

    def future(self):
        at = datetime.datetime(2040, 1, 1) + datetime.timedelta(seconds=self.random.randrange(10 ** 9))
        return at.strftime('%Y-%m-%dT%H:%M:%SZ')

    # ---- what a schema lets through
    def text(self, least, most):
        size = self.random.randint(least, max(least, min(most, least + 20)))
        return ''.join(self.random.choice(CHARACTERS) for _ in range(size))

    def string(self, schema):
        least, most = schema.get('minLength', 0), schema.get('maxLength', 300)
        if self.random.random() < 0.2:
            size = self.random.choice([least, most])
            return (self.random.choice(CHARACTERS[:30]) * size)[:size]
        if schema.get('format') == 'date-time':
            return self.random.choice([self.future(), '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])
        if schema.get('format') == 'email' and self.random.random() < 0.8:
            return self.email()
        return self.text(least, most)

    def integer(self, schema):
        least, most = schema.get('minimum', -2 ** 63), schema.get('maximum', 2 ** 63 - 1)
        return self.random.choice([least, most, min(most, least + 1), self.random.randint(least, most)])

    def anything(self, depth):
        kind = self.random.randrange(7 if depth else 5)
        if kind == 5:
            return [self.anything(depth - 1) for _ in range(self.random.randrange(4))]
        if kind == 6:
            return {self.text(0, 8): self.anything(depth - 1) for _ in range(self.random.randrange(4))}
        return [None, self.random.random() < 0.5, self.random.choice(NUMBERS), self.text(0, 30), ''][kind]

    def members(self, schema, chance=0.6):
        properties, required = schema.get('properties', {}), schema.get('required', [])
        made = {n: self.of(s) for n, s in properties.items() if n in required or self.random.random() < chance}
        if schema.get('additionalProperties') is not False and not properties:
            made.update(self.metadata())
        return made

    def of(self, schema):
        schema = self.resolve(schema)
        if 'anyOf' in schema:
            return self.of(self.random.choice(schema['anyOf']))
        if 'enum' in schema:
            return self.random.choice(schema['enum'])
        kind = self.random.choice(types_of(schema))
        if kind == 'array':
            least, most = schema.get('minItems', 0), schema.get('maxItems', 20)
            return [self.of(schema['items']) for _ in range(self.random.choice([least, min(most, least + 1), most]))]
        return {'null': lambda: None, 'boolean': lambda: self.random.random() < 0.5,
                'integer': lambda: self.integer(schema), 'number': lambda: self.random.choice(NUMBERS), 'string': lambda: self.string(schema),
                'object': lambda: self.members(schema)}[kind]()
