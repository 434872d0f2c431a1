// The columns of a list: ticked, taken away, moved by dragging or with Alt and an arrow key. The choice is kept on the
// server; where the address names the columns (a kept view), it is changed there instead.

const PAUSE = 500;

function addressWith(changes) {
  const there = new URL(window.location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) there.searchParams.delete(name);
    else there.searchParams.set(name, value);
  }
  return there.toString();
}

const columnsOf = (tray) => [...new FormData(tray).getAll('column')];

async function keep(tray) {
  if ('inAddress' in tray.dataset) {
    window.location.replace(addressWith({ cols: columnsOf(tray).join(','), tray: '1' }));
    return;
  }
  const answer = await fetch(tray.action, {
    method: 'POST', body: new FormData(tray), headers: { 'X-Requested-With': 'fetch' }, credentials: 'same-origin',
  });
  // Anything else (signed out meanwhile) is better seen than swallowed.
  if (answer.status === 204) window.location.replace(addressWith({ tray: '1' }));
  else tray.submit();
}

function startMoving(tray, changed) {
  let held = null;
  tray.addEventListener('dragstart', (event) => { held = event.target.closest('.tick'); });
  tray.addEventListener('dragover', (event) => {
    const over = event.target.closest('.tick');
    if (!held || !over || over === held) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (event.clientX < box.left + box.width / 2) over.before(held);
    else over.after(held);
  });
  tray.addEventListener('dragend', () => { held = null; changed(); });
  tray.addEventListener('keydown', (event) => {
    const tick = event.target.closest('.tick');
    if (!event.altKey || !tick || !['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
    event.preventDefault();
    const beside = event.key === 'ArrowLeft' ? tick.previousElementSibling : tick.nextElementSibling;
    if (!beside?.matches('.tick')) return;
    if (event.key === 'ArrowLeft') beside.before(tick);
    else beside.after(tick);
    tick.querySelector('input').focus();
    changed();
  });
}

export function startColumns(opener) {
  const tray = document.querySelector(`[data-tray="${CSS.escape(opener.dataset.columns)}"]`);
  if (!tray) return;
  const list = tray.closest('[data-list]');
  let timer = 0;
  const changed = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => keep(tray), PAUSE);
  };
  opener.addEventListener('click', (event) => {
    event.preventDefault();
    tray.hidden = !tray.hidden;
    opener.setAttribute('aria-expanded', String(!tray.hidden));
    opener.classList.toggle('on', !tray.hidden);
    window.history.replaceState(null, '', addressWith({ tray: tray.hidden ? null : '1' }));
  });
  tray.addEventListener('change', (event) => {
    const name = event.target.value.replaceAll('.', '-');
    for (const cell of list.querySelectorAll(`.col-${CSS.escape(name)}`)) cell.hidden = !event.target.checked;
    changed();
  });
  startMoving(tray, changed);
}
