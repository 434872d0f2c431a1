// Lists: filters that send themselves without empty arguments, page size, the columns one wants to see.

function startFilters(form) {
  form.addEventListener('submit', () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    // Disabled only for the sending: a page shown again from the browser's memory must still work.
    window.setTimeout(() => { for (const field of form.elements) field.disabled = false; }, 0);
  });
}

// Columns hidden by choice are remembered on this device, per list.
function startColumns(button) {
  const name = button.dataset.columns;
  const tray = document.querySelector(`[data-tray="${CSS.escape(name)}"]`);
  const list = document.querySelector(`[data-list="${CSS.escape(name)}"]`);
  const key = `columns:${name}`;
  const boxes = [...tray.querySelectorAll('input')];
  const show = () => {
    for (const box of boxes) {
      for (const cell of list.querySelectorAll(`.col-${CSS.escape(box.value)}`)) cell.hidden = !box.checked;
    }
  };
  const hidden = new Set(JSON.parse(window.localStorage.getItem(key) || '[]'));
  for (const box of boxes) box.checked = !hidden.has(box.value);
  show();
  button.addEventListener('click', () => {
    tray.hidden = !tray.hidden;
    button.setAttribute('aria-expanded', String(!tray.hidden));
    button.classList.toggle('on', !tray.hidden);
  });
  tray.addEventListener('change', () => {
    window.localStorage.setItem(key, JSON.stringify(boxes.filter((box) => !box.checked).map((box) => box.value)));
    show();
  });
  tray.querySelector('[data-tray-reset]').addEventListener('click', () => {
    window.localStorage.removeItem(key);
    for (const box of boxes) box.checked = true;
    show();
  });
}

// J and K walk the rows, X chooses one, Enter opens it: no mouse needed.
function startCursor(list) {
  const rows = [...list.querySelectorAll('[data-row]')];
  let at = -1;
  const go = (index) => {
    rows[at]?.classList.remove('at');
    at = Math.min(Math.max(index, 0), rows.length - 1);
    rows[at].classList.add('at');
    rows[at].querySelector('a')?.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: 'nearest' });
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || list.closest('[hidden]')) return;
    if (event.target.closest('input:not([type="checkbox"]), textarea, select, details[open], dialog')) return;
    if (document.querySelector('dialog[open]')) return;
    if (event.key === 'j') go(at + 1);
    else if (event.key === 'k') go(at - 1);
    else if (event.key === 'x' && at >= 0) rows[at].querySelector('.action_check')?.click();
    else return;
    event.preventDefault();
  });
}

export function startLists() {
  document.querySelectorAll('[data-filters]').forEach(startFilters);
  document.querySelectorAll('[data-columns]').forEach(startColumns);
  const first = document.querySelector('.page-list [data-list]');
  if (first?.querySelector('[data-row]')) startCursor(first);
  for (const form of document.querySelectorAll('[data-auto]')) {
    form.addEventListener('change', () => form.requestSubmit());
  }
}
