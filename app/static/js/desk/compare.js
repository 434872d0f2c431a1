// Two claims side by side, in a dialog over the desk or as a page of its own.
import { openViewer } from './viewer.js';

function begin(root) {
  return [...root.querySelectorAll('[data-viewer]')].map((one) => openViewer(one));
}

export function startCompare(dialog, pane) {
  let viewers = [];
  const end = () => { viewers.forEach((one) => one.close()); viewers = []; };

  async function show(address) {
    const url = new URL(address, window.location.href);
    url.searchParams.set('part', '1');
    const answer = await fetch(url, { credentials: 'same-origin', redirect: 'manual' });
    if (!answer.ok) return;
    end();
    dialog.innerHTML = await answer.text();
    if (!dialog.open) dialog.showModal();
    viewers = begin(dialog);
  }

  const open = () => { const link = pane.querySelector('[data-compare]'); if (link) show(link.href); };
  pane.addEventListener('click', (event) => {
    if (!event.target.closest('[data-compare]') || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  dialog.addEventListener('click', (event) => {
    const other = event.target.closest('[data-with]');
    if (other) { event.preventDefault(); show(other.href); }
    if (event.target.closest('[data-close-compare]')) { event.preventDefault(); dialog.close(); }
  });
  dialog.addEventListener('close', () => { end(); dialog.replaceChildren(); });

  return {
    open,
    // Zoom works on both at once: the same place of two papers is compared.
    viewer: () => (dialog.open && viewers.length ? {
      larger: () => viewers.forEach((one) => one.larger()),
      smaller: () => viewers.forEach((one) => one.smaller()),
      fit: () => viewers.forEach((one) => one.fit()),
      step: (by) => viewers.forEach((one) => one.step(by)),
    } : null),
  };
}

const page = document.querySelector('.compare-page');
if (page) begin(page);
