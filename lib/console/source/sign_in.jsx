import { useEffect, useRef, useState } from 'preact/hooks';
import { open, signIn } from './api.js';
import { navigate, useAction, useLoad } from './hooks.js';
import { Button, Failure, Field, Link, Mark, ThemeSwitch } from './ui.jsx';

// A page with one form on it.
export function Gate({ title, note, message, children }) {
    const h1 = useRef();
    useEffect(() => {
        document.title = `${title} · Watchword`;
        h1.current.focus({ preventScroll: true });
    }, [title]);
    return (
        <main class="gate">
            <div class="gate-brand"><Mark />Watchword</div>
            <div class="card">
                <h1 ref={h1} tabIndex={-1}>{title}</h1>
                {note && <p class="soft">{note}</p>}
                {message && <p class="message" role="alert">{message}</p>}
                {children}
            </div>
            <ThemeSwitch />
        </main>
    );
}

export function SignInForm({ onDone }) {
    const [email, setEmail] = useState('');
    const [password, setPassword] = useState('');
    const action = useAction(async () => {
        await signIn(email.trim(), password);
        setPassword('');
        await onDone();
    });
    const submit = (e) => {
        e.preventDefault();
        action.run();
    };
    return (
        <form onSubmit={submit}>
            <Field label="E-mail" type="email" autoComplete="username" required value={email} onValue={setEmail} />
            <Field label="Password" type="password" autoComplete="current-password" required value={password} onValue={setPassword} />
            <Failure error={action.error} />
            <Button kind="primary" type="submit" busy={action.isBusy}>Sign in</Button>
        </form>
    );
}

export function SignIn({ message, onDone }) {
    const setup = useLoad(askSetup, []);
    return (
        <Gate title="Sign in" note="The console is for administrators." message={message}>
            {setup.data?.needed && (
                <p class="message">This server has no administrator yet. <Link to="/console/setup">Set it up</Link></p>
            )}
            <SignInForm onDone={onDone} />
            <p class="aside"><a href="/account">Your own account</a></p>
        </Gate>
    );
}

// The link has it behind # or ?token=. It is taken out of the address at once, so that neither history nor a
// shared screen keeps it.
function takeToken() {
    const url = new URL(location.href);
    const token = new URLSearchParams(url.hash.slice(1)).get('token') ?? url.searchParams.get('token') ?? '';
    if (token) history.replaceState(null, '', url.pathname);
    return token;
}

export function Setup({ onDone }) {
    const [form, setForm] = useState(() => ({ token: takeToken(), email: '', name: '', password: '' }));
    const setup = useLoad(askSetup, []);
    const set = (name) => (value) => setForm((f) => ({ ...f, [name]: value }));
    const action = useAction(async () => {
        const { name, ...rest } = form;
        await open('POST', '/v1/setup', { body: { ...rest, email: form.email.trim(), token: form.token.trim(), ...(name && { name }) } });
        await signIn(form.email.trim(), form.password);
        navigate('/console', { replace: true });
        await onDone();
    });
    const submit = (e) => {
        e.preventDefault();
        action.run();
    };
    const fields = action.error?.fields ?? {};
    if (setup.data && !setup.data.needed) {
        return (
            <Gate title="Set-up is complete" note="This server has an administrator already.">
                <p><Link to="/console" class="button primary">Go to the console</Link></p>
            </Gate>
        );
    }
    return (
        <Gate title="Set up Watchword" note="Make the first administrator. The set-up token was printed when the server started.">
            <form onSubmit={submit}>
                <Field label="Set-up token" value={form.token} onValue={set('token')} autoComplete="off" spellcheck={false}
                    required error={fields.token} class="code" />
                <Field label="E-mail" type="email" value={form.email} onValue={set('email')} autoComplete="username" required error={fields.email} />
                <Field label="Name" value={form.name} onValue={set('name')} autoComplete="name" hint="Optional" error={fields.name} />
                <Field label="Password" type="password" value={form.password} onValue={set('password')} autoComplete="new-password"
                    required error={fields.password} />
                <Failure error={action.error} />
                <Button kind="primary" type="submit" busy={action.isBusy}>Make administrator</Button>
            </form>
        </Gate>
    );
}

const askSetup = () => open('GET', '/v1/setup').then((r) => r.data);
