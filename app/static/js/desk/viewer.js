// Evidence in place: which file is shown, the tools above it, the facts under it, wheel and drag.
import { say } from './said.js';
import { openFile } from './sheets.js';

function write(within, selector, text) {
  const place = within?.querySelector(selector);
  if (place) place.textContent = text;
}

function drag(stage) {
  let from = null;
  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    from = { x: event.clientX, y: event.clientY, left: stage.scrollLeft, top: stage.scrollTop };
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener('pointermove', (event) => {
    if (!from) return;
    stage.scrollLeft = from.left - (event.clientX - from.x);
    stage.scrollTop = from.top - (event.clientY - from.y);
  });
  for (const end of ['pointerup', 'pointercancel']) stage.addEventListener(end, () => { from = null; });
}

export function openViewer(root, onShown = () => {}) {
  const stages = [...root.querySelectorAll('.stage')];
  const tabs = [...root.querySelectorAll('[data-show]')];
  const abouts = [...root.querySelectorAll('[data-about]')];
  const scale = root.querySelector('[data-scale]');
  const apart = root.querySelector('[data-apart]');
  const files = [];
  let now = 0;

  function show(place) {
    if (!stages.length) return;
    now = Math.min(stages.length - 1, Math.max(0, place));
    stages.forEach((stage, index) => { stage.hidden = index !== now; });
    abouts.forEach((about, index) => { about.hidden = index !== now; });
    tabs.forEach((tab, index) => {
      tab.classList.toggle('active', index === now);
      tab.setAttribute('aria-pressed', String(index === now));
    });
    if (apart) apart.href = stages[now].dataset.url;
    const mine = now;
    files[now] ||= openFile(stages[now], {
      onScale: (text) => { if (scale && mine === now) scale.textContent = text; },
      onExtent: (text) => { write(abouts[mine], '[data-extent]', text && text + say('comma')); },
      onPages: (number) => { write(tabs[mine], '[data-pages]', number ? say(number === 1 ? 'one_page' : 'pages', { num: number }) : ''); },
      onShown: () => onShown(mine),
    });
    files[now].tell();
  }

  const tools = {
    smaller: () => files[now]?.zoom(-1),
    larger: () => files[now]?.zoom(1),
    fit: () => files[now]?.zoom(0),
    turn: () => files[now]?.turn(),
    whole: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.()),
  };
  root.addEventListener('click', (event) => {
    const tab = event.target.closest('[data-show]');
    if (tab) show(Number(tab.dataset.show));
    tools[event.target.closest('[data-do]')?.dataset.do]?.();
  });
  for (const stage of stages) {
    stage.addEventListener('wheel', (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      files[now]?.zoom(event.deltaY < 0 ? 1 : -1);
    }, { passive: false });
    stage.addEventListener('dblclick', tools.fit);
    drag(stage);
  }
  show(0);
  return { ...tools, step: (by) => show(now + by), count: stages.length, close: () => files.forEach((file) => file?.close()) };
}
