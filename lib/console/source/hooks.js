import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { get } from './api.js';

// Where the page is; every change goes through navigate().
const listeners = new Set();
const tell = () => listeners.forEach((l) => l());
addEventListener('popstate', tell);

export function navigate(to, { replace = false } = {}) {
    history[replace ? 'replaceState' : 'pushState'](null, '', to);
    tell();
}

export function useLocation() {
    const read = () => location.pathname + location.search;
    const [at, setAt] = useState(read);
    useEffect(() => {
        const update = () => setAt(read());
        listeners.add(update);
        return () => listeners.delete(update);
    }, []);
    const url = new URL(at, location.origin);
    return { path: url.pathname.replace(/(.)\/$/, '$1'), query: url.searchParams };
}

// What `load` gives, again whenever one of `inputs` changes; what was asked for earlier and comes later is dropped.
// {data, error, isLoading, reload}: old data stays while new is on its way.
export function useLoad(load, inputs) {
    const [state, setState] = useState({ data: null, error: null, isLoading: true });
    const turn = useRef(0);
    const run = useCallback(async () => {
        const mine = ++turn.current;
        setState((s) => ({ ...s, isLoading: true }));
        try {
            const data = await load();
            if (mine === turn.current) setState({ data, error: null, isLoading: false });
        } catch (error) {
            if (mine === turn.current) setState((s) => ({ ...s, error, isLoading: false }));
        }
    }, inputs);
    useEffect(() => {
        run();
        return () => { turn.current++; };
    }, [run]);
    return { ...state, reload: run };
}

// A list that the server gives in pages. The cursors of the pages before are kept to go back.
export function usePages(path, query) {
    const wanted = JSON.stringify(query);
    const [at, setAt] = useState({ of: wanted, cursors: [] });
    const cursors = at.of === wanted ? at.cursors : [];
    // A query that was asked before begins at its first page again.
    useEffect(() => setAt((a) => (a.of === wanted ? a : { of: wanted, cursors: [] })), [wanted]);
    const cursor = cursors.at(-1);
    const page = useLoad(() => get(path, { ...query, cursor }), [path, wanted, cursor]);
    const go = (next) => setAt({ of: wanted, cursors: next });
    return {
        ...page,
        number: cursors.length + 1,
        next: page.data?.next ? () => go([...cursors, page.data.next]) : null,
        previous: cursors.length ? () => go(cursors.slice(0, -1)) : null,
    };
}

// `value` once it has rested.
export function useRested(value, milliseconds = 250) {
    const [rested, setRested] = useState(value);
    useEffect(() => {
        const timer = setTimeout(() => setRested(value), milliseconds);
        return () => clearTimeout(timer);
    }, [value, milliseconds]);
    return rested;
}

// {run, isBusy, error}: something a person asked for, not twice at a time.
export function useAction(act) {
    const [state, setState] = useState({ isBusy: false, error: null });
    const busy = useRef(false);
    const run = async (...given) => {
        if (busy.current) return;
        busy.current = true;
        setState({ isBusy: true, error: null });
        try {
            await act(...given);
            setState({ isBusy: false, error: null });
        } catch (error) {
            setState({ isBusy: false, error });
        } finally {
            busy.current = false;
        }
    };
    return { ...state, run, clear: () => setState({ isBusy: false, error: null }) };
}
