// Elements. Text only ever becomes text: nothing that a run's files hold is read as HTML.

/** An element; attributes that are null or false are left out, functions listen. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat(2).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/** Replaces what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(2).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/** Says something to who cannot see it. */
export function announce(text) {
  const status = document.getElementById('status');
  if (status.textContent !== text) status.textContent = text;
}

/** A table; cells that are numbers stand to the right. */
export function table(caption, heads, rows, attributes = {}) {
  const numeric = heads.map((_, i) => i > 0 && rows.every((r) => /^[-+−–\d.,%e∞ ]*$/.test(text(r[i]))));
  return h('div', { class: 'scroll', role: 'region', 'aria-label': caption, tabindex: '0' },
    h('table', attributes,
      h('caption', { class: 'hidden' }, caption),
      h('thead', {}, h('tr', {}, heads.map((head, i) =>
        h('th', { scope: 'col', class: numeric[i] ? 'number' : null }, head)))),
      h('tbody', {}, rows.map((row) => h('tr', {}, row.map((cell, i) =>
        i === 0
          ? h('th', { scope: 'row' }, cell)
          : h('td', { class: numeric[i] ? 'number' : 'text' }, cell)))))));
}

function text(cell) {
  return typeof cell === 'string' ? cell : cell?.textContent ?? '';
}
