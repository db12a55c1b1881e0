import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { get, hasSession, whenEnded } from './api.js';

const watchInterval = 20_000;

// Who this page is signed in as: {phase: 'starting' | 'signed_out' | 'signed_in' | 'failed', message, caller, error,
// start}. Asks again now and then while somebody looks, so that a session that was ended elsewhere is noticed.
export function useSession() {
    const [state, setState] = useState({ phase: hasSession() ? 'starting' : 'signed_out', message: '', me: null });

    const start = useCallback(async () => {
        try {
            const me = await get('/v1/users/me');
            setState({ phase: 'signed_in', message: '', me });
        } catch (error) {
            // The end of the session has been told by whenEnded.
            setState((s) => (s.phase === 'signed_out' || s.me ? s : { ...s, phase: 'failed', error }));
        }
    }, []);

    useEffect(() => {
        whenEnded((message) => setState({ phase: 'signed_out', message, me: null }));
        if (hasSession()) start();
    }, [start]);

    const isSignedIn = state.phase === 'signed_in';
    useEffect(() => {
        if (!isSignedIn) return undefined;
        const look = () => { if (document.visibilityState === 'visible') start(); };
        const timer = setInterval(look, watchInterval);
        document.addEventListener('visibilitychange', look);
        addEventListener('focus', look);
        return () => {
            clearInterval(timer);
            document.removeEventListener('visibilitychange', look);
            removeEventListener('focus', look);
        };
    }, [isSignedIn, start]);

    const caller = useMemo(() => state.me && {
        me: state.me,
        may: (permission) => (state.me.permissions ?? []).includes(permission),
        reload: start,
    }, [state.me, start]);
    return { ...state, caller, start };
}
