// Numbers, times and regions as people read them.

const ATTENTION = ['q', 'k', 'v', 'o'];
const FEED_FORWARD = ['gate', 'up', 'down'];

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** Four significant digits; a dash for what is not there. */
export function number(value) {
  if (!isNumber(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2);
  return size >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(4)));
}

/** Points of 0 to 100; small ones keep their digits. */
export function points(value) {
  if (!isNumber(value)) return '–';
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A difference with its sign. */
export function change(value) {
  if (!isNumber(value)) return '–';
  return (value < 0 ? '−' : '+') + points(Math.abs(value));
}

/** 936,096 as 936 k. */
export function count(value) {
  if (!isNumber(value)) return '–';
  for (const [size, unit] of [[1e9, ' G'], [1e6, ' M'], [1e3, ' k']]) {
    if (value >= size) return Number((value / size).toPrecision(3)) + unit;
  }
  return String(value);
}

/** Bytes in binary units. */
export function bytes(value) {
  if (!isNumber(value)) return '–';
  return value >= 2 ** 30 ? (value / 2 ** 30).toFixed(1) + ' GiB' : Math.round(value / 2 ** 20) + ' MiB';
}

/** Seconds as 1 h 20 min. */
export function duration(seconds) {
  if (!isNumber(seconds) || seconds < 0) return '–';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

/** How long ago, of a time in milliseconds. */
export function ago(time, now = Date.now()) {
  if (!time) return '–';
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.round(seconds / 3600)} h ago`;
  return new Date(time).toLocaleDateString('en-CA');
}

/** Date and time of this machine. */
export function moment(iso) {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? '–' : time.toLocaleString('sv-SE').slice(0, 16);
}

/** A region's text form in few characters: 8-15 mha+ffn, 8-15 up,down. */
export function region(text) {
  if (!text) return '–';
  if (text === 'all') return 'whole model';
  if (text === 'search') return 'to be searched';
  const colon = text.indexOf(':');
  if (colon < 0) return text;
  const modules = text.slice(colon + 1).split(',').map((m) => m.replace(/_proj$/, ''));
  const groups = [];
  let rest = modules;
  for (const [name, members] of [['mha', ATTENTION], ['ffn', FEED_FORWARD]]) {
    if (modules.includes(name) || members.every((m) => modules.includes(m))) {
      groups.push(name);
      rest = rest.filter((m) => m !== name && !members.includes(m));
    }
  }
  if (rest.length) groups.push(rest.join(','));
  return `${text.slice(0, colon)} ${groups.join('+')}`;
}
