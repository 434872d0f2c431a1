// Lists: filters that send themselves without empty arguments, page size, the keys that walk the rows.
import { startColumns } from './columns.js';

function startFilters(form) {
  form.addEventListener('submit', () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    // Disabled only for the sending: a page shown again from the browser's memory must still work.
    window.setTimeout(() => { for (const field of form.elements) field.disabled = false; }, 0);
  });
}

// J and K walk the rows, X chooses one, Enter opens it: no mouse needed.
function startCursor(list) {
  const rows = [...list.querySelectorAll('[data-row]')];
  // One goes on where one acted last.
  let at = Math.max(-1, rows.findIndex((row) => row.classList.contains('acted')) - 1);
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
    else if (event.key === 'Enter' && at >= 0 && event.target === document.body) rows[at].querySelector('a')?.click();
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
