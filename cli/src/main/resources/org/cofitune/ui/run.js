// One run, live.
import { follow, get, pathOf, repeat } from './api.js';
import { Chart, stepAxis, stepTooltip, valueAxis } from './charts.js';
import { Curves } from './curves.js';
import { scoresPart, settingsPart } from './details.js';
import { announce, fill, h } from './dom.js';
import { bytes, count, duration, moment, number, points, region } from './format.js';
import { badge } from './list.js';
import { searchTree } from './tree.js';

const DRAW_EVERY = 250;
const DETAILS_EVERY = 10000;

export function runView(name) {
  const curves = new Curves();
  let summary = null;
  let details = null;
  let timer = 0;
  let lost = false;

  const head = h('div', { class: 'state' });
  const tiles = h('dl', { class: 'tiles' });
  const scores = h('section', { hidden: true });
  const searchPart = h('section', { hidden: true });
  const trainingPart = h('section', { hidden: true });
  const settings = h('section', { hidden: true });
  const charts = {
    plane: new Chart('Trials: speciality against versatility', { tall: true }),
    loss: new Chart('Loss', { tall: true, wide: true }),
    rate: new Chart('Learning rate'),
    norm: new Chart('Gradient norm before clipping'),
    speed: new Chart('Tokens per second'),
    memory: new Chart('Memory of the process'),
  };
  const tree = h('div', { class: 'wide' });
  const searchText = h('p', { class: 'lead' });
  const notes = h('ul', { class: 'notes' });
  fill(searchPart, h('h2', {}, 'Search'), searchText, h('div', { class: 'blocks' }, tree, charts.plane.element));
  charts.plane.element.classList.add('wide');
  fill(trainingPart, h('h2', {}, 'Training'), notes, h('div', { class: 'blocks' },
    charts.loss.element, charts.rate.element, charts.norm.element, charts.speed.element, charts.memory.element));

  function later() {
    if (!timer) timer = setTimeout(() => { timer = 0; draw(); }, DRAW_EVERY);
  }

  function draw() {
    drawHead();
    searchPart.hidden = curves.search.isEmpty;
    if (!searchPart.hidden) drawSearch();
    trainingPart.hidden = curves.steps.length === 0;
    if (!trainingPart.hidden) drawTraining();
  }

  function drawHead() {
    if (!summary) return;
    const text = [lost ? 'not connected' : null, summary.started ? `begun ${moment(summary.started)}` : null];
    const said = summary.state.text;
    if (head.dataset.said !== said + lost) {
      head.dataset.said = said + lost;
      fill(head, badge(summary.state, true),
        h('span', { class: 'about' }, text.filter(Boolean).join(' · ')),
        summary.report ? h('a', {
          href: `/runs/${pathOf(name)}/report.html`, target: '_blank', rel: 'noopener',
        }, 'Open the report') : null);
      announce(`${name}: ${said}`);
    }
    fill(tiles, tile('What', [summary.command, summary.method].filter(Boolean).join(' · ') || '–', summary.model),
      summary.region ? tile('Region', region(summary.region),
        curves.started ? `${count(curves.started.trainable_parameters)} numbers trained` : null) : null,
      ...progressTiles());
  }

  function progressTiles() {
    const last = curves.last;
    const alive = summary.state.kind === 'running';
    const found = [];
    if (last) {
      const part = last.step / last.total_steps;
      found.push(tile('Step', `${number(last.step)} of ${number(last.total_steps)}`,
        h('progress', { max: 1, value: part.toFixed(4), 'aria-label': 'Progress' })));
      found.push(tile('Loss', number(last.loss), `epoch ${last.epoch?.toFixed(2)}`));
      if (curves.best) {
        found.push(tile('Held-out loss', number(curves.evals.at(-1).eval_loss),
          `lowest ${number(curves.best.eval_loss)} at step ${number(curves.best.step)}`));
      }
      found.push(alive && last.step < last.total_steps
        ? tile('Time left', duration(last.speed?.seconds_left), `${number(last.speed?.tokens_per_second)} tokens per second`)
        : tile('Speed', number(last.speed?.tokens_per_second), 'tokens per second'));
    } else if (!curves.search.isEmpty && alive && curves.search.left > 0) {
      found.push(tile('Search', `${duration(curves.search.left)} left`, 'at most'));
    }
    return found;
  }

  function drawSearch() {
    const search = curves.search;
    const done = search.scored.length;
    searchText.textContent = search.chosen
      ? `Chose ${region(search.chosen)} among ${done} regions${search.saved ? `; early looks saved ${number(search.saved)} steps` : ''}.`
      : `${done} regions scored so far.`;
    fill(tree, searchTree(search));
    drawPlane(search);
  }

  function drawPlane(search) {
    const scored = search.scored;
    const groups = [
      ['base model', 'diamond', search.base ? [search.base] : []],
      ['tried', 'circle', scored.filter((n) => !n.role && !n.followed && n.region !== search.chosen)],
      ['followed', 'triangle', scored.filter((n) => !n.role && n.followed && n.region !== search.chosen)],
      ['chosen', 'pin', scored.filter((n) => !n.role && n.region === search.chosen)],
      ['control', 'rect', scored.filter((n) => n.role)],
    ].filter(([, , nodes]) => nodes.length);
    const best = scored.reduce((a, b) => (a && a.uni >= b.uni ? a : b), null);
    const label = (n) => (n === search.base ? 'base model' : region(n.region));
    const colour = { 'base model': 4, tried: 0, followed: 2, chosen: 1, control: 3 };
    charts.plane.draw((c) => ({
      legend: { data: groups.map(([g]) => g), itemWidth: 14 },
      tooltip: { trigger: 'item', formatter: (p) => `${p.data[2]}\nS ${points(p.data[1])}\nV ${points(p.data[0])}` },
      xAxis: { ...valueAxis(points), name: 'versatility V', nameGap: 26 },
      yAxis: { ...valueAxis(points), name: 'speciality S', nameGap: 42, nameRotate: 90 },
      grid: { left: 30 },
      series: groups.map(([group, symbol, nodes]) => ({
        name: group, type: 'scatter', symbol, symbolSize: group === 'chosen' ? 24 : 11,
        data: nodes.map((n) => [n.versatility, n.speciality, label(n)]),
        itemStyle: { color: group === 'base model' ? c.base : c.series[colour[group]], borderColor: c.paper, borderWidth: 1 },
      })),
    }), best ? `The highest uni so far is ${points(best.uni)}, of ${region(best.region)}`
      + `${search.base ? `; the base model has ${points(search.base.uni)}` : ''}.` : 'Only the base model is scored.',
    ['Region', 'S', 'V', 'uni'],
    [search.base, ...scored].filter(Boolean).map((n) => [label(n), points(n.speciality), points(n.versatility), points(n.uni)]));
  }

  function drawTraining() {
    const raw = curves.points((s) => s.loss);
    const evals = curves.evals.map((e) => [e.step, e.eval_loss]);
    const first = raw[0];
    const last = raw.at(-1);
    const best = curves.best;
    const heldOut = new Map(evals);
    charts.loss.draw((c) => ({
      legend: { data: ['each step', 'running mean', ...(evals.length ? ['held-out rows'] : [])] },
      tooltip: stepTooltip(),
      xAxis: stepAxis,
      yAxis: valueAxis(),
      series: [
        { name: 'each step', type: 'line', data: raw, symbol: 'none', sampling: 'lttb',
          lineStyle: { width: 1, opacity: 0.45, color: c.series[0] }, itemStyle: { color: c.series[0] } },
        { name: 'running mean', type: 'line', data: curves.smooth(), symbol: 'none',
          lineStyle: { width: 2.5, color: c.series[0] }, itemStyle: { color: c.series[0] } },
        ...(evals.length ? [{ name: 'held-out rows', type: 'line', data: evals, symbol: 'emptyCircle', symbolSize: 9,
          lineStyle: { width: 2, type: 'dashed', color: c.series[1] }, itemStyle: { color: c.series[1] } }] : []),
      ],
    }), `Nats per supervised token: from ${number(first[1])} at step ${number(first[0])} to ${number(last[1])} at step ${number(last[0])}`
      + `${best ? `; of held-out rows lowest at step ${number(best.step)}, ${number(best.eval_loss)}` : ''}.`,
    ['Step', 'Loss', 'Held-out'],
    merged(raw, evals).map((step) => [number(step), number(new Map(raw).get(step)), number(heldOut.get(step))]));
    small(charts.rate, curves.points((s) => s.learning_rate), number, 0);
    small(charts.norm, curves.points((s) => s.grad_norm), number, 3);
    small(charts.speed, curves.points((s) => s.speed?.tokens_per_second), number, 2, { min: 0 });
    small(charts.memory, curves.points((s) => s.speed?.memory_bytes), bytes, 4, { min: 0 });
    fill(notes, curves.notes.map(note).map((text) => h('li', {}, text)));
  }

  function small(chart, data, format, colour, axis = {}) {
    chart.element.hidden = data.length === 0;
    if (!data.length) return;
    const values = data.map(([, y]) => y);
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    chart.draw((c) => ({
      tooltip: stepTooltip(format),
      xAxis: stepAxis,
      yAxis: { ...valueAxis(format), ...axis },
      series: [{ name: chart.title, type: 'line', data, showSymbol: data.length === 1, sampling: 'lttb',
        lineStyle: { width: 1.5, color: c.series[colour] }, itemStyle: { color: c.series[colour] } }],
    }), `${format(values.at(-1))} at the last step; ${format(low)} to ${format(high)}.`,
    ['Step', chart.title], data.map(([step, y]) => [number(step), format(y)]));
  }

  function drawDetails() {
    const cards = scoresPart(details);
    scores.hidden = !cards;
    if (cards) fill(scores, cards);
    const set = settingsPart(details);
    settings.hidden = !set;
    if (set) {
      const open = [...settings.querySelectorAll('details')].map((d) => d.open);
      fill(settings, set);
      settings.querySelectorAll('details').forEach((d, i) => { d.open = open[i] ?? false; });
    }
  }

  async function readDetails() {
    try {
      const answer = await get(`/api/runs/${pathOf(name)}/details`);
      summary ??= answer.summary;
      const { summary: ignored, ...rest } = answer;
      if (JSON.stringify(rest) !== JSON.stringify(details)) {
        details = rest;
        drawDetails();
      }
      later();
    } catch (error) {
      fill(head, h('p', { class: 'empty' }, error.message));
    }
  }

  const unfollow = follow(name, {
    events(events, restarted) {
      lost = false;
      if (restarted) curves.clear();
      curves.add(events);
      later();
    },
    summary(now) {
      lost = false;
      const ended = summary && summary.state.kind !== now.state.kind;
      summary = now;
      if (ended) readDetails();
      later();
    },
    lost() {
      lost = true;
      later();
    },
  });
  const unread = repeat(DETAILS_EVERY, readDetails);
  return {
    title: name,
    close() {
      unfollow();
      unread();
      clearTimeout(timer);
      Object.values(charts).forEach((chart) => chart.dispose());
    },
    element: h('div', {},
      h('p', { class: 'crumb' }, h('a', { href: '#/' }, 'Runs')),
      h('h1', { tabindex: '-1' }, name), head, tiles, scores, trainingPart, searchPart, settings),
  };
}

function tile(name, value, note) {
  return h('div', { class: 'tile' }, h('dt', {}, name),
    h('dd', { class: 'value' }, value), note ? h('dd', { class: 'note' }, note) : null);
}

function merged(raw, evals) {
  return [...new Set([...raw, ...evals].map(([step]) => step))].sort((a, b) => a - b);
}

function note(event) {
  switch (event.event) {
    case 'step_skipped': return `Step ${event.step} was left out: ${event.what} was not a number.`;
    case 'loss_spike': return `The loss jumped to ${number(event.loss)} at step ${event.step}; it was ${number(event.usual)}.`;
    case 'early_stop': return `Stopped early: held-out rows were best at step ${event.best_step}, ${number(event.best_eval_loss)}.`;
    default: return `Interrupted at step ${event.step}.`;
  }
}
