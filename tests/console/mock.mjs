// A server of ours that speaks the API which the console uses, and serves the bundle as the real one does. Everything is
// in memory, passwords too: for tests of the pages only.
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const permissions = [
    'users.read', 'users.write', 'sessions.read', 'sessions.end', 'roles.read', 'roles.write', 'api_keys.read',
    'api_keys.write', 'audit.read', 'signing_keys.read', 'signing_keys.write', 'metrics.read',
];
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    + "form-action 'none'; frame-ancestors 'none'; base-uri 'none'";
const types = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

class Refusal extends Error {
    constructor(status, code, detail, errors) {
        super(detail);
        Object.assign(this, { status, code, errors });
    }
}
const time = (ms = Date.now()) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
const secret = () => randomBytes(16).toString('base64url');
const days = 86_400_000;

export class Mock {
    setupToken = `setup_${secret()}`;
    #users = new Map();
    #passwords = new Map();
    #sessions = new Map(); // id -> {user, refresh, access, ...}
    #roles = new Map([['admin', permissions]]);
    #keys = new Map();
    #events = [];
    #signing = [];
    #begin = Date.now();
    #counts = { total: 0, '2xx': 0, '4xx': 0, '5xx': 0, succeeded: 0, failed: 0 };
    #bundle;
    #server;

    constructor(bundle) {
        this.#bundle = bundle;
        this.#addSigningKey();
    }

    async start() {
        this.#server = createServer((q, s) => this.#serve(q, s));
        await new Promise((done) => this.#server.listen(0, '127.0.0.1', done));
        this.url = `http://127.0.0.1:${this.#server.address().port}`;
    }

    stop() {
        this.#server.closeAllConnections();
        this.#server.close();
    }

    async #serve(q, s) {
        const url = new URL(q.url, 'http://host');
        if (/^\/(console|account)(\/|$)/.test(url.pathname)) return this.#page(url, q, s);
        let body = '';
        for await (const part of q) body += part;
        this.#counts.total++;
        try {
            const [status, answer, headers] = this.#answer(q, url, body);
            this.#counts['2xx']++;
            s.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers });
            s.end(answer === undefined ? '' : JSON.stringify(answer));
        } catch (e) {
            const status = e.status ?? 500;
            this.#counts[status < 500 ? '4xx' : '5xx']++;
            s.writeHead(status, { 'Content-Type': 'application/problem+json', ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }) });
            s.end(JSON.stringify({ type: 'about:blank', title: 'Refused', status, code: e.code ?? 'internal', detail: e.message, errors: e.errors }));
            if (status === 500) console.error(e);
        }
        return undefined;
    }

    #page(url, q, s) {
        const name = url.pathname.replace(/^\/(console\/)?/, '');
        const isAsset = /^\/console\/[\w.]+\.(js|css)$/.test(url.pathname) && existsSync(join(this.#bundle, name));
        const file = isAsset ? name : url.pathname.startsWith('/account') ? 'account.html' : 'index.html';
        const type = types[file.split('.').pop()];
        s.writeHead(200, {
            'Content-Type': type, 'Content-Encoding': 'gzip', 'X-Content-Type-Options': 'nosniff',
            ...(!isAsset && { 'Content-Security-Policy': policy, 'Referrer-Policy': 'no-referrer', 'X-Frame-Options': 'DENY' }),
        });
        s.end(readFileSync(join(this.#bundle, `${file}.gz`)));
    }

    #answer(q, url, text) {
        const body = text ? JSON.parse(text) : {};
        const caller = this.#caller(q);
        const ask = { q, body, query: url.searchParams, caller };
        for (const [method, pattern, permission, handler] of this.#routes) {
            const match = method === q.method && pattern.exec(url.pathname);
            if (!match) continue;
            if (permission && !caller) throw new Refusal(401, 'token_invalid', 'The access token is not valid, or no longer.');
            if (permission && permission !== 'me' && !this.#permissionsOf(caller.user).includes(permission)) {
                throw new Refusal(403, 'forbidden', `This needs the permission ${permission}.`);
            }
            return handler(ask, ...match.slice(1).map(decodeURIComponent));
        }
        throw new Refusal(404, 'not_found', 'There is nothing here.');
    }

    #routes = [
        ['GET', /^\/v1\/setup$/, null, () => [200, { needed: this.#isSetupNeeded() }]],
        ['POST', /^\/v1\/setup$/, null, ({ body }) => this.#setUp(body)],
        ['POST', /^\/v1\/sessions$/, null, ({ q, body }) => [201, this.#grant(this.#signIn(q, body))]],
        ['POST', /^\/v1\/sessions\/refresh$/, null, ({ body }) => this.#refresh(body)],
        ['GET', /^\/v1\/sessions$/, 'me', ({ caller }) => [200, { sessions: this.#sessionsOf(caller.user, caller) }]],
        ['DELETE', /^\/v1\/sessions\/current$/, 'me', ({ caller }) => this.#end([caller])],
        ['DELETE', /^\/v1\/sessions\/others$/, 'me', ({ caller }) => this.#end(this.#allOf(caller.user).filter((s) => s !== caller))],
        ['DELETE', /^\/v1\/sessions\/([^/]+)$/, 'me', ({ caller }, id) => this.#end(this.#allOf(caller.user).filter((s) => s.id === id))],
        ['POST', /^\/v1\/users$/, null, ({ body }) => [201, this.#make(body, [])]],
        ['GET', /^\/v1\/users\/me$/, 'me', ({ caller }) => [200, { ...caller.user, permissions: this.#permissionsOf(caller.user) }]],
        ['PATCH', /^\/v1\/users\/me$/, 'me', ({ caller, body }) => [200, this.#update(caller.user, { name: body.name })]],
        ['PUT', /^\/v1\/users\/me\/password$/, 'me', ({ q, caller, body }) => this.#changePassword(q, caller, body)],
        ['GET', /^\/v1\/admin\/users$/, 'users.read', ({ query }) => this.#list(query)],
        ['POST', /^\/v1\/admin\/users$/, 'users.write', ({ caller, body }) => this.#makeAs(caller, body)],
        ['GET', /^\/v1\/admin\/users\/([^/]+)$/, 'users.read', (_, id) => this.#tagged(this.#find(id))],
        ['PATCH', /^\/v1\/admin\/users\/([^/]+)$/, 'users.write', (ask, id) => this.#patch(ask, this.#find(id))],
        ['DELETE', /^\/v1\/admin\/users\/([^/]+)$/, 'users.write', (ask, id) => this.#remove(ask, this.#find(id))],
        ['GET', /^\/v1\/admin\/users\/([^/]+)\/sessions$/, 'sessions.read', (_, id) => [200, { sessions: this.#sessionsOf(this.#find(id)) }]],
        ['DELETE', /^\/v1\/admin\/users\/([^/]+)\/sessions(?:\/([^/]+))?$/, 'sessions.end', (ask, id, one) => this.#endAs(ask, id, one)],
        ['GET', /^\/v1\/admin\/roles$/, 'roles.read', () => [200, { roles: [...this.#roles].map(([name, p]) => ({ name, permissions: p })) }]],
        ['PUT', /^\/v1\/admin\/roles\/([^/]+)$/, 'roles.write', (ask, name) => this.#setRole(ask, name)],
        ['DELETE', /^\/v1\/admin\/roles\/([^/]+)$/, 'roles.write', (ask, name) => this.#removeRole(ask, name)],
        ['GET', /^\/v1\/admin\/api-keys$/, 'api_keys.read', () => [200, { api_keys: [...this.#keys.values()] }]],
        ['POST', /^\/v1\/admin\/api-keys$/, 'api_keys.write', (ask) => this.#makeKey(ask)],
        ['DELETE', /^\/v1\/admin\/api-keys\/([^/]+)$/, 'api_keys.write', (ask, id) => this.#revokeKey(ask, id)],
        ['GET', /^\/v1\/admin\/audit$/, 'audit.read', ({ query }) => this.#audit(query)],
        ['GET', /^\/v1\/admin\/signing-keys$/, 'signing_keys.read', () => [200, { keys: this.#signing }]],
        ['POST', /^\/v1\/admin\/signing-keys$/, 'signing_keys.write', ({ caller }) => this.#rotate(caller)],
        ['GET', /^\/v1\/admin\/metrics$/, 'metrics.read', () => [200, this.#metrics()]],
    ];

    #caller(q) {
        const token = /^Bearer (.+)$/.exec(q.headers.authorization ?? '')?.[1];
        return token && [...this.#sessions.values()].find((s) => s.access === token);
    }

    #permissionsOf(user) {
        return permissions.filter((p) => user.roles.some((r) => this.#roles.get(r)?.includes(p)));
    }

    #isSetupNeeded() {
        return ![...this.#users.values()].some((u) => u.roles.includes('admin'));
    }

    #record(actor, action, subject, details = {}) {
        const by = actor ? { kind: 'user', id: actor.user.id } : { kind: 'system', id: null };
        this.#events.unshift({
            id: randomUUID(), time: time(), actor: by, action, subject, details, address: '127.0.0.1', request_id: secret(),
        });
    }

    #checkPassword(password, pointer) {
        if (typeof password === 'string' && password.length >= 8) return;
        const detail = 'The password is shorter than 8 characters.';
        throw new Refusal(400, 'invalid_input', detail, [{ pointer, code: 'password_too_short', detail }]);
    }

    #make({ email, password, name, metadata = {}, disabled = false }, roles) {
        if (!/^\S+@\S+$/.test(email ?? '')) {
            throw new Refusal(400, 'invalid_input', 'This is no e-mail address.', [{ pointer: '/email', code: 'invalid_email', detail: 'This is no e-mail address.' }]);
        }
        this.#checkPassword(password, '/password');
        if ([...this.#users.values()].some((u) => u.email === email)) throw new Refusal(409, 'already_exists', 'There is a user with this e-mail address.');
        const user = { id: randomUUID(), email, name: name ?? null, metadata, roles, disabled, created: time(), updated: time() };
        this.#users.set(user.id, user);
        this.#passwords.set(user.id, password);
        return user;
    }

    #makeAs(caller, body) {
        const user = this.#make(body, body.roles ?? []);
        this.#record(caller, 'user.created', user.id, { email: user.email });
        return [201, user];
    }

    #setUp({ token, ...rest }) {
        if (!this.#isSetupNeeded()) throw new Refusal(409, 'already_exists', 'There is an administrator already.');
        if (token !== this.setupToken) throw new Refusal(401, 'setup_token_invalid', 'This is not the token that the server printed at its start.');
        const user = this.#make(rest, ['admin']);
        this.#record(null, 'setup.completed', user.id);
        return [201, user];
    }

    #signIn(q, { email, password }) {
        const user = [...this.#users.values()].find((u) => u.email === email);
        if (!user || this.#passwords.get(user.id) !== password) {
            this.#counts.failed++;
            throw new Refusal(401, 'wrong_credentials', 'The e-mail address or the password is wrong.');
        }
        if (user.disabled) throw new Refusal(403, 'user_disabled', 'This account is disabled.');
        this.#counts.succeeded++;
        return this.#open(q, user);
    }

    #open(q, user) {
        const session = {
            id: secret(), user, device: q.headers['user-agent'] ?? '', address: '127.0.0.1',
            created: time(), last_used: time(), expires: time(Date.now() + 30 * days), amr: ['pwd'],
        };
        this.#sessions.set(session.id, session);
        return session;
    }

    #grant(session) {
        session.access = `ey.${secret()}`;
        session.refresh = `wr_${secret()}`;
        session.last_used = time();
        const { id, email, name } = session.user;
        return {
            access_token: session.access, token_type: 'Bearer', expires_in: 900, expires_at: time(Date.now() + 900_000),
            refresh_token: session.refresh, user: { id, email, name },
        };
    }

    #refresh({ refresh_token: token }) {
        const session = [...this.#sessions.values()].find((s) => s.refresh === token);
        if (!session) throw new Refusal(401, 'session_ended', 'The session has ended.');
        return [200, this.#grant(session)];
    }

    #changePassword(q, caller, { current_password: current, new_password: next }) {
        const { user } = caller;
        if (this.#passwords.get(user.id) !== current) throw new Refusal(403, 'wrong_password', 'The password is wrong.');
        this.#checkPassword(next, '/new_password');
        this.#passwords.set(user.id, next);
        this.#end(this.#allOf(user));
        return [200, this.#grant(this.#open(q, user))];
    }

    #allOf(user) {
        return [...this.#sessions.values()].filter((s) => s.user === user);
    }

    #sessionsOf(user, current) {
        return this.#allOf(user).map(({ user: _, access, refresh, ...s }) => ({ ...s, current: s.id === current?.id }));
    }

    #end(sessions) {
        for (const s of sessions) this.#sessions.delete(s.id);
        return [204];
    }

    #endAs({ caller }, id, one) {
        const user = this.#find(id);
        this.#record(caller, 'sessions.ended', user.id);
        return this.#end(this.#allOf(user).filter((s) => !one || s.id === one));
    }

    #find(id) {
        const user = this.#users.get(id);
        if (!user) throw new Refusal(404, 'not_found', 'There is no such user.');
        return user;
    }

    #tag(user) {
        return `"${Buffer.from(JSON.stringify(user)).toString('base64url').slice(-24)}${user.version ?? 0}"`;
    }

    #shown({ version, ...user }) {
        return user;
    }

    #tagged(user) {
        return [200, this.#shown(user), { ETag: this.#tag(user) }];
    }

    #update(user, changes) {
        for (const [k, v] of Object.entries(changes)) if (v !== undefined) user[k] = v;
        user.updated = time();
        user.version = (user.version ?? 0) + 1;
        return this.#shown(user);
    }

    #checkTag(q, user) {
        const wanted = q.headers['if-match'];
        if (wanted && wanted !== this.#tag(user)) throw new Refusal(412, 'precondition_failed', 'It has changed meanwhile.');
    }

    #patch({ q, caller, body }, user) {
        this.#checkTag(q, user);
        const { password, ...changes } = body;
        if (password !== undefined) {
            this.#checkPassword(password, '/password');
            this.#passwords.set(user.id, password);
        }
        this.#update(user, changes);
        if (changes.disabled || password !== undefined) this.#end(this.#allOf(user));
        const action = changes.disabled === undefined ? 'user.updated' : changes.disabled ? 'user.disabled' : 'user.enabled';
        this.#record(caller, action, user.id, { fields: Object.keys(body) });
        return this.#tagged(user);
    }

    #remove({ q, caller }, user) {
        this.#checkTag(q, user);
        this.#end(this.#allOf(user));
        this.#users.delete(user.id);
        this.#record(caller, 'user.deleted', user.id, { email: user.email });
        return [204];
    }

    #pageOf(all, query) {
        const limit = Math.min(200, Number(query.get('limit') ?? 50));
        const from = Number(query.get('cursor') ?? 0);
        return { part: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null };
    }

    #list(query) {
        const search = (query.get('search') ?? '').toLowerCase(), role = query.get('role'), disabled = query.get('disabled');
        const all = [...this.#users.values()].filter((u) => `${u.name ?? ''} ${u.email}`.toLowerCase().includes(search)
            && (!role || u.roles.includes(role)) && (!disabled || String(u.disabled) === disabled));
        const { part, next } = this.#pageOf(all, query);
        return [200, { users: part.map((u) => this.#shown(u)), next }];
    }

    #setRole({ caller, body }, name) {
        if (name === 'admin') throw new Refusal(403, 'forbidden', 'The role admin cannot be changed.');
        this.#roles.set(name, body.permissions);
        this.#record(caller, 'role.changed', name, body);
        return [200, { name, permissions: body.permissions }];
    }

    #removeRole({ caller }, name) {
        if (name === 'admin' || !this.#roles.delete(name)) throw new Refusal(403, 'forbidden', 'This role cannot be deleted.');
        for (const u of this.#users.values()) u.roles = u.roles.filter((r) => r !== name);
        this.#record(caller, 'role.deleted', name);
        return [204];
    }

    #makeKey({ caller, body }) {
        const key = `wk_${secret()}${secret()}`;
        const row = {
            id: randomUUID(), name: body.name, prefix: key.slice(0, 9), permissions: body.permissions,
            created: time(), expires: body.expires ?? null, last_used: null,
        };
        this.#keys.set(row.id, row);
        this.#record(caller, 'api_key.created', row.id, { name: row.name });
        return [201, { ...row, key }];
    }

    #revokeKey({ caller }, id) {
        if (!this.#keys.delete(id)) throw new Refusal(404, 'not_found', 'There is no such key.');
        this.#record(caller, 'api_key.revoked', id);
        return [204];
    }

    #audit(query) {
        const is = (name, value) => !query.get(name) || query.get(name) === value;
        const all = this.#events.filter((e) => is('actor', e.actor.id) && is('subject', e.subject) && is('action', e.action));
        const { part, next } = this.#pageOf(all, query);
        return [200, { events: part, next }];
    }

    #addSigningKey() {
        for (const k of this.#signing) Object.assign(k, { state: 'verifying', signs_until: time() });
        const now = Date.now();
        this.#signing.unshift({
            kid: randomBytes(32).toString('base64url'), algorithm: 'ES256', state: 'signing', created: time(now),
            signs_from: time(now), signs_until: time(now + 90 * days), verifies_until: time(now + 91 * days),
        });
        return this.#signing[0];
    }

    #rotate(caller) {
        const key = this.#addSigningKey();
        this.#record(caller, 'signing_key.rotated', key.kid);
        return [201, key];
    }

    #metrics() {
        const { succeeded, failed, ...requests } = this.#counts;
        const wave = (size) => Math.round(size * (1 + Math.sin(Date.now() / 3000)));
        return {
            uptime_seconds: (Date.now() - this.#begin) / 1000, requests, sign_ins: { succeeded, failed },
            hashing: { waiting: wave(3), running: 2 }, readers: { waiting: wave(1), running: 1 },
            writer: { waiting: 0, running: 1 }, connections: 12, users: this.#users.size,
        };
    }
}
