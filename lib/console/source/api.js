// The session of this page, and requests in its name. Access tokens stay in memory; the refresh token is in
// sessionStorage, so that a reload does not sign out, and is gone with the tab.
const stored = 'watchword.refresh_token';

// What the server refused, or why it could not be asked (status 0).
export class Problem extends Error {
    constructor(status, body, retryAfter) {
        super(body.detail || body.title || 'The server could not answer.');
        this.status = status;
        this.code = body.code ?? '';
        // Which member of the body is at fault: the server's `errors`, or the one `field`.
        this.fields = Object.fromEntries((body.errors ?? []).map((e) => [e.pointer.replace(/^\//, ''), e.detail]));
        if (body.field) this.fields[body.field] = this.message;
        if (status === 429 && retryAfter) this.message = `Too many attempts. Try again in ${waiting(retryAfter)}.`;
    }
}

const waiting = (seconds) => (seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`);

let access = null; // {token, expires (ms of performance.now())}
let refreshing = null; // a promise while one is under way
let onEnd = () => {};

export const hasSession = () => access !== null || sessionStorage.getItem(stored) !== null;
// `then(message)` is called once the session has ended, whoever ended it.
export const whenEnded = (then) => (onEnd = then);

function adopt(grant) {
    access = { token: grant.access_token, expires: performance.now() + grant.expires_in * 1000 };
    sessionStorage.setItem(stored, grant.refresh_token);
}

function end(message) {
    access = null;
    sessionStorage.removeItem(stored);
    onEnd(message);
}

async function send(method, path, { body, headers = {}, signal } = {}) {
    const init = { method, headers: { Accept: 'application/json', ...headers }, signal, cache: 'no-store', credentials: 'omit' };
    if (body !== undefined) {
        init.body = JSON.stringify(body);
        init.headers['Content-Type'] = 'application/json';
    }
    let response;
    try {
        response = await fetch(path, init);
    } catch (e) {
        if (e.name === 'AbortError') throw e;
        throw new Problem(0, { detail: 'The server cannot be reached.' });
    }
    const text = response.status === 204 ? '' : await response.text();
    let data = null;
    try {
        data = text ? JSON.parse(text) : null;
    } catch {
        data = null; // a proxy's page, perhaps
    }
    if (!response.ok) throw new Problem(response.status, data ?? {}, Number(response.headers.get('Retry-After')));
    return { data, etag: response.headers.get('ETag') };
}

const endings = {
    session_reused: 'Your session was ended because its token was used twice. If that was not you, change your password.',
    user_disabled: 'This account has been disabled.',
};

// All requests that find the access token too old wait for the same new one.
function refresh() {
    refreshing ??= (async () => {
        try {
            const token = sessionStorage.getItem(stored);
            if (!token) throw new Problem(401, { code: 'session_ended' });
            adopt((await send('POST', '/v1/sessions/refresh', { body: { refresh_token: token } })).data);
        } catch (e) {
            if (e.status === 401 || e.status === 403) end(endings[e.code] ?? 'Your session was ended. Please sign in again.');
            throw e;
        } finally {
            refreshing = null;
        }
    })();
    return refreshing;
}

// A request of anybody's.
export const open = send;

// A request of whoever is signed in. A token that is refused is replaced once: it may only have expired.
export async function call(method, path, options = {}) {
    if (!access || access.expires - performance.now() < 5000) await refresh();
    const ask = () => send(method, path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${access?.token}` } });
    const used = access?.token;
    try {
        return await ask();
    } catch (e) {
        if (e.status !== 401) throw e;
        if (access?.token === used) await refresh();
        return ask();
    }
}

export const get = async (path, query) => (await call('GET', withQuery(path, query))).data;

export function withQuery(path, query = {}) {
    const parameters = new URLSearchParams(Object.entries(query).filter(([, v]) => v !== undefined && v !== null && v !== ''));
    const text = parameters.toString();
    return text ? `${path}?${text}` : path;
}

export async function signIn(email, password) {
    adopt((await send('POST', '/v1/sessions', { body: { email, password } })).data);
}

export async function signOut() {
    try {
        await call('DELETE', '/v1/sessions/current');
    } catch (e) {
        if (e.status !== 401 && e.status !== 403) throw e; // it goes on: whoever leaves should know
    }
    end('You have signed out.');
}

// Every other session ends; this page goes on in a new one.
export async function changePassword(current, next) {
    const { data } = await call('PUT', '/v1/users/me/password', { body: { current_password: current, new_password: next } });
    if (data) adopt(data);
    else end('Your password was changed. Please sign in with the new one.');
}

export async function deleteAccount(password) {
    await call('DELETE', '/v1/users/me', { body: { password } });
    end('Your account was deleted.');
}
