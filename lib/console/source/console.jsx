import { useEffect, useState } from 'preact/hooks';
import { ApiKeys } from './api_keys.jsx';
import { signOut } from './api.js';
import { Audit } from './audit.jsx';
import { navigate, useAction, useLocation } from './hooks.js';
import { Metrics } from './metrics.jsx';
import { Roles } from './roles.jsx';
import { Setup, SignIn, Gate } from './sign_in.jsx';
import { useSession } from './signed_in.jsx';
import { SigningKeys } from './signing_keys.jsx';
import { Button, Caller, Empty, Failure, Heading, Link, Mark, ThemeSwitch } from './ui.jsx';
import { User } from './user.jsx';
import { Users } from './users.jsx';

const views = [
    { path: '/console/users', title: 'Users', needs: 'users.read', View: Users },
    { path: '/console/roles', title: 'Roles', needs: 'roles.read', View: Roles },
    { path: '/console/api-keys', title: 'API keys', needs: 'api_keys.read', View: ApiKeys },
    { path: '/console/audit', title: 'Audit log', needs: 'audit.read', View: Audit },
    { path: '/console/metrics', title: 'Metrics', needs: 'metrics.read', View: Metrics },
    { path: '/console/signing-keys', title: 'Signing keys', needs: 'signing_keys.read', View: SigningKeys },
];

export function Console() {
    const session = useSession();
    const { path } = useLocation();
    if (path === '/console/setup') return <Setup onDone={session.start} />;
    if (session.phase === 'signed_out') return <SignIn message={session.message} onDone={session.start} />;
    if (session.phase === 'failed') {
        return <Gate title="No connection"><Failure error={session.error} onAgain={session.start} /></Gate>;
    }
    if (session.phase === 'starting') return <p class="starting" role="status">Loading…</p>;
    return <Caller.Provider value={session.caller}><Shell caller={session.caller} path={path} /></Caller.Provider>;
}

function Shell({ caller, path }) {
    const offered = views.filter((v) => caller.may(v.needs));
    const [isOpen, setOpen] = useState(false);
    const leave = useAction(signOut);
    const isStart = path === '/console';
    useEffect(() => {
        setOpen(false);
        if (isStart && offered.length) navigate(offered[0].path, { replace: true });
    }, [path]);
    const at = (v) => path === v.path || path.startsWith(`${v.path}/`);
    return (
        <div class="shell">
            <a class="skip" href="#content">Skip to content</a>
            <header class="side">
                <div class="brand">
                    <Link to="/console" class="brand-name"><Mark />Watchword</Link>
                    <button type="button" class="button menu" aria-expanded={isOpen} aria-controls="menu" onClick={() => setOpen(!isOpen)}>Menu</button>
                </div>
                <div id="menu" class={isOpen ? 'menu-content open' : 'menu-content'}>
                    <nav aria-label="Console">
                        <ul>
                            {offered.map((v) => (
                                <li key={v.path}><Link to={v.path} aria-current={at(v) ? 'page' : undefined} onClickCapture={() => setOpen(false)}>{v.title}</Link></li>
                            ))}
                        </ul>
                    </nav>
                    <div class="who">
                        <p class="who-name" title={caller.me.email}>{caller.me.email ?? caller.me.name}</p>
                        <p><a href="/account">Your account</a></p>
                        <Failure error={leave.error} />
                        <Button onClick={leave.run} busy={leave.isBusy}>Sign out</Button>
                        <ThemeSwitch />
                    </div>
                </div>
            </header>
            <main id="content" tabIndex={-1}><Content offered={offered} path={path} isStart={isStart} /></main>
        </div>
    );
}

function Content({ offered, path, isStart }) {
    if (!offered.length) {
        return (
            <>
                <Heading title="Nothing to show" />
                <Empty title="You have no permissions here">
                    An administrator can give you a role. What is yours is under <a href="/account">your account</a>.
                </Empty>
            </>
        );
    }
    const user = /^\/console\/users\/([^/]+)$/.exec(path);
    if (user && offered.some((v) => v.View === Users)) {
        const id = safelyDecoded(user[1]);
        return <User id={id} key={id} />;
    }
    const view = offered.find((v) => v.path === path);
    if (view) return <view.View />;
    if (isStart) return null;
    return (
        <>
            <Heading title="Not found" />
            <Empty title="There is nothing at this address">It may have moved, or you may lack the permission to see it.</Empty>
        </>
    );
}

function safelyDecoded(text) {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}
