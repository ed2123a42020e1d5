// Chosen runs beside each other.
import { get, pathOf, repeat } from './api.js';
import { Chart, DASHES, stepAxis, stepTooltip, valueAxis } from './charts.js';
import { Curves } from './curves.js';
import { breakable } from './details.js';
import { fill, h, table } from './dom.js';
import { number, points, region } from './format.js';
import { badge } from './list.js';

const EVERY = 5000;
const MOST = 8;
const UNTOLD = new Set(['output_dir', 'importance_dir', 'resume']);

export function compareView(asked) {
  const names = [...new Set(asked)].slice(0, MOST);
  const known = new Map();
  const overview = h('div');
  const differences = h('section', { hidden: true });
  const trouble = h('ul', { class: 'notes' });
  const loss = new Chart('Training loss', { tall: true, wide: true });
  const heldOut = new Chart('Held-out loss', { tall: true, wide: true });
  const curvesPart = h('section', { hidden: true }, h('h2', {}, 'Curves'),
    h('div', { class: 'blocks' }, loss.element, heldOut.element));

  async function read(name) {
    const before = known.get(name);
    const live = !before || ['running', 'elsewhere'].includes(before.details.summary.state.kind);
    if (!live) return null;
    try {
      const [details, history] = await Promise.all(
        ['details', 'history'].map((view) => get(`/api/runs/${pathOf(name)}/${view}`)));
      const curves = new Curves();
      curves.add(history.events);
      known.set(name, { details, curves });
      return null;
    } catch (error) {
      return `${name}: ${error.message}`;
    }
  }

  function render(errors) {
    fill(trouble, errors.map((text) => h('li', {}, text)));
    const runs = names.filter((name) => known.has(name)).map((name) => ({ name, ...known.get(name) }));
    fill(overview, table('Runs', ['Run', 'State', 'Method', 'Region', 'Steps', 'Loss', 'Held-out', 'S', 'V', 'uni'],
      runs.map(({ name, details: { summary: s } }) => [
        h('a', { href: `#/run/${pathOf(name)}` }, name), badge(s.state), s.method ?? '–', region(s.region),
        number(s.step), number(s.loss), number(s.eval_loss), points(s.speciality), points(s.versatility), points(s.uni)])));
    drawCurves(runs);
    drawDifferences(runs);
  }

  function drawCurves(runs) {
    const trained = runs.filter((run) => run.curves.steps.length);
    curvesPart.hidden = trained.length === 0;
    if (!trained.length) return;
    lines(loss, trained.map((run) => [run.name, run.curves.smooth()]), 'Running means, nats per supervised token');
    const evaluated = trained.filter((run) => run.curves.evals.length)
      .map((run) => [run.name, run.curves.evals.map((e) => [e.step, e.eval_loss])]);
    heldOut.element.hidden = evaluated.length === 0;
    if (evaluated.length) lines(heldOut, evaluated, 'Of held-out rows');
  }

  function lines(chart, series, what) {
    const ends = series.map(([name, data]) => `${name} ends at ${number(data.at(-1)[1])}`);
    const symbols = ['circle', 'rect', 'triangle', 'diamond', 'pin', 'arrow', 'roundRect', 'emptyCircle'];
    chart.draw((c) => ({
      legend: { data: series.map(([name]) => name) },
      tooltip: stepTooltip(),
      xAxis: stepAxis,
      yAxis: valueAxis(),
      series: series.map(([name, data]) => {
        const i = names.indexOf(name);
        return { name, type: 'line', data, symbol: symbols[i], symbolSize: 8, showSymbol: data.length < 30,
          lineStyle: { width: 2, type: DASHES[i], color: c.series[i] }, itemStyle: { color: c.series[i] } };
      }),
    }), `${what}: ${ends.join('; ')}.`, ['Run', 'Step', 'Loss'],
    series.flatMap(([name, data]) => spread(data).map(([step, y]) => [name, number(step), number(y)])));
  }

  function drawDifferences(runs) {
    const settings = runs.map((run) => new Map((run.details.settings ?? []).map((s) => [s.key, s.value])));
    const keys = [...new Set(settings.flatMap((s) => [...s.keys()]))].filter((key) =>
      !UNTOLD.has(key) && new Set(settings.map((s) => s.get(key))).size > 1);
    differences.hidden = runs.length < 2;
    fill(differences, h('h2', {}, 'Settings that differ'), keys.length
      ? table('Settings that differ', ['Key', ...runs.map((run) => run.name)],
        keys.map((key) => [breakable(key), ...settings.map((s) => s.get(key) ?? '–')]), { class: 'settings several' })
      : h('p', { class: 'lead' }, 'None.'));
  }

  const close = repeat(EVERY, async () => {
    const errors = await Promise.all(names.map(read));
    render(errors.filter(Boolean));
  });
  return {
    title: 'Compare',
    close() {
      close();
      loss.dispose();
      heldOut.dispose();
    },
    element: h('div', {},
      h('p', { class: 'crumb' }, h('a', { href: '#/' }, 'Runs')),
      h('h1', { tabindex: '-1' }, `${names.length} runs side by side`), trouble, overview, curvesPart, differences),
  };
}

/** A few points of many. */
function spread(data) {
  const most = 6;
  if (data.length <= most) return data;
  return Array.from({ length: most }, (_, i) => data[Math.round((i * (data.length - 1)) / (most - 1))]);
}
