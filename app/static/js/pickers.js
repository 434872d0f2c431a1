// Remote lookups (tom-select) and dates (flatpickr). Both sit on plain fields that work without them.
import { language, word } from './words.js';
import { loadScript, loadSheet } from './vendor.js';

// GET <data-lookup>?q=… (or ?id=… for the name of a value that came back with a refused form) answers
// {"items": [{"id", "text", "hint"}]}, already narrowed to what one may see.
async function ask(url, text, param = 'q') {
  const address = new URL(url, window.location.href);
  address.searchParams.set(param, text);
  const answer = await fetch(address, { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).items;
}

function line(item, escape) {
  const hint = item.hint ? `<span class="hint">${escape(item.hint)}</span>` : '';
  return `<div><span>${escape(item.text)}</span>${hint}</div>`;
}

function startLookup(field) {
  const many = field.multiple || field.dataset.many !== undefined;
  // A select brings its chosen options itself; naming none here would take them away.
  const known = field.tagName === 'INPUT' && field.value
    ? { options: [{ id: field.value, text: field.dataset.text || field.value }], items: [field.value] } : {};
  const nameless = field.tagName === 'INPUT' && field.value && !field.dataset.text;
  let failed = false;
  const picker = new window.TomSelect(field, {
    valueField: 'id', labelField: 'text', searchField: [], maxItems: many ? null : 1, maxOptions: 30,
    preload: 'focus', loadThrottle: 200, openOnFocus: true, hideSelected: many, closeAfterSelect: true,
    ...known, placeholder: field.dataset.hint || word('type_more'),
    plugins: many ? { remove_button: { title: word('remove') } } : { clear_button: { title: word('remove') } },
    shouldLoad: () => true,
    onItemAdd() { this.setTextboxValue(''); },
    load: (text, done) => ask(field.dataset.lookup, text)
      .then((items) => { failed = false; picker.clearOptions((option) => picker.items.includes(String(option.id))); done(items); })
      .catch(() => { failed = true; done(); }),
    render: {
      option: line,
      item: (item, escape) => `<div>${escape(item.text)}</div>`,
      no_results: () => `<div class="no-results">${failed ? word('lookup_failed') : word('nothing_found')}</div>`,
      loading: () => `<div class="no-results">${word('searching')}</div>`,
    },
  });
  if (nameless) {
    ask(field.dataset.lookup, field.value, 'id').then((items) => {
      for (const item of items) picker.updateOption(String(item.id), item);
    }).catch(() => {});
  }
  // tom-select makes its own input: it carries the field's name and faults, and the field itself keeps silent.
  field.setAttribute('aria-hidden', 'true');
  field.tabIndex = -1;
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  if (label) picker.control_input.setAttribute('aria-label', label.firstChild.textContent.trim());
  for (const name of ['aria-describedby', 'aria-invalid']) {
    if (field.hasAttribute(name)) picker.control_input.setAttribute(name, field.getAttribute(name));
  }
}

// A dialog stands in the window, not in the page as the picker reckons: under the field, or over it where there is no room.
function hangOn(field, dialog, calendar) {
  const at = field.getBoundingClientRect(), frame = dialog.getBoundingClientRect();
  const under = at.bottom + 4, height = calendar.offsetHeight;
  const top = under + height <= window.innerHeight ? under : Math.max(4, at.top - 4 - height);
  const left = Math.max(4, Math.min(at.left, window.innerWidth - calendar.offsetWidth - 4));
  calendar.style.top = `${top - frame.top}px`;
  calendar.style.left = `${left - frame.left}px`;
}

function startDate(field) {
  const timed = field.dataset.date === 'time';
  const dialog = field.closest('dialog');
  window.flatpickr(field, {
    allowInput: true, dateFormat: timed ? 'Y-m-d H:i' : 'Y-m-d', enableTime: timed, time_24hr: true,
    locale: language() === 'zh' ? 'zh' : 'default', disableMobile: false, monthSelectorType: 'static',
    minDate: field.dataset.min || null, maxDate: field.dataset.max || null,
    appendTo: dialog || undefined, position: dialog ? (picker) => hangOn(field, dialog, picker.calendarContainer) : 'auto',
    onChange: () => field.dispatchEvent(new Event('input', { bubbles: true })),
  });
}

export async function startPickers(within) {
  const lookups = [...within.querySelectorAll('[data-lookup]:not(.tomselected)')];
  const dates = [...within.querySelectorAll('input[data-date]:not(.flatpickr-input)')];
  if (lookups.length) {
    loadSheet('vendor/tom-select/tom-select.css');
    await loadScript('vendor/tom-select/tom-select.complete.min.js');
    lookups.forEach(startLookup);
  }
  if (dates.length) {
    loadSheet('vendor/flatpickr/flatpickr.min.css');
    await loadScript('vendor/flatpickr/flatpickr.min.js');
    if (language() === 'zh') {
      await loadScript('vendor/flatpickr/zh.js');
      window.flatpickr.l10ns.zh.firstDayOfWeek = 1;
    }
    dates.forEach(startDate);
  }
}
