// Draws the page's line charts by uPlot, from what the SVG at the same place says: values, titles, axes, colours. It says all of it, so nothing is
// told twice, and it remains for print, and where this fails.
(() => {
  'use strict';
  const round = (value, digits = 6) => String(+value.toPrecision(digits));

  // "log 0.1 10": the kind and the range of an axis.
  const axisOf = text => {
    const [kind, low, high] = text.split(' ');
    return {logarithmic: kind === 'log', low: +low, high: +high};
  };

  const linesOf = svg => {
    const lines = [...svg.querySelectorAll('polyline[data-values]')].map(drawn => ({
      drawn,
      label: drawn.parentElement.querySelector('title').textContent,
      points: drawn.dataset.values.split(' ').map(pair => pair.split(',').map(Number)),
    }));
    const ideal = svg.querySelector('.ideal');
    if (ideal !== null) {
      const places = new Set([0, ...lines.flatMap(line => line.points.map(([x]) => x))]);
      lines.push({drawn: ideal, label: 'ideal', points: [...places].sort((a, b) => a - b).map(x => [x, x])});
    }
    return lines;
  };

  const isShown = line => line.drawn.closest('.off') === null;

  // Round values, at most some `most` of them: over several decades 1, 2 and 5 of each or fewer, else evenly.
  const ticks = (low, high, logarithmic, most) => {
    const found = [];
    if (logarithmic && high / low >= 10) {
      const decades = Math.log10(high / low);
      const factors = [[1, 2, 5], [1, 3], [1]].find(each => each.length * decades <= most) ?? [1];
      const skip = Math.max(1, Math.ceil(decades / most));
      for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); ++exponent) {
        if (exponent % skip === 0) found.push(...factors.map(factor => factor * 10 ** exponent));
      }
    } else {
      const unit = 10 ** Math.floor(Math.log10((high - low) / most));
      const step = unit * [1, 2, 5, 10].find(factor => factor * unit * most >= (high - low) * (1 - 1e-9));
      for (let i = Math.ceil(low / step); i * step <= high; ++i) found.push(i * step);
    }
    return found.filter(tick => tick >= low && tick <= high);
  };

  // As in the SVG until there is less to be seen; then what there is, with a margin.
  const range = (axis, low, high) => {
    if (low === null) return [axis.low, axis.high];
    if (axis.logarithmic) {
      const margin = high > low ? (high / low) ** 0.03 : 1.1;
      return [Math.max(axis.low, low / margin), Math.min(axis.high, high * margin)];
    }
    const margin = high > low ? 0.03 * (high - low) : Math.max(Math.abs(high), 1) / 10;
    return [Math.max(axis.low, low - margin), Math.min(axis.high, high + margin)];
  };

  const sizeIn = figure => ({width: figure.clientWidth, height: Math.round(Math.min(440, Math.max(240, 0.625 * figure.clientWidth)))});

  const draw = (svg, lines) => {
    const figure = svg.parentElement;
    const [x, y] = [axisOf(svg.dataset.x), axisOf(svg.dataset.y)];
    const names = [...svg.querySelectorAll('.name')].map(name => name.textContent);
    const soft = getComputedStyle(svg.querySelector('.tick')).fill;
    const rule = getComputedStyle(svg.querySelector('.grid')).stroke;
    const font = '13px system-ui, sans-serif';
    const sides = [[x, names[0], 80], [y, names[1], 45]].map(([axis, label, apart], side) => ({
      label, labelFont: font, font, stroke: soft, grid: {stroke: rule, width: 1}, ticks: {stroke: rule, width: 1},
      size: side === 0 ? 36 : 72, labelSize: 22,
      splits: (plot, _, low, high) => ticks(low, high, axis.logarithmic, (side === 0 ? plot.width : plot.height) / apart),
      filter: (plot, splits) => splits,
      values: (plot, splits) => splits.map(tick => round(tick)),
    }));
    const series = lines.map(line => {
      const style = getComputedStyle(line.drawn);
      return {
        label: line.label, show: isShown(line), stroke: style.stroke, width: 2,
        dash: style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(',').map(parseFloat),
        points: {show: line.points.length <= 40 && line.label !== 'ideal', size: 6, fill: style.stroke},
        value: (plot, value, column, at) => at === null ? '-' : round(value) + ' at ' + round(plot.data[0][at], 4),
      };
    });
    const plot = new uPlot({
      ...sizeIn(figure), axes: sides, series: [{}, ...series],
      scales: {
        x: {time: false, distr: x.logarithmic ? 3 : 1,
            range: (plot, low, high) => low <= plot.data[0][0] && high >= plot.data[0].at(-1) ? [x.low, x.high] : [low, high]},
        y: {distr: y.logarithmic ? 3 : 1, range: (plot, low, high) => range(y, low, high)},
      },
      // Of every line the point that is nearest along x, however far; the line under the pointer stands out.
      cursor: {drag: {x: true, y: true, uni: 30}, hover: {prox: Number.MAX_SAFE_INTEGER}, focus: {prox: 24}},
      focus: {alpha: 0.35},
    }, uPlot.join(lines.map(line => [line.points.map(([x]) => x), line.points.map(([, y]) => y)])), (plot, begin) => {
      svg.after(plot.root);
      begin();
    });
    plot.root.setAttribute('role', 'img');
    plot.root.setAttribute('aria-label', svg.querySelector('title').textContent);
    plot.root.plot = plot; // for whoever looks into the page
    figure.classList.add('interactive');
    figure.querySelector('.hover').textContent = 'Drag to enlarge a part, double-click to see all.';
    return plot;
  };

  const charts = [...document.querySelectorAll('svg[data-x]')].map(svg => ({svg, lines: linesOf(svg)})).filter(chart => chart.lines.length > 0);
  const drawAll = () => {
    for (const chart of charts) {
      chart.plot?.destroy();
      chart.plot = draw(chart.svg, chart.lines);
    }
  };
  drawAll();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  document.addEventListener('change', () => { // after the boxes' own listeners
    for (const {plot, lines} of charts) {
      plot.batch(() => lines.forEach((line, i) => {
        if (plot.series[i + 1].show !== isShown(line)) plot.setSeries(i + 1, {show: isShown(line)});
      }));
    }
  });
  const resized = new ResizeObserver(() => {
    for (const {svg, plot} of charts) {
      const size = sizeIn(svg.parentElement);
      if (size.width > 0 && size.width !== plot.width) plot.setSize(size);
    }
  });
  for (const {svg} of charts) resized.observe(svg.parentElement);
})();
