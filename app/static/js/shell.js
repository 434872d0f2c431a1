// The frame: menus that close, the navigation drawer on phones, keys that lead to a control.

function closeMenus(except) {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(except)) menu.open = false;
  }
}

const typing = (node) => node.closest('input, textarea, select, [contenteditable]');

function onKey(event) {
  if (event.key === 'Escape') {
    const open = event.target.closest?.('details.menu[open]');
    closeMenus(null);
    open?.querySelector('summary').focus();
    return;
  }
  const command = event.ctrlKey || event.metaKey;
  const name = (command ? 'mod+' : '') + event.key.toLowerCase();
  if (event.altKey || (!command && typing(event.target)) || document.querySelector('dialog[open]')) return;
  const target = document.querySelector(`[data-key="${CSS.escape(name)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches('input, textarea')) { target.focus(); target.select(); } else target.click();
}

export function startShell() {
  document.addEventListener('click', (event) => closeMenus(event.target));
  document.addEventListener('focusin', (event) => closeMenus(event.target));
  document.addEventListener('keydown', onKey);
  // The drawer opens by its address (#nav), so it works without this; the script adds closing.
  const nav = document.getElementById('nav');
  // Where it is longer than the window, it shows where one is.
  nav?.querySelector('.active')?.scrollIntoView({ block: 'nearest' });
  nav?.addEventListener('keydown', (event) => { if (event.key === 'Escape') window.location.hash = 'main'; });
  document.querySelector('[data-open-nav]')?.addEventListener('click', () => {
    window.requestAnimationFrame(() => nav.querySelector('a')?.focus());
  });
}
