// What a run has left beside its events.
import { h, table } from './dom.js';
import { bytes, change, moment, number, points } from './format.js';

const TOTALS = [['speciality', 'Speciality S'], ['versatility', 'Versatility V'], ['uni', 'uni']];

/** The score cards of base and tuned model; nothing without one. */
export function scoresPart(details) {
  const { base, tuned, comparison, methods } = details ?? {};
  const parts = [];
  if (base || tuned) {
    const rows = [];
    for (const [key, name] of TOTALS) {
      if (base?.[key] || tuned?.[key]) rows.push(scoreRow(name, base?.[key], tuned?.[key]));
    }
    const before = new Map((base?.tasks ?? []).map((task) => [task.task, task]));
    for (const task of (tuned ?? base).tasks ?? []) {
      rows.push(scoreRow(`${task.alias ?? task.task} (${task.group})`,
        before.get(task.task)?.metrics?.[0], tuned ? task.metrics?.[0] : null));
    }
    const kept = comparison?.retention?.score;
    parts.push(
      Number.isFinite(kept) ? h('p', { class: 'lead' }, `${points(100 * kept)} % of the base's versatility is kept.`) : null,
      table('Scores in points of 0 to 100', ['Score', 'Base', 'Tuned', 'Change', '95 % interval'], rows));
  }
  if (methods?.rows?.length) parts.push(methodsTable(methods.rows));
  return parts.length ? [h('h2', {}, 'Scores'), ...parts] : null;
}

function scoreRow(name, base, tuned) {
  const interval = tuned?.interval;
  return [name, points(base?.score), points(tuned?.score),
    base && tuned ? change(tuned.score - base.score) : '–',
    interval ? `${points(interval.low)} – ${points(interval.high)}` : '–'];
}

function methodsTable(rows) {
  const score = (measure) => points(measure?.score ?? measure);
  return table('Methods', ['Method', 'S', 'V', 'uni'],
    rows.map((row) => [row.method ?? row.name ?? '–', score(row.speciality), score(row.versatility), score(row.uni)]));
}

/** Settings that were set, all of them, and what the run was made on. */
export function settingsPart(details) {
  const { settings, environment, damaged } = details ?? {};
  if (!settings && !environment && !damaged) return null;
  const set = (settings ?? []).filter((s) => s.origin !== 'default');
  const rows = (some) => some.map((s) => [breakable(s.key), s.value, s.origin]);
  return [
    h('h2', {}, 'Settings'),
    damaged ? h('p', { class: 'lead' }, `Cannot be read: ${damaged.join(', ')}.`) : null,
    set.length ? table('Settings that were set', ['Key', 'Value', 'From'], rows(set), { class: 'settings' }) : null,
    settings ? h('details', {}, h('summary', {}, `All ${settings.length} settings`),
      table('All settings', ['Key', 'Value', 'From'], rows(settings), { class: 'settings' })) : null,
    environment ? h('details', {}, h('summary', {}, 'Machine and versions'),
      table('Machine and versions', ['What', 'Value'], machine(environment), { class: 'settings' })) : null,
  ];
}

/** A key that may go on in the next line behind its dots and underscores. */
export function breakable(key) {
  return h('span', {}, key.split(/(?<=[._])/).flatMap((part) => [part, h('wbr')]));
}

function machine(environment) {
  const { cofitune, java, machine: on, engine, started } = environment;
  return [
    ['begun', moment(started)], ['cofitune', cofitune?.version], ['Java', java?.version],
    ['system', on?.os], ['processors', on && number(on.processors)], ['memory', on && bytes(on.memory_bytes)],
    ['engine', engine?.version], ['device', engine?.device], ['number type', engine?.dtype],
  ].map(([name, value]) => [name, String(value ?? '–')]);
}
