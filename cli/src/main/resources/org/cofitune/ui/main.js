// Shows what the address says: all runs, one run, or some beside each other.
import { announce, fill, h } from './dom.js';
import { compareView } from './compare.js';
import { listView } from './list.js';
import { runView } from './run.js';

const main = document.getElementById('main');
let close = () => {};

function view() {
  const [, kind, rest] = /^#\/(?:(run|compare)\/)?(.*)$/.exec(location.hash) ?? [];
  if (kind === 'run') return runView(rest.split('/').map(decodeURIComponent).join('/'));
  if (kind === 'compare') return compareView(rest.split(',').map(decodeURIComponent).filter(Boolean));
  return listView();
}

function show(first) {
  close();
  let shown;
  try {
    shown = view();
  } catch (error) {
    shown = { title: 'Runs', element: h('p', { class: 'empty' }, 'This address names nothing.'), close: () => {} };
  }
  close = shown.close;
  fill(main, shown.element);
  shown.shown?.();
  document.title = `${shown.title} · cofitune`;
  window.scrollTo(0, 0);
  if (first !== true) {
    main.querySelector('h1')?.focus();
    announce(shown.title);
  }
}

document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
window.addEventListener('hashchange', show);
show(true);
