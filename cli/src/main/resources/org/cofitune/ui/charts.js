// Charts, each with a sentence and a table that say the same.
import { fill, h, table } from './dom.js';
import { number } from './format.js';

const drawn = new Set();
const TABLE_ROWS = 24;

/** Colours of the page, for the scheme that the person has chosen. */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of('ink'), soft: of('soft'), line: of('line'), paper: of('paper'), panel: of('panel'), base: of('base'),
    series: ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'].map(of),
  };
}

/** Lines that differ in more than colour. */
export const DASHES = ['solid', 'dashed', 'dotted', [8, 3, 2, 3], [2, 2], [12, 4], [6, 2, 2, 2], [1, 4]];

/**
 * A figure.
 *
 * @param title of the chart
 * @param {{height?: number, tall?: boolean}} size
 */
export class Chart {
  constructor(title, size = {}) {
    this.title = title;
    this.sentence = h('p', {});
    this.area = h('div', { class: `chart${size.tall ? ' tall' : ''}`, role: 'img' });
    this.numbers = h('details', {}, h('summary', {}, 'As a table'));
    this.element = h('figure', { class: size.wide ? 'wide' : null },
      h('figcaption', {}, h('h3', {}, title), this.sentence), this.area, this.numbers);
    this.numbers.addEventListener('toggle', () => this.tabulate());
    this.option = null;
    this.instance = null;
    drawn.add(this);
  }

  /**
   * Draws.
   *
   * @param option makes ECharts' option from the page's colours
   * @param sentence what there is to see
   * @param rows heads and rows of the table
   */
  draw(option, sentence, heads, rows) {
    this.option = option;
    this.heads = heads;
    this.rows = rows;
    if (this.sentence.textContent !== sentence) {
      this.sentence.textContent = sentence;
      this.area.setAttribute('aria-label', `${this.title}. ${sentence}`);
    }
    this.redraw();
    this.tabulate();
  }

  redraw() {
    if (!this.option || !this.area.isConnected) return;
    if (!this.instance) this.instance = echarts.init(this.area, null, { renderer: 'canvas' });
    this.instance.setOption(withLooks(this.option(colours()), colours()), { notMerge: true, lazyUpdate: true });
  }

  tabulate() {
    if (!this.numbers.open || !this.rows) return;
    fill(this.numbers, h('summary', {}, 'As a table'), table(this.title, this.heads, thin(this.rows)));
  }

  dispose() {
    drawn.delete(this);
    this.instance?.dispose();
  }
}

/** A few rows of many, the first and the last among them. */
function thin(rows) {
  if (rows.length <= TABLE_ROWS) return rows;
  const every = (rows.length - 1) / (TABLE_ROWS - 1);
  return Array.from({ length: TABLE_ROWS }, (_, i) => rows[Math.round(i * every)]);
}

function withLooks(option, c) {
  const axis = (a) => ({
    ...a,
    nameLocation: 'middle',
    nameTextStyle: { color: c.soft, fontSize: 12 },
    axisLabel: { color: c.soft, fontSize: 12, hideOverlap: true, ...(a.axisLabel ?? {}) },
    axisLine: { lineStyle: { color: c.line } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: c.line, opacity: 0.6 }, show: a.splitLine?.show ?? true },
    splitNumber: 4,
  });
  return {
    animation: false,
    textStyle: { fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif' },
    aria: { enabled: false },
    ...option,
    grid: { left: 8, right: 16, top: option.legend ? 36 : 16, bottom: 28, containLabel: true, ...(option.grid ?? {}) },
    legend: option.legend && {
      top: 0, left: 0, itemWidth: 28, itemGap: 16, type: 'scroll',
      textStyle: { color: c.soft, fontSize: 12 }, pageTextStyle: { color: c.soft }, ...option.legend,
    },
    tooltip: {
      renderMode: 'richText', confine: true, backgroundColor: c.panel, borderColor: c.line, borderWidth: 1,
      textStyle: { color: c.ink, fontSize: 12 }, ...(option.tooltip ?? {}),
    },
    xAxis: axis(option.xAxis),
    yAxis: axis(option.yAxis),
  };
}

/** The axis of optimizer steps. */
export const stepAxis = { type: 'value', name: 'step', nameGap: 26, min: 0, max: 'dataMax', splitLine: { show: false } };

/** An axis that shows where values are, not where zero is. */
export const valueAxis = (format = number) => ({ type: 'value', scale: true, axisLabel: { formatter: format } });

/** What is told of a place on the axis of steps. */
export function stepTooltip(format = number) {
  return {
    trigger: 'axis',
    axisPointer: { type: 'line' },
    formatter: (items) => [`step ${number(items[0]?.axisValue)}`,
      ...items.map((item) => `${item.seriesName}: ${format(item.value[1])}`)].join('\n'),
  };
}

window.addEventListener('resize', () => drawn.forEach((chart) => chart.instance?.resize()));
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
  drawn.forEach((chart) => chart.redraw()));
