// The keys of the desk. Never while somebody types, composes Chinese or holds a key down, and never under a dialog.
const typing = (node) => node.closest?.('input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]');

export function startKeys(desk) {
  const form = () => desk.form();
  const plain = {
    j: () => desk.go(1),
    k: () => desk.go(-1),
    a: () => form()?.send('approve'),
    r: () => form()?.show('return'),
    x: () => form()?.show('reject'),
    e: () => { const field = form()?.hours(); field?.focus(); field?.select(); },
    z: () => desk.undo(),
    n: () => { const field = desk.note(); field?.scrollIntoView({ block: 'center' }); field?.focus(); },
    c: () => desk.compare(),
    '[': () => desk.viewer()?.step(-1),
    ']': () => desk.viewer()?.step(1),
    '+': () => desk.viewer()?.larger(),
    '=': () => desk.viewer()?.larger(),
    '-': () => desk.viewer()?.smaller(),
    0: () => desk.viewer()?.fit(),
  };
  const inDialog = new Set(['[', ']', '+', '=', '-', '0']);

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.defaultPrevented || typing(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const dialog = document.querySelector('dialog[open]');
    if (dialog) {
      if (dialog.matches('[data-compare-dialog]') && inDialog.has(key)) { event.preventDefault(); plain[key](); }
      return;
    }
    const asking = form()?.asking();
    if (asking && /^\d$/.test(key)) { event.preventDefault(); if (!event.repeat) form().pick(Number(key)); return; }
    if (asking && key === 'Enter' && !event.target.closest('button, a')) { event.preventDefault(); if (!event.repeat) form().send(asking); return; }
    if (key === 'Escape' && asking) { form().show(''); return; }
    // Going on and zooming may be held down; deciding may not. And with a reason asked for, A is no approval.
    if (event.repeat && !['j', 'k', '+', '=', '-'].includes(key)) return;
    if (asking && key === 'a') return;
    if (!Object.hasOwn(plain, key)) return;
    event.preventDefault();
    plain[key]();
  });
}
