import { useEffect, useState } from 'preact/hooks';

const stored = 'watchword.theme';
export const themes = ['system', 'light', 'dark'];

function read() {
    try {
        const theme = localStorage.getItem(stored);
        return themes.includes(theme) ? theme : 'system';
    } catch {
        return 'system'; // storage may be forbidden
    }
}

function apply(theme) {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
}
apply(read());

const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set();
const tell = () => listeners.forEach((l) => l());
system.addEventListener('change', tell);

export const isDark = () => read() === 'dark' || (read() === 'system' && system.matches);

export function setTheme(theme) {
    try {
        localStorage.setItem(stored, theme);
    } catch { /* then it lasts as long as the page */ }
    apply(theme);
    tell();
}

export function useTheme() {
    const [theme, set] = useState({ theme: read(), isDark: isDark() });
    useEffect(() => {
        const update = () => set({ theme: read(), isDark: isDark() });
        listeners.add(update);
        return () => listeners.delete(update);
    }, []);
    return theme;
}
