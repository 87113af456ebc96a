'use strict';
// What scripts add to a page that reads well without them: the theme, one cursor and a zoom for the
// charts, the filter of the findings. All text goes in as text, never as markup.
(function () {
  const data = JSON.parse(document.getElementById('data').textContent);
  const root = document.documentElement;
  const all = (selector, where) => Array.from((where || document).querySelectorAll(selector));

  // --- theme ----------------------------------------------------------------------------------
  const button = document.getElementById('theme');
  const system = matchMedia('(prefers-color-scheme: dark)');

  function remembered() {
    try { return localStorage.getItem('votebench-theme'); } catch { return null; }
  }
  function isDark() {
    return root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
  }
  function showTheme() {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', 'Switch to the ' + (isDark() ? 'light' : 'dark') + ' theme');
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
  function duration(seconds) {
    if (seconds < 0.0009995) return +(seconds * 1e6).toPrecision(3) + ' us';
    if (seconds < 0.9995) return +(seconds * 1e3).toPrecision(3) + ' ms';
    if (seconds < 60) return +seconds.toPrecision(3) + ' s';
    return Math.floor(seconds / 60) + 'm' + String(Math.round(seconds % 60)).padStart(2, '0') + 's';
  }
  function share(decades) {
    return +(100 * (1 - Math.pow(10, -decades))).toFixed(Math.max(1, Math.floor(decades)));
  }
  const words = {
    time: clock, share: (x) => 'p' + share(x), count: count, duration: duration,
    per_second: (value) => count(value) + '/s',
  };

  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
    14400, 43200, 86400];
  const ticks = {
    time: (from, to) => {
      const step = steps.find((s) => (to - from) / s <= 6) || (to - from) / 6;
      const places = [];
      for (let v = Math.ceil(from / step) * step; v <= to + 1e-9; v += step) places.push(v);
      return places.map((v) => [v, clock(v)]);
    },
    share: (from, to) => {
      const places = from <= Math.log10(2) ? [Math.log10(2)] : [];
      for (let v = Math.max(1, Math.ceil(from)); v <= to + 1e-9; ++v) places.push(v);
      return places.map((v) => [v, share(v) + ' %']);
    },
  };

  // --- charts ---------------------------------------------------------------------------------
  const charts = [];
  const percent = (place) => 100 * place + '%';
  const clamp = (place) => Math.min(Math.max(place, 0), 1);

  class Chart {
    constructor(plot) {
      const panel = data[plot.dataset.panel], figure = plot.closest('figure');
      this.plot = plot;
      this.names = panel.names;
      this.marks = panel.marks || [];
      this.curves = panel.points || panel.values.map((list) =>
        list.map((value, i) => [i * panel.step, value]));
      for (const key of ['end', 'low', 'high']) this[key] = Number(plot.dataset[key]);
      this.onTime = plot.dataset.x === 'time';
      this.live = plot.querySelector('.live');
      this.cursor = figure.querySelector('.cursor');
      this.labels = this.names.map((name) => figure.querySelector('[data-value=' + name + ']'));
      const piece = (name) => this.live.appendChild(Object.assign(document.createElement('div'),
        { className: name, hidden: true }));
      this.line = piece('cut');
      this.range = piece('range');
      this.dots = this.names.map((name) => piece('point ' + name));
      this.live.hidden = false;
      this.live.title = 'Drag to zoom, double-click to see all';
      this.view = [0, this.end];
      this.listen();
    }

    x(value) { return (value - this.view[0]) / (this.view[1] - this.view[0]); }
    y(value) {
      return clamp(this.plot.dataset.y === 'duration'
        ? Math.log(Math.max(value, this.low) / this.low) / Math.log(this.high / this.low)
        : value / this.high);
    }
    // The time or share under the pointer.
    under(event) {
      const box = this.live.getBoundingClientRect();
      const place = clamp((event.clientX - box.left) / box.width);
      return this.view[0] + place * (this.view[1] - this.view[0]);
    }
    // The charts that show the same time.
    together(action) {
      charts.filter((c) => c === this || (c.onTime && this.onTime)).forEach(action);
    }

    listen() {
      let from = null;
      this.live.addEventListener('pointerdown', (event) => { from = this.under(event); });
      this.live.addEventListener('pointermove', (event) => {
        const at = this.under(event);
        this.together((chart) => chart.show(at));
        this.select(from, at);
      });
      this.live.addEventListener('pointerup', (event) => {
        const [low, high] = [from, this.under(event)].sort((a, b) => a - b);
        if (from !== null && high - low > 0.02 * (this.view[1] - this.view[0]))
          this.together((chart) => chart.zoom([low, high]));
        from = null;
        this.select(null);
      });
      this.live.addEventListener('pointerleave', () => {
        from = null;
        this.select(null);
        this.together((chart) => chart.hide());
      });
      this.live.addEventListener('dblclick', () => this.together((c) => c.zoom([0, c.end])));
    }

    select(from, to) {
      this.range.hidden = from === null;
      if (from === null) return;
      this.range.style.left = percent(this.x(Math.min(from, to)));
      this.range.style.width = percent(Math.abs(this.x(to) - this.x(from)));
    }

    // The values at, or last before, this place.
    show(at) {
      let seen = null;
      this.curves.forEach((curve, i) => {
        let low = 0, high = curve.length - 1;
        while (low < high) {
          const middle = (low + high + 1) >> 1;
          if (curve[middle][0] <= at + 1e-9) low = middle; else high = middle - 1;
        }
        const point = curve[low], known = point && point[1] !== null;
        if (point) seen = Math.max(seen === null ? 0 : seen, point[0]);
        this.labels[i].textContent = known ? words[this.plot.dataset.y](point[1]) : '';
        this.dots[i].hidden = !known || this.x(point[0]) < 0;
        if (!known) return;
        this.dots[i].style.left = percent(this.x(point[0]));
        this.dots[i].style.top = percent(1 - this.y(point[1]));
      });
      if (seen === null) return;
      this.line.hidden = this.cursor.hidden = false;
      this.line.style.left = percent(clamp(this.x(seen)));
      this.cursor.textContent = words[this.plot.dataset.x](seen);
    }
    hide() {
      for (const part of [this.line, this.cursor, ...this.dots]) part.hidden = true;
      for (const label of this.labels) label.textContent = '';
    }

    zoom(view) {
      this.view = [Math.max(view[0], 0), Math.min(view[1], this.end)];
      this.hide();
      this.names.forEach((name, i) => {
        for (const path of all('[data-curve=' + name + ']', this.plot))
          path.setAttribute('d', this.path(this.curves[i], path.classList.contains('area')));
      });
      const rug = this.plot.querySelector('.rug');
      if (rug) rug.setAttribute('d', this.marks.filter((m) => clamp(this.x(m)) === this.x(m))
        .map((m) => 'M' + 1000 * this.x(m) + ' 176V200').join(''));
      this.moveWindows();
      this.moveTicks();
    }
    // As path_of() of svg.cpp draws it; what is far outside is left out.
    path(curve, filled) {
      const out = [];
      let first = null, last = 0;
      const close = () => {
        if (filled && first !== null) out.push('L' + last + ' 200L' + first + ' 200Z');
        first = null;
      };
      for (let i = 0; i < curve.length; ++i) {
        const near = [curve[i - 1], curve[i], curve[i + 1]].some((p) =>
          p && this.x(p[0]) >= 0 && this.x(p[0]) <= 1);
        if (curve[i][1] === null || !near) { close(); continue; }
        last = (1000 * this.x(curve[i][0])).toFixed(1);
        out.push((first === null ? 'M' : 'L') + last + ' ' +
          (200 * (1 - this.y(curve[i][1]))).toFixed(1));
        if (first === null) first = last;
      }
      close();
      return out.join('');
    }
    moveWindows() {
      for (const rect of all('.window', this.plot)) {
        const from = clamp(this.x(Number(rect.dataset.from)));
        rect.setAttribute('x', percent(from));
        rect.setAttribute('width', percent(clamp(this.x(Number(rect.dataset.to))) - from));
      }
      for (const event of all('g.event', this.plot)) {
        const place = this.x(Number(event.dataset.at));
        event.style.display = place < 0 || place > 1 ? 'none' : '';
        for (const part of event.children)
          for (const name of ['x', 'x1', 'x2', 'cx'])
            if (part.hasAttribute(name)) part.setAttribute(name, percent(place));
      }
    }
    moveTicks() {
      const group = this.plot.querySelector('.ticks'), model = group.firstElementChild;
      group.replaceChildren(...ticks[this.plot.dataset.x](...this.view).map(([at, label]) => {
        const tick = model.cloneNode();
        tick.setAttribute('x', percent(this.x(at)));
        tick.textContent = label;
        return tick;
      }));
    }
  }

  // --- the filter of the findings ---------------------------------------------------------------
  function makeFilter() {
    const form = document.getElementById('filter');
    if (!form) return;
    const text = document.getElementById('filter-text');
    const boxes = all('input[type=checkbox]', form);
    const rows = all('#anomaly-table tbody tr');
    form.hidden = false;
    function apply() {
      const wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const classes = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      let shown = 0;
      for (const row of rows) {
        const content = row.textContent.toLowerCase();
        row.hidden = !classes.has(row.dataset.class) || !wanted.every((w) => content.includes(w));
        if (!row.hidden) ++shown;
      }
      document.getElementById('filter-count').textContent = shown + ' of ' + rows.length + ' shown';
    }
    form.addEventListener('input', apply);
    form.addEventListener('submit', (event) => event.preventDefault());
    apply();
  }

  addEventListener('beforeprint', () => {
    charts.forEach((chart) => chart.zoom([0, chart.end]));
    all('details').forEach((d) => {
      if (!d.open) { d.open = true; d.dataset.printed = ''; }
    });
  });
  addEventListener('afterprint', () => all('details[data-printed]').forEach((d) => {
    d.open = false;
    delete d.dataset.printed;
  }));

  showTheme();
  makeFilter();
  for (const plot of all('.plot')) charts.push(new Chart(plot));
})();
