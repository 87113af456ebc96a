'use strict';
// What scripts add to a report that reads well without them: the theme, interactive charts with one
// cursor, the filter of the anomalies. All text goes in as text, never as markup.
(function () {
  const data = JSON.parse(document.getElementById('data').textContent);
  const root = document.documentElement;
  const all = (selector) => Array.from(document.querySelectorAll(selector));

  // --- theme ----------------------------------------------------------------------------------
  const button = document.getElementById('theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const charts = [];

  function remembered() {
    try { return localStorage.getItem('votebench-theme'); } catch { return null; }
  }
  function isDark() {
    return root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
  }
  function showTheme() {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', 'Switch to the ' + (isDark() ? 'light' : 'dark') + ' theme');
    charts.forEach((chart) => chart.recolour());
  }
  const theme = remembered();
  if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
  button.hidden = false;
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    try { localStorage.setItem('votebench-theme', root.dataset.theme); } catch { /* not kept */ }
    showTheme();
  });
  system.addEventListener('change', showTheme);

  // --- words ----------------------------------------------------------------------------------
  function clock(seconds) {
    const tenths = Math.round(seconds * 10), whole = Math.floor(tenths / 10);
    const two = (n) => String(n).padStart(2, '0');
    const fraction = tenths % 10 ? '.' + (tenths % 10) : '';
    const start = whole < 3600 ? Math.floor(whole / 60)
      : Math.floor(whole / 3600) + ':' + two(Math.floor(whole / 60) % 60);
    return start + ':' + two(whole % 60) + fraction;
  }
  function count(value) {
    return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 });
  }
  function short(value) {
    if (value >= 1e7) return +(value / 1e6).toPrecision(3) + 'M';
    return value >= 1e4 ? +(value / 1e3).toPrecision(3) + 'k' : String(+value.toPrecision(4));
  }
  function duration(seconds) {
    if (seconds < 0.0009995) return +(seconds * 1e6).toPrecision(3) + ' us';
    if (seconds < 0.9995) return +(seconds * 1e3).toPrecision(3) + ' ms';
    if (seconds < 60) return +seconds.toPrecision(3) + ' s';
    return Math.floor(seconds / 60) + 'm' + String(Math.round(seconds % 60)).padStart(2, '0') + 's';
  }
  function share(decades) {
    return +(100 * (1 - Math.pow(10, -decades))).toFixed(Math.max(1, Math.floor(decades))) + ' %';
  }

  // --- charts ---------------------------------------------------------------------------------
  const looks = {
    sent: ['--sent', null, 1.25], accepted: ['--accepted', null, 2], queued: ['--queued', [2, 3], 2],
    written: ['--written', [7, 3], 2], failed: ['--failed', [5, 2, 1, 2], 2],
    depth: ['--queued', null, 2], p50: ['--accepted', null, 2], p99: ['--written', [7, 3], 2],
    slowest: ['--queued', [2, 3], 2], service: ['--sent', [2, 3], 2],
  };
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();

  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
    14400, 43200, 86400];
  function timeTicks(from, to) {
    const step = steps.find((s) => (to - from) / s <= 6) || (to - from) / 6;
    const ticks = [];
    for (let v = Math.ceil(from / step) * step; v <= to + 1e-9; v += step)
      ticks.push({ v: v, label: clock(v) });
    return ticks;
  }
  function linearTicks(from, to) {
    const rough = Math.max(to - from, 1e-9) / 4, power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 5, 10].find((f) => f * power >= rough * 0.999) * power;
    const ticks = [];
    for (let v = Math.ceil(from / step) * step; v <= to * 1.0001; v += step)
      ticks.push({ v: v, label: short(v) });
    return ticks;
  }
  function decadeTicks(from, to) {
    const ticks = [];
    for (let e = Math.ceil(Math.log10(from) - 1e-9); e <= Math.log10(to) + 1e-9; ++e)
      ticks.push({ v: Math.pow(10, e), label: duration(Math.pow(10, e)) });
    return ticks;
  }
  function shareTicks(from, to) {
    const half = { v: Math.log10(2), label: '50 %' };
    const ticks = from <= half.v ? [half] : [];
    for (let v = Math.max(1, Math.ceil(from)); v <= to + 1e-9; ++v)
      ticks.push({ v: v, label: share(v) });
    return ticks;
  }

  // Numbered as in the list below the charts, the number on top of its line.
  function drawEvents(context, area, graph) {
    const inside = (x) => Math.min(Math.max(x, area.x), area.x + area.w);
    context.save();
    context.font = '700 11px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    (data.events || []).forEach((event, i) => {
      const x = graph.toDomXCoord(event.from);
      if (event.to !== null) {
        const from = inside(x), to = inside(graph.toDomXCoord(event.to));
        context.fillStyle = colour('--window');
        context.fillRect(from, area.y, to - from, area.h);
      }
      if (x !== inside(x)) return;
      context.strokeStyle = context.fillStyle = colour('--event');
      context.setLineDash([4, 3]);
      context.beginPath();
      context.moveTo(x, area.y);
      context.lineTo(x, area.y + area.h);
      context.stroke();
      context.beginPath();
      context.arc(x, area.y + 9, 8, 0, 2 * Math.PI);
      context.fill();
      context.fillStyle = colour('--card');
      context.fillText(String(i + 1), x, area.y + 9.5);
    });
    context.restore();
  }
  function drawMarks(context, area, graph) {
    context.save();
    context.strokeStyle = colour('--bad');
    context.lineWidth = 2;
    context.beginPath();
    for (const mark of data.marks || []) {
      const x = graph.toDomXCoord(mark);
      if (x < area.x || x > area.x + area.w) continue;
      context.moveTo(x, area.y + area.h);
      context.lineTo(x, area.y + area.h * 0.88);
    }
    context.stroke();
    context.restore();
  }

  // A chart in the place of the still one. `rows`: [[x, value, ...], ...].
  function makeChart(id, names, rows, options) {
    const figure = document.getElementById(id);
    if (!figure || rows.length < 2 || names.length === 0) return null;
    const live = figure.querySelector('.live'), still = figure.querySelector('.still');
    const labels = Object.fromEntries(all('#' + id + ' [data-value]').map((b) => [b.dataset.value, b]));
    const cursor = figure.querySelector('.cursor');
    live.hidden = false;
    const series = {};
    names.forEach((name) => {
      series[name] = { strokePattern: looks[name][1], strokeWidth: looks[name][2] };
    });
    const colours = () => names.map((name) => colour(looks[name][0]));
    const graph = new Dygraph(live, rows, {
      labels: ['x'].concat(names), series: series, colors: colours(),
      legend: 'never', labelsUTC: true, gridLineWidth: 1, gridLineColor: colour('--line'),
      axisLineColor: 'transparent', axisLabelFontSize: 12, highlightCircleSize: 3.5, rightGap: 12,
      connectSeparatedPoints: false, fillGraph: !!options.fill, fillAlpha: 0.12,
      logscale: !!options.logscale, includeZero: !options.logscale,
      valueRange: options.logscale  // a hair wider: ticks on the edge are not drawn
        ? [options.range[0] * 0.999, options.range[1] * 1.001] : [0, options.range[1] * 1.001], dateWindow: options.window, xRangePad: 0, yRangePad: 0,
      axes: {
        x: { drawGrid: false, axisLabelWidth: 64, axisTickSize: 6,
          ticker: options.xTicks, axisHeight: 30 },
        y: { ticker: options.yTicks, axisLabelWidth: 58, axisTickSize: 0 },
      },
      underlayCallback: (context, area, g) => {
        if (options.onTime) drawEvents(context, area, g);
        if (options.marks) drawMarks(context, area, g);
      },
      highlightCallback: (event, x, points) => { show(x, points); if (options.onTime) follow(x); },
      unhighlightCallback: () => { hide(); if (options.onTime) follow(null); },
      zoomCallback: (from, to) => { if (options.onTime) zoom(from, to); },
    });
    still.style.visibility = 'hidden';

    function show(x, points) {
      cursor.hidden = false;
      cursor.textContent = options.xWords(x);
      for (const name of names) labels[name].textContent = '';
      for (const point of points)
        if (labels[point.name]) labels[point.name].textContent = options.yWords(point.yval);
    }
    function hide() {
      cursor.hidden = true;
      for (const name of names) labels[name].textContent = '';
    }
    // The row of the point in time that another chart's cursor is at.
    function rowAt(x) {
      let low = 0, high = rows.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (rows[middle][0] <= x + 1e-9) low = middle; else high = middle - 1;
      }
      return low;
    }
    function follow(x) { charts.forEach((c) => { if (c !== chart && c.onTime) c.cursorAt(x); }); }
    function zoom(from, to) {
      charts.forEach((c) => { if (c !== chart && c.onTime) c.zoomTo(from, to); });
    }
    const chart = {
      onTime: !!options.onTime,
      graph: graph,
      cursorAt: (x) => {
        if (x === null) { graph.clearSelection(); hide(); return; }
        graph.setSelection(rowAt(x));
        show(rows[rowAt(x)][0], graph.selPoints_ || []);
      },
      zoomTo: (from, to) => graph.updateOptions({ dateWindow: [from, to] }),
      recolour: () => graph.updateOptions({ colors: colours(), gridLineColor: colour('--line') }),
    };
    charts.push(chart);
    return chart;
  }

  function rowsOf(panel) {
    if (!panel || panel.values.length === 0) return [];
    return panel.values[0].map((_, i) =>
      [i * panel.step].concat(panel.values.map((list) => (i < list.length ? list[i] : null))));
  }
  function roundUp(value) {
    const ticks = linearTicks(0, Math.max(value, 1));
    const step = ticks.length > 1 ? ticks[1].v : 1;
    return Math.ceil(Math.max(value, 1) / step - 1e-9) * step;
  }
  function greatest(panel) {
    return panel.values.reduce((most, list) => list.reduce((m, v) => Math.max(m, v || 0), most), 0);
  }
  function decades(values) {
    const positive = values.filter((v) => v > 0);
    if (positive.length === 0) return [0.001, 1];
    const least = positive.reduce((a, b) => Math.min(a, b));
    const most = positive.reduce((a, b) => Math.max(a, b));
    const low = Math.pow(10, Math.floor(Math.log10(least) + 1e-9));
    return [low, Math.max(Math.pow(10, Math.ceil(Math.log10(most) - 1e-9)), low * 10)];
  }

  function percentileRows(curves) {
    const names = Object.keys(curves);
    const places = [...new Set(names.flatMap((n) => curves[n].map((p) => p[0])))];
    places.sort((a, b) => a - b);
    const rows = places.map((place) => [place].concat(names.map((name) => {
      const point = curves[name].find((p) => p[0] === place);
      return point ? point[1] : null;
    })));
    return { names: names, rows: rows };
  }

  function drawCharts() {
    const onTime = { onTime: true, window: [0, data.end], xTicks: timeTicks, xWords: clock };
    makeChart('chart-rate', data.rates.names, rowsOf(data.rates), { ...onTime, marks: true,
      range: [0, roundUp(greatest(data.rates))], yTicks: linearTicks,
      yWords: (v) => count(v) + '/s' });
    if (data.depth.names.length > 0)
      makeChart('chart-depth', data.depth.names, rowsOf(data.depth), { ...onTime, fill: true,
        range: [0, roundUp(greatest(data.depth))], yTicks: linearTicks, yWords: count });
    makeChart('chart-latency', data.response.names, rowsOf(data.response), { ...onTime,
      logscale: true, range: decades(data.response.values.flat()), yTicks: decadeTicks,
      yWords: duration });
    const curves = percentileRows(data.percentiles);
    const last = curves.rows.length ? curves.rows[curves.rows.length - 1][0] : 1;
    makeChart('chart-percentiles', curves.names, curves.rows, { logscale: true,
      window: [0, Math.max(last, 1)], range: decades(curves.rows.flatMap((r) => r.slice(1))),
      xTicks: shareTicks, yTicks: decadeTicks, yWords: duration,
      xWords: (x) => 'p' + share(x).replace(' %', '') });
  }

  // --- the filter of the anomalies --------------------------------------------------------------
  function makeFilter() {
    const form = document.getElementById('filter');
    if (!form) return;
    const text = document.getElementById('filter-text');
    const boxes = Array.from(form.querySelectorAll('input[type=checkbox]'));
    const rows = all('#anomaly-table tbody tr');
    form.hidden = false;
    function apply() {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const classes = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      let shown = 0;
      for (const row of rows) {
        const content = row.textContent.toLowerCase();
        row.hidden = !classes.has(row.dataset.class) || !words.every((w) => content.includes(w));
        if (!row.hidden) ++shown;
      }
      document.getElementById('filter-count').textContent = shown + ' of ' + rows.length + ' shown';
    }
    form.addEventListener('input', apply);
    form.addEventListener('submit', (event) => event.preventDefault());
    apply();
  }

  addEventListener('beforeprint', () => all('details').forEach((d) => {
    if (!d.open) { d.open = true; d.dataset.printed = ''; }
  }));
  addEventListener('afterprint', () => all('details[data-printed]').forEach((d) => {
    d.open = false;
    delete d.dataset.printed;
  }));

  showTheme();
  makeFilter();
  if (data.rates && typeof Dygraph === 'function') {
    // Their legend writes style attributes, which the page does not allow; ours is above the chart.
    Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);
    drawCharts();
  }
})();
