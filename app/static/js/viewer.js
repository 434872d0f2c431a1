// Evidence in place: one file at a time, chosen by its tab; [ and ] go back and on. Without this script all files
// stand below one another and the tabs are links to them.
const viewer = document.querySelector('[data-viewer]');
const tabs = viewer ? [...viewer.querySelectorAll('[data-view]')] : [];

function show(index) {
  tabs.forEach((tab, place) => {
    const isShown = place === index;
    document.getElementById(tab.dataset.view).hidden = !isShown;
    if (isShown) tab.setAttribute('aria-current', 'true');
    else tab.removeAttribute('aria-current');
  });
}

function step(by) {
  const now = tabs.findIndex((tab) => tab.hasAttribute('aria-current'));
  const next = Math.min(tabs.length - 1, Math.max(0, now + by));
  show(next);
}

if (tabs.length) {
  show(0);
  viewer.addEventListener('click', (event) => {
    const tab = event.target.closest('[data-view]');
    if (!tab) return;
    event.preventDefault();
    show(tabs.indexOf(tab));
  });
  document.addEventListener('keydown', (event) => {
    if (event.target.matches('input, textarea, select') || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '[') step(-1);
    if (event.key === ']') step(1);
  });
}
