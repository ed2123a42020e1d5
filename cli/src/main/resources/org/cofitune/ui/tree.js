// The search tree as a table, a node a line.
import { h } from './dom.js';
import { number, points, region } from './format.js';

const WORDS = {
  waiting: ['○', 'waiting'], training: ['◐', 'training'], scored: ['●', 'scored'],
  dropped: ['×', 'dropped early'], followed: ['◆', 'followed'], chosen: ['★', 'chosen'],
};
const ROLES = { RANDOM_CONTROL: 'random, as large', WHOLE_MODEL_CONTROL: 'whole model' };

/** The tree, and the controls below it. */
export function searchTree(search) {
  const nodes = search.walk();
  const all = [...search.scored.map((n) => n.uni), search.base?.uni].filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const share = (uni) => (high > low ? (uni - low) / (high - low) : 1);
  const rows = [];
  if (search.base) rows.push(row('base model', 0, ['◇', 'base'], search.base, share, 'of-base'));
  for (const node of nodes) {
    const word = node.region === search.chosen ? 'chosen' : node.followed ? 'followed' : node.status;
    rows.push(row(region(node.region), node.depth, WORDS[word], node, share, `is-${word}`));
  }
  for (const control of search.controls.values()) {
    rows.push(row(`${region(control.region)} (${ROLES[control.role] ?? 'control'})`, 0,
      ['□', control.status === 'scored' ? 'control' : control.status], control, share, 'of-control'));
  }
  return h('div', { class: 'scroll', role: 'region', 'aria-label': 'Search tree', tabindex: '0' },
    h('table', { class: 'tree' },
      h('caption', { class: 'hidden' }, 'Search tree: a region with the parts of it that were tried below'),
      h('thead', {}, h('tr', {},
        ...['Region', 'State'].map((t) => h('th', { scope: 'col' }, t)),
        h('th', { scope: 'col', class: 'number minor' }, 'Steps'),
        ...['S', 'V'].map((t) => h('th', { scope: 'col', class: 'number' }, t)),
        h('th', { scope: 'col', class: 'number' }, 'uni'),
        h('th', { scope: 'col', class: 'minor' }, h('span', { class: 'hidden' }, 'uni as a bar')))),
      h('tbody', {}, rows)));
}

function row(label, depth, [sign, word], node, share, kind) {
  const has = Number.isFinite(node.uni);
  const bar = has ? h('meter', { min: 0, max: 1, value: share(node.uni).toFixed(3), 'aria-label': 'uni' }) : null;
  const name = h('th', { scope: 'row', class: 'node' },
    depth > 0 ? h('span', { class: 'branch', 'aria-hidden': 'true' }, '└ ') : null, label,
    depth > 0 ? h('span', { class: 'hidden' }, `, level ${depth}`) : null);
  name.style.paddingLeft = `${depth * 1.1}rem`;
  return h('tr', { class: kind }, name,
    h('td', { class: 'sign' }, h('span', { 'aria-hidden': 'true' }, sign), h('span', { class: 'word' }, ` ${word}`)),
    h('td', { class: 'number minor' }, node.steps ? number(node.steps) : '–'),
    h('td', { class: 'number' }, points(node.speciality)),
    h('td', { class: 'number' }, points(node.versatility)),
    h('td', { class: 'number' }, points(node.uni)),
    h('td', { class: 'minor' }, bar));
}
