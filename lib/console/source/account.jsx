import { useState } from 'preact/hooks';
import { call, changePassword, deleteAccount, get, open, signIn, signOut } from './api.js';
import { navigate, useAction, useLoad, useLocation } from './hooks.js';
import { SessionTable } from './sessions.jsx';
import { Gate, SignInForm } from './sign_in.jsx';
import { useSession } from './signed_in.jsx';
import { Button, Dialog, Failure, Field, Heading, Link, Loaded, Mark, ThemeSwitch, useNotice } from './ui.jsx';

// What users do with their own accounts.
export function Account() {
    const session = useSession();
    const { path } = useLocation();
    if (session.phase === 'starting') return <p class="starting" role="status">Loading…</p>;
    if (session.phase === 'failed') {
        return <Gate title="No connection"><Failure error={session.error} onAgain={session.start} /></Gate>;
    }
    if (session.phase === 'signed_in') return <Own caller={session.caller} />;
    if (path === '/account/sign-up') return <SignUp onDone={session.start} />;
    return (
        <Gate title="Sign in" note="To your own account" message={session.message}>
            <SignInForm onDone={session.start} />
            <p class="aside">No account yet? <Link to="/account/sign-up">Sign up</Link></p>
        </Gate>
    );
}

function SignUp({ onDone }) {
    const [form, setForm] = useState({ email: '', name: '', password: '' });
    const set = (name) => (value) => setForm((f) => ({ ...f, [name]: value }));
    const action = useAction(async () => {
        const body = { email: form.email.trim(), password: form.password };
        if (form.name.trim()) body.name = form.name.trim();
        await open('POST', '/v1/users', { body });
        await signIn(body.email, body.password);
        navigate('/account', { replace: true });
        await onDone();
    });
    const submit = (e) => {
        e.preventDefault();
        action.run();
    };
    const fields = action.error?.fields ?? {};
    return (
        <Gate title="Sign up">
            <form onSubmit={submit}>
                <Field label="E-mail" type="email" autoComplete="username" required value={form.email} onValue={set('email')} error={fields.email} />
                <Field label="Name" autoComplete="name" hint="Optional" value={form.name} onValue={set('name')} error={fields.name} />
                <Field label="Password" type="password" autoComplete="new-password" required value={form.password} onValue={set('password')} error={fields.password} />
                <Failure error={action.error} />
                <Button kind="primary" type="submit" busy={action.isBusy}>Sign up</Button>
            </form>
            <p class="aside">You have an account? <Link to="/account">Sign in</Link></p>
        </Gate>
    );
}

function Own({ caller }) {
    const leave = useAction(signOut);
    const isAdministrator = (caller.me.permissions ?? []).length > 0;
    return (
        <div class="own">
            <header class="own-bar">
                <span class="brand-name"><Mark />Watchword</span>
                {isAdministrator && <a href="/console">Console</a>}
                <Button onClick={leave.run} busy={leave.isBusy}>Sign out</Button>
            </header>
            <main id="content">
                <Heading title="Your account" note={caller.me.email} />
                <Failure error={leave.error} />
                <div class="panels">
                    <Name caller={caller} key={caller.me.updated} />
                    <Password />
                    <Sessions />
                    <Leaving />
                </div>
                <ThemeSwitch />
            </main>
        </div>
    );
}

function Name({ caller }) {
    const say = useNotice();
    const before = caller.me.name ?? '';
    const [name, setName] = useState(before);
    const action = useAction(async () => {
        await call('PATCH', '/v1/users/me', { body: { name: name.trim() } });
        say('Name saved.');
        await caller.reload();
    });
    const submit = (e) => {
        e.preventDefault();
        action.run();
    };
    return (
        <section class="panel" aria-labelledby="profile">
            <h2 id="profile">Profile</h2>
            <form onSubmit={submit}>
                <Field label="Name" autoComplete="name" value={name} onValue={setName} error={action.error?.fields.name} />
                <Failure error={action.error} />
                <Button kind="primary" type="submit" busy={action.isBusy} disabled={name.trim() === before}>Save name</Button>
            </form>
        </section>
    );
}

function Password() {
    const say = useNotice();
    const [form, setForm] = useState({ current: '', next: '' });
    const set = (name) => (value) => setForm((f) => ({ ...f, [name]: value }));
    const action = useAction(async () => {
        await changePassword(form.current, form.next);
        setForm({ current: '', next: '' });
        say('Password changed. All other sessions have ended.');
    });
    const submit = (e) => {
        e.preventDefault();
        action.run();
    };
    const fields = action.error?.fields ?? {};
    return (
        <section class="panel" aria-labelledby="password">
            <h2 id="password">Password</h2>
            <form onSubmit={submit}>
                <div class="two">
                    <Field label="Current password" type="password" autoComplete="current-password" required value={form.current}
                        onValue={set('current')} error={fields.current_password} />
                    <Field label="New password" type="password" autoComplete="new-password" required value={form.next}
                        onValue={set('next')} error={fields.new_password} />
                </div>
                <Failure error={action.error} />
                <Button kind="primary" type="submit" busy={action.isBusy} disabled={!form.current || !form.next}>Change password</Button>
            </form>
        </section>
    );
}

function Sessions() {
    const say = useNotice();
    const sessions = useLoad(() => get('/v1/sessions'), []);
    const action = useAction(async (session) => {
        if (session?.current) return signOut();
        await call('DELETE', `/v1/sessions/${session ? encodeURIComponent(session.id) : 'others'}`);
        say(session ? 'Session ended.' : 'All other sessions ended.');
        return sessions.reload();
    });
    const hasOthers = sessions.data?.sessions.some((s) => !s.current);
    return (
        <section class="panel" aria-labelledby="sessions">
            <div class="panel-heading">
                <h2 id="sessions">Where you are signed in</h2>
                {hasOthers && <Button onClick={() => action.run()} busy={action.isBusy}>End all others</Button>}
            </div>
            <Failure error={action.error} />
            <Loaded of={sessions} rows={2}>
                {(d) => <SessionTable sessions={d.sessions} onEnd={action.run} />}
            </Loaded>
        </section>
    );
}

function Leaving() {
    const [asked, setAsked] = useState(false);
    return (
        <section class="panel" aria-labelledby="leaving">
            <h2 id="leaving">Delete your account</h2>
            <ul class="choices">
                <li>
                    <p class="soft">The account and its sessions are removed. This cannot be undone.</p>
                    <Button kind="danger" onClick={() => setAsked(true)}>Delete account</Button>
                </li>
            </ul>
            {asked && <DeleteAccount onClose={() => setAsked(false)} />}
        </section>
    );
}

function DeleteAccount({ onClose }) {
    const [password, setPassword] = useState('');
    const action = useAction(() => deleteAccount(password));
    return (
        <Dialog title="Delete your account?" submit="Delete account" kind="danger" onSubmit={action.run} onClose={onClose}
            action={action} disabled={!password}>
            <p>It is removed for good. To confirm, type your password.</p>
            <Field label="Your password" type="password" autoComplete="current-password" value={password} onValue={setPassword}
                error={action.error?.fields.password} />
        </Dialog>
    );
}
