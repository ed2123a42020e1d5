'use strict';
// Draws the charts of the page from its data block, in the colours of the page's style sheet.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const elements = [...document.querySelectorAll('.chart')];
  const PRINT_WIDTH = 680;
  const NARROW = 520;
  let drawn = [];

  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue('--' + name).trim();
    return {
      paper: of('paper'), ink: of('ink'), soft: of('soft'), line: of('line'), base: of('base'),
      series: ['one', 'two', 'three', 'four'].map(of),
      heat: [0, 1, 2, 3, 4].map((i) => of('heat-' + i)),
      font: getComputedStyle(document.body).fontFamily,
    };
  };

  const escaped = (text) =>
    String(text).replace(/[&<>"']/g, (c) => '&#' + c.charCodeAt(0) + ';');

  const number = (x) => {
    if (typeof x !== 'number') return '–';
    const size = Math.abs(x);
    const short = +x.toPrecision(4);
    const text = size !== 0 && (size < 1e-4 || size >= 1e5) ? short.toExponential() : String(short);
    return text.replaceAll('-', '−');
  };

  const points = (x) => x.toFixed(2).replace('-', '−');

  /** An axis of scores: room around the points, round numbers, and nothing below 0. */
  const scores = (values) => {
    const low = Math.min(...values);
    const high = Math.max(...values);
    const room = (high - low) * 0.08 || 1;
    const rough = (high - low + 2 * room) / 5;
    const power = 10 ** Math.floor(Math.log10(rough));
    const interval = [1, 2, 5, 10].find((n) => n * power >= rough) * power;
    return {
      type: 'value',
      interval,
      min: Math.max(0, Math.floor((low - room) / interval) * interval),
      max: Math.ceil((high + room) / interval) * interval,
    };
  };

  const rows = (title, pairs) =>
    '<b>' + escaped(title) + '</b>' +
    pairs.map(([name, value]) => '<br>' + escaped(name) + ' ' + escaped(value)).join('');

  const axis = (c, name, more) => ({
    name,
    nameLocation: 'middle',
    nameGap: 30,
    nameTextStyle: { color: c.soft, fontSize: 12 },
    axisLabel: { color: c.soft, fontSize: 12, formatter: (x) => typeof x === 'number' ? number(x) : x },
    axisLine: { lineStyle: { color: c.line } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: c.line, opacity: 0.6 } },
    ...more,
  });

  const frame = (c) => ({
    animation: false,
    textStyle: { fontFamily: c.font, color: c.ink },
    tooltip: {
      confine: true,
      backgroundColor: c.paper,
      borderColor: c.line,
      textStyle: { color: c.ink, fontSize: 13 },
      transitionDuration: 0,
    },
  });

  const legend = (c, more) => ({
    top: 0, left: 0, itemGap: 18, icon: 'roundRect', itemWidth: 14, itemHeight: 4,
    textStyle: { color: c.soft, fontSize: 12 }, ...more,
  });

  const KINDS = {
    base: { name: 'base model', symbol: 'rect', size: 11 },
    tuned: { name: 'tuned model', symbol: 'circle', size: 13 },
    method: { name: 'method', symbol: 'circle', size: 12 },
    dial: { name: 'between base and tuned', symbol: 'emptyCircle', size: 9 },
    trial: { name: 'trial', symbol: 'circle', size: 10 },
    control: { name: 'control', symbol: 'triangle', size: 11 },
  };

  const LINE = 'path://M0,8H24V12H0Z';

  /** Whiskers of the 95 % intervals. */
  const whiskers = (points, colour) => ({
    type: 'custom',
    silent: true,
    z: 1,
    data: points.filter((p) => p.sRange && p.vRange)
      .map((p) => [p.s, p.v, ...p.sRange, ...p.vRange]),
    renderItem: (_, api) => {
      const [s, v, s0, s1, v0, v1] = [0, 1, 2, 3, 4, 5].map((i) => api.value(i));
      const line = (a, b) => {
        const [x1, y1] = api.coord(a);
        const [x2, y2] = api.coord(b);
        return { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 1.5, opacity: 0.55 } };
      };
      return { type: 'group', children: [line([s0, v], [s1, v]), line([s, v0], [s, v1])] };
    },
    encode: { x: [0, 2, 3], y: [1, 4, 5] },
  });

  const plane = (d, c) => {
    const shades = { base: c.base, dial: c.series[0], tuned: c.series[0], method: c.series[0], trial: c.series[0], control: c.series[1] };
    const kinds = Object.keys(KINDS).filter((kind) => d.points.some((p) => p.kind === kind));
    const groups = kinds.map((kind) => {
      const points = d.points.filter((p) => p.kind === kind);
      return [
        {
          type: 'scatter',
          name: KINDS[kind].name,
          symbol: KINDS[kind].symbol,
          symbolSize: KINDS[kind].size,
          itemStyle: { color: shades[kind], opacity: 1 },
          data: points.map((p) => ({ name: p.name, value: [p.s, p.v] })),
          z: 3,
        },
        whiskers(points, shades[kind]),
      ];
    }).flat();
    return {
      ...frame(c),
      legend: legend(c, {
        data: [...kinds.map((kind) => ({ name: KINDS[kind].name, icon: KINDS[kind].symbol.replace('emptyC', 'c') })), { name: 'Pareto front', icon: LINE }],
        itemHeight: 10,
        selectedMode: false,
      }),
      grid: { left: 56, right: 40, top: 48, bottom: 48 },
      tooltip: {
        ...frame(c).tooltip,
        formatter: (p) => rows(p.data.name || p.seriesName, [['S', points(p.value[0])], ['V', points(p.value[1])]]),
      },
      xAxis: axis(c, 'speciality S', scores(d.points.flatMap((p) => [p.s, ...(p.sRange || [])]))),
      yAxis: axis(c, 'versatility V', { nameGap: 40, ...scores(d.points.flatMap((p) => [p.v, ...(p.vRange || [])])) }),
      series: [
        ...groups,
        // Names lie under all points, so that none hides one.
        {
          type: 'scatter', silent: true, z: 2, symbolSize: 14, itemStyle: { color: 'transparent' },
          label: { show: true, position: 'top', formatter: (p) => p.data.name, color: c.ink, fontSize: 12, textBorderColor: c.paper, textBorderWidth: 3 },
          labelLayout: { hideOverlap: true },
          data: d.points.map((p) => ({ name: p.name, value: [p.s, p.v] })),
        },
        {
          type: 'line', name: 'Pareto front', data: d.front, showSymbol: false, silent: true, z: 1,
          color: c.series[2], lineStyle: { color: c.series[2], type: 'dashed', width: 1.5 },
        },
      ],
    };
  };

  const tree = (d, c) => {
    const node = (n) => {
      const colour = n.chosen ? c.series[1] : n.followed ? c.series[0] : c.base;
      return {
        name: n.name,
        node: n,
        children: n.children.map(node),
        symbolSize: n.chosen ? 13 : 9,
        symbol: n.chosen ? 'diamond' : 'circle',
        itemStyle: { color: colour, borderColor: colour },
        lineStyle: { color: n.followed ? c.series[0] : c.line, width: n.followed ? 2.5 : 1.5 },
        label: { color: c.ink, fontWeight: n.followed ? 'bold' : 'normal' },
      };
    };
    return {
      ...frame(c),
      tooltip: {
        ...frame(c).tooltip,
        formatter: ({ data: { node: n } }) => rows(n.name, [
          ['uni', points(n.uni)], ['S', points(n.s)], ['V', points(n.v)],
          ['steps', n.steps], ['numbers trained', n.parameters],
        ]),
      },
      series: [{
        type: 'tree',
        data: [node(d.root)],
        left: 70, right: 190, top: 24, bottom: 16,
        initialTreeDepth: -1,
        expandAndCollapse: false,
        roam: false,
        label: {
          position: 'top', distance: 7, fontSize: 12,
          formatter: ({ data: { node: n } }) => n.name + '   ' + points(n.uni),
        },
        leaves: { label: { position: 'right', align: 'left', verticalAlign: 'middle' } },
      }],
    };
  };

  const lines = (d, c) => ({
    ...frame(c),
    legend: d.series.length > 1 ? legend(c) : { show: false },
    grid: { left: 12, right: 16, top: d.series.length > 1 ? 40 : 12, bottom: 28, containLabel: true },
    tooltip: {
      ...frame(c).tooltip,
      trigger: 'axis',
      formatter: (ps) => rows(d.x + ' ' + number(ps[0].value[0]), ps.map((p) => [p.seriesName, number(p.value[1])])),
    },
    xAxis: axis(c, d.x, { type: 'value', splitLine: { show: false }, min: 'dataMin', max: 'dataMax', minInterval: 1 }),
    yAxis: axis(c, '', { type: 'value', scale: true }),
    series: d.series.map((s, i) => ({
      type: 'line',
      name: s.name,
      data: s.points,
      showSymbol: s.marked,
      symbol: i ? 'rect' : 'circle',
      symbolSize: 7,
      color: { base: c.base, tuned: c.series[0] }[s.name] || c.series[i % c.series.length],
      lineStyle: { width: s.marked ? 2 : 1.5 },
    })),
  });

  const heat = (d, c, width) => ({
    ...frame(c),
    grid: { left: 56, right: 16, top: 48, bottom: 48 },
    tooltip: {
      ...frame(c).tooltip,
      formatter: (p) => rows('layer ' + p.value[1] + ', ' + d.columns[p.value[0]], [[d.value, number(p.value[2])]]),
    },
    xAxis: axis(c, d.x, { type: 'category', data: d.columns, splitLine: { show: false },
      axisLabel: { color: c.soft, fontSize: 12, hideOverlap: true, rotate: width < NARROW && d.columns.some((name) => name.length > 3) && d.columns.length < 12 ? 40 : 0 } }),
    yAxis: axis(c, 'layer', { type: 'category', data: [...Array(d.layers).keys()].map(String), splitLine: { show: false }, nameGap: 32 }),
    visualMap: {
      min: 0, max: d.most || 1, calculable: false, orient: 'horizontal', left: 'left', top: 0,
      itemWidth: 10, itemHeight: 120, text: [number(d.most || 1), '0'], textGap: 8,
      textStyle: { color: c.soft, fontSize: 12 },
      inRange: { color: c.heat },
    },
    series: [{ type: 'heatmap', data: d.cells, itemStyle: { borderColor: c.paper, borderWidth: 0.5 }, emphasis: { itemStyle: { borderColor: c.ink } } }],
  });

  const bars = (d, c) => ({
    ...frame(c),
    legend: legend(c, { itemHeight: 10 }),
    grid: { left: 12, right: 16, top: 40, bottom: 8, containLabel: true },
    tooltip: {
      ...frame(c).tooltip,
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      formatter: (ps) => rows(ps[0].name, ps.map((p) => [p.seriesName, number(p.value)])),
    },
    xAxis: axis(c, '', { type: 'value' }),
    yAxis: axis(c, '', { type: 'category', data: d.names, inverse: true, splitLine: { show: false } }),
    series: d.series.map((s, i) => ({ type: 'bar', name: s.name, data: s.values, color: c.series[i], barMaxWidth: 12 })),
  });

  const KIND = { plane, tree, lines, heat, bars };

  const draw = (width) => {
    drawn.forEach((chart) => chart.dispose());
    document.documentElement.classList.add('drawn');
    const c = colours();
    drawn = elements.filter((element) => data[element.id]).map((element) => {
      element.style.height = element.dataset.height + 'px';
      const size = { renderer: 'svg', ...(width ? { width: element.closest('.half') ? width / 2 : width } : {}) };
      const chart = echarts.init(element, null, size);
      const drawing = data[element.id];
      chart.setOption(KIND[drawing.kind](drawing, c, chart.getWidth()));
      element.firstElementChild.setAttribute('aria-hidden', 'true');
      return chart;
    });
  };

  let waiting = 0;
  new ResizeObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => drawn.forEach((chart) => chart.resize()));
  }).observe(document.body);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => draw());
  const printing = (on) => {
    // The style sheet for paper is not in force yet when the event comes.
    document.documentElement.classList.toggle('printing', on);
    draw(on ? PRINT_WIDTH : undefined);
  };
  addEventListener('beforeprint', () => printing(true));
  addEventListener('afterprint', () => printing(false));
  draw();
})();
