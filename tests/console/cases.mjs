// What a person does in the console and on the account page, against whichever server there is. The cases run in this
// order, each on what those before have left; what they need beyond that they make by the API.
import assert from 'node:assert/strict';
import { desktop, overflow, phone, violations } from './browser.mjs';

export const admin = { email: 'grace@example.test', name: 'Grace Hopper', password: 'compiles on a warm Tuesday' };
const member = { email: 'member.042@example.test', password: 'a lantern over the harbour' };
const newcomer = { email: 'newcomer@example.test', name: 'Nia Newcomer', password: 'seven quiet bicycles here' };
const people = 120;

const first = ['Ada', 'Alan', 'Barbara', 'Claude', 'Donald', 'Edsger', 'Frances', 'Hedy', 'John', 'Katherine', 'Margaret', 'Radia'];
const last = ['Adler', 'Brandt', 'Castell', 'Dubois', 'Ebert', 'Fontaine', 'Gruber', 'Holm', 'Iversen', 'Jansen'];
const number = (i) => String(i).padStart(3, '0');
const nameOf = (i) => `${first[i % first.length]} ${last[Math.floor(i / first.length) % last.length]}`;

// Requests in the name of a user, beside the browser's.
export class Client {
    constructor(base) {
        this.base = base;
    }

    async ask(method, path, body, headers = {}) {
        const response = await fetch(this.base + path, {
            method,
            headers: {
                ...(body !== undefined && { 'Content-Type': 'application/json' }),
                ...(this.token && { Authorization: `Bearer ${this.token}` }), ...headers,
            },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
        return text ? JSON.parse(text) : null;
    }

    async signIn({ email, password }) {
        this.token = (await this.ask('POST', '/v1/sessions', { email, password })).access_token;
        return this;
    }
}

async function signIn(page, { email, password }) {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
}

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
const go = (page, name) => page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name }).click();
const rows = (page) => page.locator('tbody tr');
const settled = (page) => page.locator('.loaded[aria-busy=true], .skeleton').first().waitFor({ state: 'detached' });
const notice = (page, text) => page.locator('.toast', { hasText: text }).waitFor();

async function asAdmin(t, path, options) {
    const page = await t.browser.open(path, options);
    await signIn(page, admin);
    return page;
}

async function becomes(what, expected, read) {
    let is;
    for (let i = 0; i < 300; i++) {
        is = await read();
        if (is === expected) return;
        await new Promise((r) => setTimeout(r, 50));
    }
    assert.equal(is, expected, what);
}

async function firstSetup(t) {
    const page = await t.browser.open('/console');
    await page.getByRole('link', { name: 'Set it up' }).click();
    await heading(page, 'Set up Watchword');
    const fill = async () => {
        await page.getByLabel('E-mail').fill(admin.email);
        await page.getByLabel('Name').fill(admin.name);
        await page.getByLabel('Password').fill(admin.password);
    };
    await fill();
    await page.getByLabel('Set-up token').fill('not the token');
    await page.getByRole('button', { name: 'Make administrator' }).click();
    await page.getByRole('alert').first().waitFor();

    for (const link of ['/console/setup?token=', '/console/setup#token=']) {
        await page.goto('about:blank');
        await page.goto(link + encodeURIComponent(t.setupToken));
        await heading(page, 'Set up Watchword');
        assert.equal(page.url(), `${t.base}/console/setup`, 'the token stays in the address');
        assert.equal(await page.getByLabel('Set-up token').inputValue(), t.setupToken);
    }
    await fill();
    await t.browser.screenshot(page, 'setup');
    await page.getByRole('button', { name: 'Make administrator' }).click();
    await heading(page, 'Users');
    await becomes('users', 1, () => rows(page).count());

    await page.goto('/console/setup');
    await heading(page, 'Set-up is complete');
    await page.context().close();
}

async function wrongPassword(t) {
    const page = await t.browser.open('/console');
    await heading(page, 'Sign in');
    await signIn(page, { ...admin, password: 'not this one' });
    await page.getByRole('alert').filter({ hasText: 'password is wrong' }).waitFor();
    await page.getByLabel('Password').fill(admin.password);
    await page.getByLabel('Password').press('Enter');
    await heading(page, 'Users');
    await page.context().close();
}

async function reloadAndSignOut(t) {
    const page = await asAdmin(t, '/console');
    await heading(page, 'Users');
    await page.reload();
    await heading(page, 'Users');
    const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, document.cookie]));
    assert.ok(!/wr_|ey/.test(stored), 'a token outlives the tab');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You have signed out.').waitFor();
    await page.reload();
    await heading(page, 'Sign in');
    await page.context().close();
}

async function searchAmongMany(t) {
    const api = await new Client(t.base).signIn(admin);
    await api.ask('PUT', '/v1/admin/roles/support', { permissions: ['users.read'] });
    for (let i = 0; i < people; i++) {
        await api.ask('POST', '/v1/admin/users', {
            email: `member.${number(i)}@example.test`, name: nameOf(i), password: member.password,
            ...(i % 9 === 4 && { roles: ['support'] }), ...(i % 7 === 3 && { disabled: true }), metadata: { team: i % 5 },
        });
    }
    const page = await asAdmin(t, '/console/users');
    await heading(page, 'Users');
    await settled(page);
    await t.browser.screenshot(page, 'users');
    assert.equal(await rows(page).count(), 50);
    const seen = new Set();
    const collect = async () => { for (const u of await rows(page).locator('a').evaluateAll((a) => a.map((x) => x.href))) seen.add(u); };
    await collect();
    for (const n of [2, 3]) {
        await page.getByRole('button', { name: 'Next' }).click();
        await page.getByText(`Page ${n}`).waitFor();
        await settled(page);
        await collect();
    }
    assert.equal(seen.size, people + 1, 'the pages do not hold everybody once');
    assert.ok(await page.getByRole('button', { name: 'Next' }).isDisabled());
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByText('Page 2').waitFor();

    await page.getByLabel('Search').fill('MEMBER.042');
    await becomes('users found', 1, () => rows(page).count());
    await rows(page).filter({ hasText: member.email }).waitFor();
    await page.reload();
    await becomes('users found after a reload', 1, () => rows(page).count());
    await page.getByLabel('Search').fill('nobody at all');
    await page.getByText('No user matches').waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.getByLabel('Status').selectOption('Disabled');
    await becomes('disabled users', 17, () => rows(page).count());
    await page.getByLabel('Role').selectOption('support');
    await becomes('disabled users of support', 2, () => rows(page).count());
    await page.context().close();
}

const crowd = 100_000;

async function searchAmongAHundredThousand(t) {
    await t.addUsers(Array.from({ length: crowd }, (_, i) => `crowd.${String(i).padStart(6, '0')}@example.test,Crowd ${i}`));
    const page = await asAdmin(t, '/console/users');
    await settled(page);
    await becomes('users of a page', 50, () => rows(page).count());
    const begin = Date.now();
    await page.getByLabel('Search').fill('D.076543@EXAMPLE');
    await becomes('users found', 1, () => rows(page).count());
    await rows(page).filter({ hasText: 'crowd.076543@example.test' }).waitFor();
    console.log(`found among ${crowd} users ${Date.now() - begin} ms after typing`);
    await page.getByLabel('Search').fill('nobody at all');
    await page.getByText('No user matches').waitFor();
    await page.context().close();
}

async function makeAndChangeUser(t) {
    const page = await asAdmin(t, '/console/users');
    await page.getByRole('button', { name: 'New user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('E-mail').fill('made@example.test');
    await dialog.getByLabel('Password').fill('short');
    await dialog.getByRole('button', { name: 'Make user' }).click();
    await becomes('fields at fault', 1, () => dialog.locator('[aria-invalid=true]').count());
    await dialog.getByLabel('Password').fill('three grey herons wait');
    await dialog.getByRole('button', { name: 'Make user' }).click();
    await heading(page, 'made@example.test');

    await page.getByLabel('Name').fill('Made Byhand');
    await page.getByLabel('Metadata').fill('{"plan": "team"');
    await page.getByText('This is not JSON').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Save changes' }).isDisabled());
    await page.getByLabel('Metadata').fill('{"plan": "<img src=x onerror=alert(1)>"}');
    await page.getByRole('checkbox', { name: 'support' }).check();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await heading(page, 'Made Byhand');
    await t.browser.screenshot(page, 'user');

    // Somebody else is quicker.
    const id = decodeURIComponent(page.url().split('/').pop());
    const api = await new Client(t.base).signIn(admin);
    await becomes('the saved name', 'Made Byhand', async () => (await api.ask('GET', `/v1/admin/users/${id}`)).name);
    await api.ask('PATCH', `/v1/admin/users/${id}`, { name: 'Changed Elsewhere' });
    await page.getByLabel('Name').fill('Too Late');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Somebody else has changed this user').waitFor();
    await page.getByRole('button', { name: 'Read again' }).click();
    await heading(page, 'Changed Elsewhere');
    const user = await api.ask('GET', `/v1/admin/users/${id}`);
    assert.deepEqual([user.name, user.roles, user.metadata],
        ['Changed Elsewhere', ['support'], { plan: '<img src=x onerror=alert(1)>' }]);
    await page.context().close();
}

async function disablingEndsTheOtherWindow(t) {
    const other = await t.browser.open('/account');
    await signIn(other, member);
    await heading(other, 'Your account');

    const page = await asAdmin(t, '/console/users?search=member.042');
    await rows(page).filter({ hasText: member.email }).getByRole('link').click();
    await page.getByRole('button', { name: /^End the session/ }).waitFor();
    await page.getByRole('button', { name: 'Disable user' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable user' }).click();
    await page.getByRole('button', { name: 'Enable user' }).waitFor();
    await page.getByText('Not signed in anywhere').waitFor();

    await other.evaluate(() => dispatchEvent(new Event('focus')));
    await heading(other, 'Sign in');
    await other.getByRole('alert').filter({ hasText: /was ended|disabled/ }).waitFor();
    await t.browser.screenshot(other, 'session_ended');
    await signIn(other, member);
    await other.locator('.failure').filter({ hasText: /disabled/i }).waitFor();

    await page.getByRole('button', { name: 'Enable user' }).click();
    await page.getByRole('button', { name: 'Disable user' }).waitFor();
    await other.getByRole('button', { name: 'Sign in' }).click();
    await heading(other, 'Your account');
    await page.reload();
    await page.getByRole('button', { name: /^End the session/ }).click();
    await page.getByText('Not signed in anywhere').waitFor();
    await other.evaluate(() => dispatchEvent(new Event('focus')));
    await heading(other, 'Sign in');
    for (const p of [page, other]) await p.context().close();
}

async function deleteUser(t) {
    const page = await asAdmin(t, '/console/users?search=made@');
    await rows(page).getByRole('link').click();
    await page.getByRole('button', { name: 'Delete user' }).click();
    const dialog = page.getByRole('dialog'), sure = dialog.getByRole('button', { name: 'Delete user' });
    assert.ok(await sure.isDisabled());
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Delete user', 'the focus was lost');
    await page.getByRole('button', { name: 'Delete user' }).click();
    await dialog.getByLabel('E-mail address').fill('made@example.test');
    await t.browser.screenshot(page, 'delete_user');
    await sure.click();
    await heading(page, 'Users');
    await notice(page, 'User deleted.');
    await page.getByLabel('Search').fill('made@');
    await page.getByText('No user matches').waitFor();
    await page.context().close();
}

async function rolesAndWhatTheyPermit(t) {
    const page = await asAdmin(t, '/console/roles');
    await heading(page, 'Roles');
    await page.getByRole('button', { name: 'New role' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('auditor');
    await dialog.getByRole('checkbox', { name: /^audit\.read/ }).check();
    await t.browser.screenshot(page, 'role');
    await dialog.getByRole('button', { name: 'Save role' }).click();
    await page.getByRole('rowheader', { name: 'auditor' }).waitFor();
    assert.equal(await page.getByRole('row', { name: /^admin/ }).getByRole('button').count(), 0);
    await t.browser.screenshot(page, 'roles');
    await page.getByRole('button', { name: 'Delete the role auditor' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete role' }).click();
    await page.getByRole('rowheader', { name: 'auditor' }).waitFor({ state: 'detached' });
    await page.context().close();

    const support = await t.browser.open('/console');
    await signIn(support, { email: 'member.004@example.test', password: member.password });
    await heading(support, 'Users');
    await settled(support);
    const links = await support.getByRole('navigation', { name: 'Console' }).getByRole('link').allTextContents();
    assert.deepEqual(links, ['Users']);
    assert.equal(await support.getByRole('button', { name: 'New user' }).count(), 0);
    await rows(support).first().getByRole('link').click();
    await support.locator('.facts').waitFor();
    assert.equal(await support.getByRole('button', { name: /Save|Delete|Disable|End/ }).count(), 0);
    await support.goto('/console/audit');
    await heading(support, 'Not found');
    await support.context().close();

    const nobody = await t.browser.open('/console');
    await signIn(nobody, { email: 'member.000@example.test', password: member.password });
    await nobody.getByText('You have no permissions here').waitFor();
    await nobody.context().close();
}

async function apiKeys(t) {
    const page = await asAdmin(t, '/console/api-keys');
    await page.getByText('No API keys').waitFor();
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('nightly export');
    await dialog.getByRole('checkbox', { name: /^users\.read/ }).check();
    await dialog.getByRole('button', { name: 'Make key' }).click();
    const key = await dialog.locator('output').textContent();
    assert.match(key, /^wk_[\w-]{20,}$/);
    await t.browser.screenshot(page, 'api_key');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('rowheader', { name: /nightly export/ }).waitFor();
    assert.ok(!(await page.content()).includes(key), 'the key is still in the page');
    await t.browser.screenshot(page, 'api_keys');
    await page.getByRole('button', { name: 'Revoke the key nightly export' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke key' }).click();
    await page.getByText('No API keys').waitFor();
    await page.context().close();
}

async function auditLog(t) {
    const page = await asAdmin(t, '/console/audit');
    await heading(page, 'Audit log');
    await rows(page).first().waitFor();
    await rows(page).first().getByText('Details').first().click();
    await t.browser.screenshot(page, 'audit');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Page 2').waitFor();
    await page.getByLabel('Action').selectOption('user.disabled');
    await becomes('events', 1, () => rows(page).count());
    await page.getByLabel('Subject').fill('nobody');
    await page.getByText('No event matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByText('Page 1').waitFor();
    assert.equal(await rows(page).count(), 50);
    await page.context().close();
}

// How many of a plot's points have a colour of one of its lines: an empty plot has a grid only.
const drawn = (page) => page.evaluate(() => [...document.querySelectorAll('.canvas canvas')].map((c) => {
    const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && Math.max(...data.slice(i, i + 3)) - Math.min(...data.slice(i, i + 3)) > 40) coloured++;
    return coloured;
}));

async function metrics(t) {
    const page = await asAdmin(t, '/console/metrics');
    await heading(page, 'Metrics');
    await becomes('plots', 3, () => page.locator('.plot').count());
    await page.getByText('The latest readings as a table').click();
    await page.waitForFunction(() => document.querySelectorAll('.scroll tbody tr').length >= 3, null, { timeout: 20_000 });
    for (const n of await drawn(page)) assert.ok(n > 0, 'a plot has no line'); // of zeros, if nothing waits
    assert.match(await page.locator('.canvas').first().getAttribute('aria-label'), /^Requests per second: All [\d.]+/);
    await page.getByText('The latest readings as a table').click();
    await t.browser.screenshot(page, 'metrics');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    await page.context().close();
}

async function signingKeys(t) {
    const page = await asAdmin(t, '/console/signing-keys');
    await rows(page).first().waitFor();
    const before = await rows(page).count();
    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
    await becomes('keys', before + 1, () => rows(page).count());
    await t.browser.screenshot(page, 'signing_keys');
    await page.context().close();
}

async function ownAccount(t) {
    const page = await t.browser.open('/account');
    await page.getByRole('link', { name: 'Sign up' }).click();
    await heading(page, 'Sign up');
    await page.getByLabel('E-mail').fill(newcomer.email);
    await page.getByLabel('Name').fill('Nia');
    await page.getByLabel('Password').fill(newcomer.password);
    await t.browser.screenshot(page, 'sign_up');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await heading(page, 'Your account');
    assert.equal(await page.getByRole('link', { name: 'Console' }).count(), 0);
    await page.getByRole('textbox', { name: 'Name' }).fill(newcomer.name);
    await page.getByRole('button', { name: 'Save name' }).click();
    await notice(page, 'Name saved.');

    const other = await t.browser.open('/account');
    await signIn(other, newcomer);
    await heading(other, 'Your account');
    const change = async (current, next) => {
        await page.getByLabel('Current password').fill(current);
        await page.getByLabel('New password').fill(next);
        await page.getByRole('button', { name: 'Change password' }).click();
    };
    const next = 'eleven slow tramways at dusk';
    await change('not this one at all', next);
    await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor();
    await change(newcomer.password, 'short');
    await becomes('fields at fault', 1, () => page.locator('[aria-invalid=true]').count());
    await change(newcomer.password, next);
    await notice(page, 'Password changed.');
    await t.browser.screenshot(page, 'account');
    await page.reload();
    await heading(page, 'Your account');
    assert.equal(await page.getByRole('textbox', { name: 'Name' }).inputValue(), newcomer.name);
    await other.evaluate(() => dispatchEvent(new Event('focus')));
    await heading(other, 'Sign in');
    await signIn(other, { ...newcomer, password: next });
    await heading(other, 'Your account');
    await page.reload();
    await page.getByRole('button', { name: 'End all others' }).click();
    await becomes('sessions', 1, () => rows(page).count());

    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Delete account' }).click();
    await dialog.getByLabel('Your password').fill(newcomer.password);
    await dialog.getByRole('button', { name: 'Delete account' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'wrong' }).waitFor();
    await t.browser.screenshot(page, 'delete_account');
    await dialog.getByLabel('Your password').fill(next);
    await dialog.getByRole('button', { name: 'Delete account' }).click();
    await heading(page, 'Sign in');
    await page.getByText('Your account was deleted.').waitFor();
    await signIn(page, { ...newcomer, password: next });
    await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor();
    for (const p of [page, other]) await p.context().close();
}

async function serverGone(t) {
    const page = await asAdmin(t, '/console/users');
    await heading(page, 'Users');
    await settled(page);
    await page.context().route('**/v1/**', (r) => r.abort());
    await go(page, 'Roles');
    await page.getByText('The server cannot be reached.').waitFor();
    await t.browser.screenshot(page, 'unreachable');
    await page.context().unroute('**/v1/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('rowheader', { name: 'admin' }).waitFor();
    await page.context().close();
}

async function keyboardOnly(t) {
    const page = await t.browser.open('/console/roles');
    await heading(page, 'Sign in');
    const press = async (...keys) => { for (const k of keys) await page.keyboard.press(k); };
    await press('Tab');
    await page.keyboard.type(admin.email);
    await press('Tab');
    await page.keyboard.type(admin.password);
    await press('Enter');
    await heading(page, 'Roles');
    await becomes('where the focus is', 'Roles', () => page.evaluate(() => document.activeElement.textContent));
    await page.getByRole('rowheader', { name: 'support' }).waitFor();
    await press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'New role');
    await press('Enter');
    await page.getByRole('dialog', { name: 'New role' }).waitFor();
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.context().close();
}

const chosenColours = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

async function themeSwitch(t) {
    const page = await asAdmin(t, '/console/users', { colours: 'light' });
    await heading(page, 'Users');
    const light = await chosenColours(page);
    await page.getByRole('radio', { name: 'Dark' }).check();
    const dark = await chosenColours(page);
    assert.notEqual(dark, light);
    await page.reload();
    await heading(page, 'Users');
    assert.equal(await chosenColours(page), dark);
    await page.getByRole('radio', { name: 'Auto' }).check();
    assert.equal(await chosenColours(page), light);
    await page.context().close();
}

// Each view with what has to be done to see it whole.
async function eachView(t, options, look) {
    const page = await t.browser.open('/console', options);
    await heading(page, 'Sign in');
    await look(page, 'sign_in');
    await page.goto('/account/sign-up');
    await heading(page, 'Sign up');
    await look(page, 'sign_up');
    await page.goto('/console/users');
    await signIn(page, admin);
    await rows(page).first().waitFor();
    await look(page, 'users');
    if (options.viewport === phone) {
        await page.getByRole('button', { name: 'Menu' }).click();
        await look(page, 'menu');
    }
    for (const [path, name] of [['roles', 'Roles'], ['api-keys', 'API keys'], ['audit', 'Audit log'], ['metrics', 'Metrics'], ['signing-keys', 'Signing keys']]) {
        await page.goto(`/console/${path}`);
        await heading(page, name);
        await page.locator('tbody tr, .empty, .plot').first().waitFor({ state: 'attached' });
        if (path === 'metrics') await page.waitForTimeout(2500);
        await look(page, path.replace('-', '_'));
    }
    await page.goto('/console/users?search=member.042');
    await rows(page).getByRole('link').click();
    await page.getByLabel('Metadata').waitFor();
    await settled(page);
    await look(page, 'user');
    await page.getByRole('button', { name: 'Delete user' }).click();
    await look(page, 'delete_user');
    await page.goto('/console/roles');
    await page.getByRole('button', { name: 'New role' }).click();
    await look(page, 'role');
    await page.goto('/console/no-such-view');
    await heading(page, 'Not found');
    await look(page, 'not_found');
    await page.goto('/account');
    await heading(page, 'Your account');
    await rows(page).first().waitFor();
    await look(page, 'account');
    await page.context().close();
}

const accessible = (colours) => async (t) => {
    const found = [];
    await eachView(t, { viewport: desktop, colours }, async (page, view) => {
        await t.browser.screenshot(page, `${colours}_${view}`);
        for (const v of await violations(page)) found.push(`${view}: ${v}`);
    });
    assert.deepEqual(found, []);
};

async function fitsPhones(t) {
    const found = [];
    for (const colours of ['light', 'dark']) {
        await eachView(t, { viewport: phone, colours }, async (page, view) => {
            await t.browser.screenshot(page, `phone_${colours}_${view}`);
            const over = await overflow(page);
            if (over > 0) found.push(`${view} is ${over} pixels too wide`);
            for (const v of await violations(page)) found.push(`${view}: ${v}`);
        });
    }
    assert.deepEqual(found, []);
}

async function nothingForbidden(t) {
    assert.ok(t.browser.watched > 0, 'no page was open');
    assert.deepEqual(t.browser.offences, []);
}

export const cases = [
    ['the first administrator is set up', firstSetup],
    ['a wrong password is told, the right one signs in', wrongPassword],
    ['a reload stays signed in, a sign-out does not', reloadAndSignOut],
    ['many users are paged, searched and narrowed', searchAmongMany],
    ['a user is made and changed, not over what others changed', makeAndChangeUser],
    ['who is disabled or signed out loses the other window', disablingEndsTheOtherWindow],
    ['a user is deleted only by typing the address', deleteUser],
    ['roles are kept, and what they do not permit is not offered', rolesAndWhatTheyPermit],
    ['an API key is shown once and revoked', apiKeys],
    ['the audit log is narrowed and paged', auditLog],
    ['metrics are drawn and told', metrics],
    ['signing keys are rotated', signingKeys],
    ['a user signs up, changes name and password, ends sessions', ownAccount],
    ['a server that is gone is told, and tried again', serverGone],
    ['everything is reached by keyboard', keyboardOnly],
    ['colours follow the system and the switch', themeSwitch],
    ['axe finds nothing in light colours', accessible('light')],
    ['axe finds nothing in dark colours', accessible('dark')],
    ['360 pixels are enough', fitsPhones],
    ['one of 100,000 users is found', searchAmongAHundredThousand],
    ['no page broke its policy, threw or asked another server', nothingForbidden],
];

// Runs those whose names match; -> the number of failures. Closes with a line that tests/count.py reads.
export async function runCases(t, pattern = '') {
    let passed = 0, failed = 0;
    for (const [name, run] of cases) {
        if (!new RegExp(pattern).test(name)) continue;
        const begin = Date.now();
        try {
            await run(t);
            passed++;
            console.log(`ok      ${name} (${Date.now() - begin} ms)`);
        } catch (e) {
            failed++;
            console.log(`FAILED  ${name}\n${e.stack}`);
            for (const context of t.browser.chromium.contexts()) {
                for (const page of context.pages()) await t.browser.screenshot(page, `failed_${failed}`).catch(() => {});
                await context.close();
            }
        }
    }
    console.log(`${passed} passed, ${failed} failed`);
    return failed;
}
