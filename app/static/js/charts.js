// Charts of pages: drawn by Chart.js from the figures beside them, which every chart has as a table too. Colours are
// the tokens of the theme, read when it is drawn and again when the theme changes.
import { loadScript } from './vendor.js';

const LIBRARY = 'vendor/chartjs/chart.umd.min.js';
const DAY = 86400000;

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const number = (value) => Number(value).toLocaleString('en-US');
const narrow = () => window.matchMedia('(max-width: 640px)').matches;
const still = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

// A day's place between the Mondays of the axis: -0.5 is the first one's left edge.
function placeOf(on, rows) {
  const weeks = (Date.parse(on) - Date.parse(rows[0].on)) / DAY / 7;
  return weeks - 0.5;
}

function pixelOf(on, rows, scale) {
  const step = scale.getPixelForValue(1) - scale.getPixelForValue(0);
  return scale.getPixelForValue(0) + placeOf(on, rows) * step;
}

// The needed pace, deadlines and today, drawn over the bars; words keep clear of the edges and of one another.
function marksOf(told) {
  return {
    id: 'marks',
    afterDatasetsDraw(chart) {
      const { ctx, chartArea: area, scales } = chart;
      const rows = told.rows;
      ctx.save();
      ctx.font = `12px ${token('--font')}`;
      const line = (x, top, colour, dash) => {
        ctx.strokeStyle = colour;
        ctx.setLineDash(dash);
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.moveTo(x, top);
        ctx.lineTo(x, area.bottom);
        ctx.stroke();
      };
      const words = (text, x, y, colour, align) => {
        const width = ctx.measureText(text).width;
        ctx.fillStyle = colour;
        ctx.textAlign = 'left';
        const left = align === 'end' ? x - width : x - width / 2;
        ctx.fillText(text, Math.min(Math.max(left, area.left), area.right - width), y);
      };
      let taken = area.left;
      const spoken = (mark, x) => {
        const long = `${mark.short} ${mark.words}`;
        const text = narrow() || Math.min(x, area.right) - ctx.measureText(long).width < taken ? mark.short : long;
        taken = x + 8;
        return text;
      };
      for (const mark of told.marks) {
        const x = pixelOf(mark.on, rows, scales.x) + (scales.x.getPixelForValue(1) - scales.x.getPixelForValue(0)) / 7;
        if (x < area.left || x > area.right + 2) continue;
        line(x, area.top - 4, token('--line-control'), [2, 3]);
        words(spoken(mark, x), x, area.top - 10, token('--ink-2'), 'end');
      }
      const today = pixelOf(told.today, rows, scales.x);
      if (today > area.left && today < area.right) {
        line(today, area.top + 14, token('--accent'), []);
        words(told.todayWords, today, area.top + 10, token('--ink-2'), 'mid');
      }
      if (told.needed && told.neededTo) {
        const y = scales.y.getPixelForValue(told.needed);
        const from = Math.max(area.left, pixelOf(told.neededFrom, rows, scales.x));
        const to = Math.min(area.right, pixelOf(told.neededTo, rows, scales.x));
        if (to > from && y > area.top) {
          ctx.strokeStyle = token('--chart-alert');
          ctx.lineWidth = 2;
          ctx.setLineDash([5, 4]);
          ctx.beginPath();
          ctx.moveTo(from, y);
          ctx.lineTo(to, y);
          ctx.stroke();
          words(told.neededWords, to, y - 7, token('--warn-ink'), 'end');
        }
      }
      ctx.restore();
    },
  };
}

function settingsOf(told) {
  const grid = { color: token('--chart-grid'), drawTicks: false };
  const ticks = { color: token('--ink-3'), font: { family: token('--font'), size: 12 } };
  const most = Math.max(1, told.needed, ...told.rows.map((row) => Math.max(row.submitted || 0, row.reviewed || 0)));
  return {
    'data': {
      labels: told.rows.map((row) => row.label),
      datasets: [
        {
          type: 'line', label: told.legend.reviewed, 'data': told.rows.map((row) => row.reviewed),
          borderColor: token('--ink'), backgroundColor: token('--surface'), borderWidth: 2, tension: 0,
          pointRadius: 0, pointHoverRadius: 4, pointHitRadius: 12, order: 0,
        },
        {
          type: 'bar', label: told.legend.submitted, 'data': told.rows.map((row) => row.submitted),
          backgroundColor: token('--chart-1'), hoverBackgroundColor: token('--accent-hover'),
          categoryPercentage: 0.8, barPercentage: 0.76, order: 1,
        },
      ],
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: still() ? false : { duration: 240 },
      layout: { padding: { top: 26, right: 2 } },
      interaction: { mode: 'index', intersect: false },
      plugins: {
        legend: { display: false },
        tooltip: {
          backgroundColor: token('--ink'), titleColor: token('--surface'), bodyColor: token('--surface'),
          displayColors: false, bodyFont: { family: token('--font') }, titleFont: { family: token('--font') },
          callbacks: { label: (item) => `${item.dataset.label} ${number(item.raw)}` },
        },
      },
      scales: {
        x: {
          grid: { display: false }, border: { color: token('--chart-grid') },
          ticks: { ...ticks, autoSkip: true, autoSkipPadding: 14, maxRotation: 0 },
        },
        y: {
          beginAtZero: true, suggestedMax: most * 1.05, grid, border: { display: false },
          ticks: { ...ticks, padding: 8, maxTicksLimit: 5, precision: 0, callback: number },
        },
      },
      onClick: (_event, _items, chart) => {
        const [at] = chart.getElementsAtEventForMode(_event, 'index', { intersect: false }, false);
        const url = at ? told.rows[at.index].url : '';
        if (url) window.location.assign(url);
      },
      onHover: (event, items) => {
        event.native.target.style.cursor = items.some((item) => told.rows[item.index].url) ? 'pointer' : 'default';
      },
    },
    plugins: [marksOf(told)],
  };
}

export async function startCharts() {
  const boxes = [...document.querySelectorAll('[data-trend]')];
  if (!boxes.length) return;
  try {
    await loadScript(LIBRARY);
  } catch {
    // The table says the same.
    for (const box of boxes) {
      box.hidden = true;
      const table = box.parentElement.querySelector('details.data');
      if (table) table.open = true;
    }
    return;
  }
  const { Chart } = window;
  for (const box of boxes) {
    const told = JSON.parse(box.dataset.trend);
    const canvas = box.querySelector('canvas');
    let chart = new Chart(canvas, settingsOf(told));
    const again = () => {
      chart.destroy();
      chart = new Chart(canvas, settingsOf(told));
    };
    new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
  }
}
