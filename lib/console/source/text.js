// Times and numbers as people read them.
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' });
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const count = new Intl.NumberFormat('en-US');

const parsed = (time) => (time && !Number.isNaN(Date.parse(time)) ? new Date(time) : null);
export const dayText = (time) => (parsed(time) ? day.format(parsed(time)) : '–');
export const timeText = (time) => (parsed(time) ? moment.format(parsed(time)) : '–');
export const exactText = (time) => (parsed(time) ? exact.format(parsed(time)) : '');
export const countText = (n) => (typeof n === 'number' ? count.format(n) : '–');
export const rateText = (n) => (n < 10 ? n.toFixed(1) : count.format(Math.round(n)));

export function agoText(time, now = Date.now()) {
    if (!parsed(time)) return 'never';
    const seconds = Math.round((now - Date.parse(time)) / 1000);
    if (seconds < 60) return 'just now';
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
    if (seconds < 30 * 86400) return `${Math.floor(seconds / 86400)} d ago`;
    return dayText(time);
}

export function spanText(seconds) {
    const d = Math.floor(seconds / 86400), h = Math.floor((seconds % 86400) / 3600), m = Math.floor((seconds % 3600) / 60);
    if (d) return `${d} d ${h} h`;
    if (h) return `${h} h ${m} min`;
    return m ? `${m} min` : `${Math.floor(seconds)} s`;
}
