'use strict';
// What scripts add to a page that reads well without them: the theme, one crosshair and a zoom for
// the charts, by pointer and by keyboard, the filter of the findings. All text goes in as text,
// never as markup; what a chart shows meanwhile lies over it, so that nothing else moves.
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
    const ms = Math.round(seconds * 1000), whole = Math.floor(ms / 1000);
    const padded = (n, digits) => String(n).padStart(digits, '0');
    const fraction = ms % 1000 ? '.' + padded(ms % 1000, 3).replace(/0+$/, '') : '';
    const start = whole < 3600 ? Math.floor(whole / 60)
      : Math.floor(whole / 3600) + ':' + padded(Math.floor(whole / 60) % 60, 2);
    return start + ':' + padded(whole % 60, 2) + fraction;
  }
  function count(value) {
    return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 });
  }
  function duration(seconds) {
    if (seconds < 0.0009995) return +(seconds * 1e6).toPrecision(3) + ' \u00b5s';
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

  const steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
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
      this.step = panel.step || 0;
      for (const key of ['end', 'low', 'high']) this[key] = Number(plot.dataset[key]);
      this.onTime = plot.dataset.x === 'time';
      this.live = plot.querySelector('.live');
      this.reset = figure.querySelector('.reset');
      this.titles = this.names.map((name) =>
        figure.querySelector('[data-name="' + name + '"]').textContent);
      this.line = this.piece('cut');
      this.range = this.piece('range');
      this.dots = this.names.map((name) => this.piece('point ' + name));
      this.tip = this.piece('tip');
      this.view = [0, this.end];
      this.from = null;  // where a drag, or a selection by keys, began
      this.at = null;    // the crosshair
      this.live.hidden = false;
      this.live.setAttribute('aria-valuemax', this.end);
      this.listen();
    }
    piece(name) {
      return this.live.appendChild(Object.assign(document.createElement('div'),
        { className: name, hidden: true }));
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
      return this.view[0] + clamp((event.clientX - box.left) / box.width) * this.width();
    }
    width() { return this.view[1] - this.view[0]; }
    // The charts that show the same time.
    together(action) {
      charts.filter((c) => c === this || (c.onTime && this.onTime)).forEach(action);
    }

    listen() {
      const on = (name, action) => this.live.addEventListener(name, action);
      on('pointerdown', (event) => {
        if (event.button !== 0) return;
        this.from = this.under(event);
        this.live.setPointerCapture(event.pointerId);
      });
      on('pointermove', (event) => this.point(this.under(event)));
      on('pointerup', (event) => {
        this.zoomTo(this.under(event), 0.02);
        this.select(null);
      });
      on('pointercancel', () => this.select(null));
      on('pointerleave', () => {
        this.select(null);
        this.together((chart) => chart.hide());
      });
      on('dblclick', () => this.showAll());
      on('keydown', (event) => this.press(event));
      on('focus', () => { if (this.live.matches(':focus-visible')) this.point(this.here()); });
      on('blur', () => {
        this.select(null);
        this.together((chart) => chart.hide());
      });
      this.reset.addEventListener('click', () => {
        this.showAll();
        this.live.focus();
      });
    }

    // Where the crosshair of the keyboard stands.
    here() {
      const at = this.at === null ? this.view[0] : this.at;
      return Math.min(Math.max(at, this.view[0]), this.view[1]);
    }
    press(event) {
      const step = Math.max(this.step, this.width() / 100);
      const ways = { ArrowLeft: -step, ArrowRight: step, PageDown: -10 * step, PageUp: 10 * step,
        Home: -this.width(), End: this.width() };
      if (event.key in ways && !event.ctrlKey && !event.altKey && !event.metaKey) {
        if (!event.shiftKey) this.select(null);
        else if (this.from === null) this.from = this.here();
        this.at = this.here() + ways[event.key];
        this.point(this.here());
      } else if (event.key === 'Enter') {
        this.zoomTo(this.here(), 0);
        this.select(null);
      } else if (event.key === 'Escape') {
        this.select(null);
        this.showAll();
      } else {
        return;
      }
      event.preventDefault();
    }

    // The crosshair of all charts that show the same time, and what is selected in this one.
    point(at) {
      this.together((chart) => chart.show(at));
      this.range.hidden = this.from === null;
      if (this.from === null) return;
      this.range.style.left = percent(this.x(Math.min(this.from, at)));
      this.range.style.width = percent(Math.abs(this.x(at) - this.x(this.from)));
    }
    select(from) {
      this.from = from;
      this.range.hidden = from === null;
    }
    // Into what was selected, where it is more than this share of what is shown.
    zoomTo(at, least) {
      if (this.from === null) return;
      const [low, high] = [this.from, at].sort((a, b) => a - b);
      if (high - low <= least * this.width()) return;
      this.together((chart) => chart.zoom([low, high]));
      this.point(at);
    }
    showAll() { this.together((chart) => chart.zoom([0, chart.end])); }

    // The values at, or last before, this place; beyond its end a chart has none.
    show(at) {
      this.at = at;
      this.hide();
      if (at > this.end) return;
      let seen = null;
      const rows = [];
      this.curves.forEach((curve, i) => {
        let low = 0, high = curve.length - 1;
        while (low < high) {
          const middle = (low + high + 1) >> 1;
          if (curve[middle][0] <= at + 1e-9) low = middle; else high = middle - 1;
        }
        const point = curve[low], known = point && point[1] !== null;
        if (point) seen = Math.max(seen === null ? 0 : seen, point[0]);
        rows.push([this.names[i], this.titles[i],
          known ? words[this.plot.dataset.y](point[1]) : '\u2013']);
        this.dots[i].hidden = !known || this.x(point[0]) < 0 || this.x(point[0]) > 1;
        if (!known) return;
        this.dots[i].style.left = percent(this.x(point[0]));
        this.dots[i].style.top = percent(1 - this.y(point[1]));
      });
      if (seen === null) return;
      this.line.hidden = false;
      this.line.style.left = percent(clamp(this.x(seen)));
      this.tell(seen, rows);
    }
    // Beside the crosshair, on the side that has more room; and for those who hear the page.
    tell(seen, rows) {
      const when = words[this.plot.dataset.x](seen), right = this.x(seen) > 0.5;
      const part = (name, text, className) =>
        Object.assign(document.createElement(name), { textContent: text, className: className });
      this.tip.replaceChildren(part('b', when, 'when'), ...rows.flatMap(([name, title, value]) =>
        [part('i', '', 'point ' + name), part('span', title, ''), part('b', value, 'value')]));
      this.tip.hidden = false;
      this.tip.style.left = right ? 'auto' : 'calc(' + percent(clamp(this.x(seen))) + ' + 12px)';
      this.tip.style.right = right ? 'calc(' + percent(1 - clamp(this.x(seen))) + ' + 12px)' : 'auto';
      this.live.setAttribute('aria-valuenow', seen);
      this.live.setAttribute('aria-valuetext',
        when + ': ' + rows.map(([, title, value]) => title + ' ' + value).join(', '));
    }
    hide() {
      for (const part of [this.line, this.tip, ...this.dots]) part.hidden = true;
    }

    zoom(view) {
      this.view = view;
      this.reset.hidden = view[0] <= 0 && view[1] >= this.end;
      this.hide();
      this.names.forEach((name, i) => {
        for (const path of all('[data-curve="' + name + '"]', this.plot))
          path.setAttribute('d', this.path(this.curves[i], path.classList.contains('area')));
      });
      const band = this.plot.querySelector('[data-band]'), rug = this.plot.querySelector('.rug');
      if (band) band.setAttribute('d', this.bandPath(this.curves[0], this.curves[1]));
      if (rug) rug.setAttribute('d', this.marks.filter((m) => clamp(this.x(m)) === this.x(m))
        .map((m) => 'M' + 1000 * this.x(m) + ' 176V200').join(''));
      this.moveWindows();
      this.moveTicks();
    }
    place(point) {
      return (1000 * this.x(point[0])).toFixed(1) + ' ' + (200 * (1 - this.y(point[1]))).toFixed(1);
    }
    // Stretches without a gap; what is far outside is left out.
    stretches(curve, known) {
      const found = [[]];
      for (let i = 0; i < curve.length; ++i) {
        const near = [curve[i - 1], curve[i], curve[i + 1]].some((p) =>
          p && this.x(p[0]) >= 0 && this.x(p[0]) <= 1);
        if (known(i) && near) found[found.length - 1].push(i);
        else if (found[found.length - 1].length > 0) found.push([]);
      }
      return found.filter((stretch) => stretch.length > 0);
    }
    // As path_of() of chart.cpp draws it.
    path(curve, filled) {
      return this.stretches(curve, (i) => curve[i][1] !== null).map((stretch) => {
        const places = stretch.map((i) => this.place(curve[i]));
        const foot = (i) => (1000 * this.x(curve[i][0])).toFixed(1) + ' 200';
        return 'M' + places.join('L') + (filled
          ? 'L' + foot(stretch[stretch.length - 1]) + 'L' + foot(stretch[0]) + 'Z'
          : places.length > 1 ? '' : 'h0');
      }).join('');
    }
    // As band_of() draws it.
    bandPath(lower, upper) {
      return this.stretches(lower, (i) => lower[i][1] !== null && upper[i][1] !== null)
        .map((stretch) => 'M' + stretch.map((i) => this.place(upper[i]))
          .concat(stretch.reverse().map((i) => this.place(lower[i]))).join('L') + 'Z').join('');
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
  for (const hint of all('.keys')) hint.hidden = false;
})();
