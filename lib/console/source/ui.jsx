import { createContext } from 'preact';
import { useContext, useEffect, useId, useRef, useState } from 'preact/hooks';
import { navigate } from './hooks.js';
import { exactText, timeText } from './text.js';
import { setTheme, themes, useTheme } from './theme.js';

// Who is signed in: {me, may(permission), reload}.
export const Caller = createContext(null);
export const useCaller = () => useContext(Caller);

// A short word on what was done, read out and shown for a while: useNotice()("User saved.").
export const Notices = createContext(() => {});
export const useNotice = () => useContext(Notices);

export function NoticeArea({ children }) {
    const [text, setText] = useState('');
    const timer = useRef(0);
    const say = (t) => {
        clearTimeout(timer.current);
        setText(t);
        timer.current = setTimeout(() => setText(''), 6000);
    };
    return (
        <Notices.Provider value={say}>
            {children}
            <div class="toast" role="status">{text && <p>{text}</p>}</div>
        </Notices.Provider>
    );
}

export function Link({ to, children, ...rest }) {
    const follow = (e) => {
        if (e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
        e.preventDefault();
        navigate(to);
    };
    return <a href={to} onClick={follow} {...rest}>{children}</a>;
}

// The heading of a view takes the focus when the view appears, so that a screen reader begins there.
export function Heading({ title, note, children }) {
    const h1 = useRef();
    useEffect(() => {
        document.title = `${title} · Watchword`;
        h1.current.focus({ preventScroll: true });
    }, [title]);
    return (
        <header class="heading">
            <div>
                <h1 ref={h1} tabIndex={-1}>{title}</h1>
                {note && <p class="soft">{note}</p>}
            </div>
            {children && <div class="actions">{children}</div>}
        </header>
    );
}

export const Mark = () => (
    <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
        <rect width="16" height="16" rx="4" />
        <path d="M3 5l2.5 6L8 6l2.5 5L13 5" />
    </svg>
);

export function Button({ kind = 'plain', busy = false, children, type = 'button', ...rest }) {
    return (
        <button type={type} class={`button ${kind}`} aria-disabled={busy || undefined} aria-busy={busy || undefined} {...rest}>
            {children}
        </button>
    );
}

export function Field({ label, hint, error, type = 'text', rows, onValue, value, children, ...rest }) {
    const id = useId();
    const described = [hint && `${id}h`, error && `${id}e`].filter(Boolean).join(' ') || undefined;
    const common = {
        id, value, ...rest,
        'aria-describedby': described,
        'aria-invalid': error ? 'true' : undefined,
        onInput: (e) => onValue(e.currentTarget.value),
    };
    const control = children ? <select {...common}>{children}</select>
        : rows ? <textarea rows={rows} {...common} />
        : <input type={type} {...common} />;
    return (
        <div class="field">
            <label for={id}>{label}</label>
            {control}
            {hint && <p class="hint" id={`${id}h`}>{hint}</p>}
            {error && <p class="error" id={`${id}e`}>{error}</p>}
        </div>
    );
}

export function Checks({ legend, all, chosen, onChosen, describe, empty }) {
    const toggle = (name) => onChosen(chosen.includes(name) ? chosen.filter((n) => n !== name) : [...chosen, name]);
    return (
        <fieldset class="checks">
            <legend>{legend}</legend>
            {all.length === 0 && <p class="soft">{empty}</p>}
            {all.map((name) => (
                <label key={name}>
                    <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
                    <span>{name}{describe && <small>{describe(name)}</small>}</span>
                </label>
            ))}
        </fieldset>
    );
}

export function Failure({ error, onAgain }) {
    if (!error) return null;
    return (
        <div class="failure" role="alert">
            <p>{error.message}</p>
            {onAgain && <Button onClick={onAgain}>Try again</Button>}
        </div>
    );
}

export function Empty({ title, children }) {
    return <div class="empty"><p class="empty-title">{title}</p>{children && <p>{children}</p>}</div>;
}

// What was asked for, or that it is on its way, or why it is not there.
export function Loaded({ of, children, rows = 5 }) {
    if (of.error && !of.data) return <Failure error={of.error} onAgain={of.reload} />;
    if (!of.data) {
        return (
            <div class="skeleton" role="status">
                <span class="hidden">Loading</span>
                {Array.from({ length: rows }, (_, i) => <span key={i} class="bar" aria-hidden="true" />)}
            </div>
        );
    }
    return (
        <>
            <Failure error={of.error} onAgain={of.reload} />
            <div class="loaded" aria-busy={of.isLoading}>{children(of.data)}</div>
        </>
    );
}

// `columns`: {title, cell(row), wide?: hidden on a phone, end?: aligned to the end}. The first names its row.
export function Table({ caption, columns, rows, id = (row) => row.id }) {
    const kind = (c) => [c.wide && 'wide', c.end && 'end'].filter(Boolean).join(' ') || undefined;
    return (
        <table>
            <caption class="hidden">{caption}</caption>
            <thead>
                <tr>{columns.map((c) => <th key={c.title} scope="col" class={kind(c)}>
                    {c.quiet ? <span class="hidden">{c.title}</span> : c.title}</th>)}</tr>
            </thead>
            <tbody>
                {rows.map((row) => (
                    <tr key={id(row)}>
                        {columns.map((c, i) => (i === 0
                            ? <th key={c.title} scope="row" class={kind(c)}>{c.cell(row)}</th>
                            : <td key={c.title} class={kind(c)}>{c.cell(row)}</td>))}
                    </tr>
                ))}
            </tbody>
        </table>
    );
}

export function Pager({ pages, noun }) {
    if (!pages.previous && !pages.next) return null;
    return (
        <nav class="pager" aria-label={`Pages of ${noun}`}>
            <Button disabled={!pages.previous} onClick={pages.previous ?? undefined}>Previous</Button>
            <span class="soft" aria-live="polite">Page {pages.number}</span>
            <Button disabled={!pages.next} onClick={pages.next ?? undefined}>Next</Button>
        </nav>
    );
}

export const Chip = ({ children }) => <span class="chip" title={typeof children === 'string' ? children : undefined}>{children}</span>;
export const State = ({ kind, children }) => <span class={`state ${kind}`}>{children}</span>;
export const Time = ({ of, text = timeText }) => (of ? <time dateTime={of} title={exactText(of)}>{text(of)}</time> : <span class="soft">–</span>);

// A modal dialog with a form. It closes by Escape, Cancel, or when `onSubmit` has come to its end.
export function Dialog({ title, submit, kind = 'primary', onSubmit, onClose, action, children, disabled = false }) {
    const dialog = useRef();
    const id = useId();
    useEffect(() => {
        const before = document.activeElement;
        dialog.current.showModal();
        return () => before?.isConnected && before.focus();
    }, []);
    const send = (e) => {
        e.preventDefault();
        if (!disabled) onSubmit();
    };
    return (
        <dialog ref={dialog} aria-labelledby={id} onCancel={(e) => { e.preventDefault(); onClose(); }}>
            <form onSubmit={send} noValidate>
                <h2 id={id}>{title}</h2>
                {children}
                <Failure error={action?.error} />
                <div class="dialog-actions">
                    <Button onClick={onClose}>{submit ? 'Cancel' : 'Close'}</Button>
                    {submit && <Button kind={kind} type="submit" busy={action?.isBusy} disabled={disabled}>{submit}</Button>}
                </div>
            </form>
        </dialog>
    );
}

export function ThemeSwitch() {
    const { theme } = useTheme();
    return (
        <fieldset class="theme">
            <legend class="hidden">Colours</legend>
            {themes.map((t) => (
                <label key={t}>
                    <input type="radio" name="theme" checked={theme === t} onChange={() => setTheme(t)} />
                    <span>{t === 'system' ? 'Auto' : t[0].toUpperCase() + t.slice(1)}</span>
                </label>
            ))}
        </fieldset>
    );
}

export function CopyButton({ text }) {
    const say = useNotice();
    const copy = async () => {
        try {
            await navigator.clipboard.writeText(text);
            say('Copied.');
        } catch {
            say('The browser does not allow copying. Select the text instead.');
        }
    };
    return <Button onClick={copy}>Copy</Button>;
}
