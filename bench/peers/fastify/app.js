'use strict';
// The tutorial's API on Fastify.

const { randomUUID } = require('node:crypto');
const argon2 = require('@node-rs/argon2');
const fastify = require('fastify');
const { HASHING } = require('./hashing');
const { Users } = require('./users');

const JSON_TYPE = 'application/json';
const TEXT = 'text/html; charset=utf-8';

const TOKEN_MISSING = '{"message":"Token is missing !!"}\n';
const TOKEN_INVALID = '{"message":"Token is invalid !!"}\n';

const text = { type: 'string' };
const form = { type: 'object', properties: { name: text, email: text, password: text } };
const user = {
  type: 'object',
  properties: {
    email: { type: 'string', nullable: true },
    name: { type: 'string', nullable: true },
    public_id: text,
  },
};
const listAnswer = { 200: { type: 'object', properties: { users: { type: 'array', items: user } } } };
const loginAnswer = { 201: { type: 'object', properties: { token: text } } };
const liveAnswer = { 200: { type: 'object', properties: { status: text } } };

function couldNotVerify(reply, status, why) {
  return reply.code(status).type(TEXT).header('WWW-Authenticate', `Basic realm ="${why}"`).send('Could not verify');
}

/** @returns a Fastify server that does not listen yet */
function build(file, secret) {
  const app = fastify({ keepAliveTimeout: 75000 });
  const users = new Users(file);
  app.register(require('@fastify/formbody'));
  app.register(require('@fastify/jwt'), {
    secret,
    sign: { expiresIn: '30m', noTimestamp: true },
    verify: { algorithms: ['HS256'], requiredClaims: ['exp', 'public_id'], cache: 10000, cacheKeyBuilder: (t) => t },
  });

  const refuse = (reply, why) => reply.code(401).type(JSON_TYPE).send(why);

  async function requireToken(request, reply) {
    const token = request.headers['x-access-token'];
    if (!token) return refuse(reply, TOKEN_MISSING);
    let claims;
    try {
      claims = app.jwt.verify(token);
    } catch {
      return refuse(reply, TOKEN_INVALID);
    }
    const known = typeof claims.public_id === 'string' && users.exists(claims.public_id);
    return known ? undefined : refuse(reply, TOKEN_INVALID);
  }

  app.get('/user', { onRequest: requireToken, schema: { response: listAnswer } }, async (request, reply) => {
    const toText = reply.getSerializationFunction(200);
    return reply.type(JSON_TYPE).send(`${toText({ users: users.list() })}\n`); // ends as the tutorial's does
  });

  app.post('/login', { schema: { body: form, response: loginAnswer } }, async (request, reply) => {
    const { email, password } = request.body ?? {};
    if (!email || !password) return couldNotVerify(reply, 401, 'Login required !!');
    const found = users.find(email);
    if (!found) return couldNotVerify(reply, 401, 'User does not exist !!');
    if (!(await argon2.verify(found.password, password).catch(() => false))) {
      return couldNotVerify(reply, 403, 'Wrong Password !!');
    }
    return reply.code(201).send({ token: app.jwt.sign({ public_id: found.public_id }) });
  });

  app.post('/signup', { schema: { body: form } }, async (request, reply) => {
    const { name = null, email, password } = request.body ?? {};
    reply.type(TEXT);
    if (!email || !password) return reply.code(400).send('An e-mail address and a password are needed.');
    const taken = () => reply.code(202).send('User already exists. Please Log in.');
    if (users.find(email)) return taken();
    const hash = await argon2.hash(password, HASHING);
    if (!users.add(randomUUID(), name, email, hash)) return taken(); // somebody else was faster
    return reply.code(201).send('Successfully registered.');
  });

  app.get('/health/live', { schema: { response: liveAnswer } }, async () => ({ status: 'ok' }));
  return app;
}

module.exports = { build };
