// All runs of the folder.
import { get, pathOf, repeat } from './api.js';
import { announce, fill, h } from './dom.js';
import { ago, duration, number, points, region } from './format.js';

const EVERY = 2500;
const MOST_COMPARED = 8;

/** Signs that tell states apart without colour. */
const SIGNS = {
  running: '▶', elsewhere: '▷', stopped: '✕', interrupted: '❙❙', failed: '!', finished: '✓', unfinished: '○',
};

const COLUMNS = [
  { key: 'name', head: 'Run', of: (r) => r.name, text: true },
  { key: 'state', head: 'State', of: (r) => r.state.kind, text: true },
  { key: 'progress', head: 'Progress', of: (r) => (r.total_steps ? r.step / r.total_steps : -1) },
  { key: 'loss', head: 'Loss', of: (r) => r.loss ?? Infinity },
  { key: 'eval', head: 'Held-out', of: (r) => r.eval_loss ?? Infinity },
  { key: 's', head: 'S', of: (r) => r.speciality ?? -Infinity },
  { key: 'v', head: 'V', of: (r) => r.versatility ?? -Infinity },
  { key: 'changed', head: 'Last change', of: (r) => r.changed },
];

const chosen = new Set();
let sort = { key: 'changed', down: true };
let words = '';

/** A state as a badge. */
export function badge(state, long = false) {
  return h('span', { class: `badge ${state.kind}`, title: long ? null : state.text },
    h('span', { 'aria-hidden': 'true' }, SIGNS[state.kind] ?? '?'), ' ',
    long ? state.text : state.kind === 'elsewhere' ? 'running elsewhere' : state.kind === 'unfinished' ? 'not finished' : state.kind);
}

export function listView() {
  let runs = [];
  let now = Date.now();
  const rows = new Map();
  const counts = h('p', { class: 'lead' }, 'Reading …');
  const filter = h('input', {
    type: 'search', id: 'filter', placeholder: 'name, method, region, state', value: words, autocomplete: 'off',
    input: () => { words = filter.value; render(); },
  });
  const body = h('tbody');
  const heads = COLUMNS.map((column) => h('th', { scope: 'col', class: column.text ? null : 'number' },
    h('button', { type: 'button', click: () => order(column) }, column.head,
      h('span', { class: 'arrow', 'aria-hidden': 'true' }))));
  const empty = h('p', { class: 'empty', hidden: true });
  const bar = h('div', { class: 'bar', hidden: true });
  const list = h('table', { class: 'runs' },
    h('caption', { class: 'hidden' }, 'Runs'),
    h('thead', {}, h('tr', {},
      h('th', { scope: 'col' }, h('span', { class: 'hidden' }, 'Compare')), heads,
      h('th', { scope: 'col' }, 'Report'))), body);

  function order(column) {
    sort = { key: column.key, down: sort.key === column.key ? !sort.down : !column.text };
    render();
  }

  function matches(run) {
    const text = [run.name, run.method, region(run.region), run.model, run.state.kind, run.command].join(' ').toLowerCase();
    return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  }

  function render() {
    const column = COLUMNS.find((c) => c.key === sort.key);
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const shown = runs.filter(matches)
      .sort((a, b) => (sort.down ? -1 : 1) * compare(column.of(a), column.of(b)) || compare(a.name, b.name));
    COLUMNS.forEach((c, i) => {
      const on = c.key === sort.key;
      if (on) heads[i].setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
      else heads[i].removeAttribute('aria-sort');
      heads[i].querySelector('.arrow').textContent = on ? (sort.down ? ' ↓' : ' ↑') : '';
    });
    const wanted = shown.map(rowOf);
    wanted.forEach((row, i) => { if (body.children[i] !== row) body.insertBefore(row, body.children[i] ?? null); });
    while (body.children.length > wanted.length) body.lastChild.remove();
    list.hidden = shown.length === 0;
    empty.hidden = shown.length > 0;
    empty.textContent = runs.length ? 'No run matches.' : 'No runs in this folder yet. A run appears here as soon as it begins.';
    const running = runs.filter((r) => r.state.kind === 'running').length;
    const text = `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}, ${running} running`
      + (shown.length < runs.length ? `, ${shown.length} shown` : '');
    if (counts.textContent !== text) counts.textContent = text;
    choose();
  }

  function rowOf(run) {
    const seen = JSON.stringify([run, ago(run.changed, now)]);
    let row = rows.get(run.name);
    if (row?.seen === seen) return row.element;
    const element = row?.element ?? h('tr', {});
    const focused = element.contains(document.activeElement) ? document.activeElement.dataset.part : null;
    fill(element, cells(run));
    element.className = run.state.kind;
    if (focused) element.querySelector(`[data-part="${focused}"]`)?.focus();
    rows.set(run.name, { seen, element });
    return element;
  }

  function cells(run) {
    const box = h('input', {
      type: 'checkbox', 'aria-label': `Compare ${run.name}`, checked: chosen.has(run.name), 'data-part': 'box',
      change: () => { chosen[box.checked ? 'add' : 'delete'](run.name); choose(); },
    });
    const about = [run.command, run.method, run.region && region(run.region), run.model].filter(Boolean).join(' · ');
    const part = run.total_steps ? run.step / run.total_steps : null;
    const left = run.state.kind === 'running' && run.seconds_left > 0 ? `${duration(run.seconds_left)} left` : null;
    const value = (head, text) => h('td', { class: text === '–' ? 'number none' : 'number', 'data-head': head }, text);
    return [
      h('td', { class: 'box' }, h('label', {}, box)),
      h('th', { scope: 'row' },
        h('a', { href: `#/run/${pathOf(run.name)}`, 'data-part': 'link' }, run.name),
        h('span', { class: 'about' }, about)),
      h('td', { 'data-head': 'State' }, badge(run.state)),
      part === null ? value('Progress', left ?? '–') : h('td', { class: 'number', 'data-head': 'Progress' }, [
        h('progress', { max: 1, value: part.toFixed(4), 'aria-label': 'Progress' }),
        h('span', { class: 'about' }, left ?? `${number(run.step)} of ${number(run.total_steps)}`)]),
      value('Loss', number(run.loss)),
      value('Held-out', number(run.eval_loss)),
      value('S', points(run.speciality)),
      value('V', points(run.versatility)),
      value('Last change', ago(run.changed, now)),
      h('td', { class: run.report ? null : 'none', 'data-head': 'Report' }, run.report
        ? h('a', { href: `/runs/${pathOf(run.name)}/report.html`, target: '_blank', rel: 'noopener', 'data-part': 'report',
          'aria-label': `Report of ${run.name}` }, 'report')
        : '–'),
    ];
  }

  function choose() {
    const there = new Set(runs.map((r) => r.name));
    const names = [...chosen].filter((name) => there.has(name));
    bar.hidden = names.length === 0;
    const few = names.length < 2;
    const many = names.length > MOST_COMPARED;
    fill(bar, h('span', { role: 'status' }, `${names.length} chosen`,
      few ? '; choose another to compare' : many ? `; at most ${MOST_COMPARED} can be compared` : ''),
    few || many ? null : h('a', { class: 'button', href: `#/compare/${names.map(encodeURIComponent).join(',')}` }, 'Compare'),
    h('button', { type: 'button', click: () => {
      chosen.clear();
      body.querySelectorAll('input').forEach((box) => { box.checked = false; });
      choose();
    } }, 'Clear'));
  }

  const close = repeat(EVERY, async () => {
    try {
      const answer = await get('/api/runs');
      runs = answer.runs ?? [];
      now = answer.now;
      document.getElementById('folder').textContent = answer.folder;
      render();
    } catch (error) {
      counts.textContent = `The list cannot be read: ${error.message}`;
      announce(counts.textContent);
    }
  });
  return {
    title: 'Runs',
    close,
    element: h('div', {},
      h('div', { class: 'top' }, h('div', {}, h('h1', { tabindex: '-1' }, 'Runs'), counts),
        h('p', { class: 'filter' }, h('label', { for: 'filter' }, 'Filter'), filter)),
      h('div', { class: 'list' }, list), empty, bar),
  };
}
