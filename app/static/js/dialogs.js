// Native dialogs. A reason code brings its sentence ready to send; what a person wrote is never overwritten.

function bringSentence(select) {
  const field = document.getElementById(select.dataset.reason);
  const sentence = select.selectedOptions[0]?.dataset.sentence || '';
  const isOwn = field.value.trim() !== '' && field.value !== field.dataset.brought;
  if (!isOwn) put(field, sentence);
  const offer = field.parentElement.querySelector('[data-replace]');
  if (offer) offer.hidden = !isOwn || !sentence || field.value === sentence;
  showOther(select);
}

function put(field, sentence) {
  field.value = sentence;
  field.dataset.brought = sentence;
}

// The same sentence in the other language, for who reads that one: shown, not sent.
function showOther(select) {
  const line = document.getElementById(select.dataset.reason).parentElement.querySelector('[data-other-sentence]');
  const other = select.selectedOptions[0]?.dataset.other || '';
  if (!line) return;
  line.hidden = !other;
  line.querySelector('span').textContent = other;
}

function useSentence(button) {
  const field = button.closest('.form-group').querySelector('textarea');
  const select = document.querySelector(`[data-reason="${CSS.escape(field.id)}"]`);
  put(field, select.selectedOptions[0]?.dataset.sentence || '');
  button.closest('[data-replace]').hidden = true;
  field.focus();
}

export function openDialog(dialog) {
  dialog.showModal();
  const first = dialog.querySelector('select, textarea, input:not([type="hidden"])') || dialog.querySelector('[type="submit"]');
  first?.focus();
}

// After a decision one comes back to the same rows at the same height.
function keepPlace() {
  const place = JSON.parse(window.sessionStorage.getItem('place') || 'null');
  window.sessionStorage.removeItem('place');
  if (place && place.at === window.location.pathname + window.location.search) window.scrollTo(0, place.top);
  document.addEventListener('submit', (event) => {
    if (!event.target.closest('dialog')) return;
    const at = window.location.pathname + window.location.search;
    window.sessionStorage.setItem('place', JSON.stringify({ at, top: window.scrollY }));
  });
}

export function startDialogs() {
  keepPlace();
  document.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-dialog]');
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      const asked = new CustomEvent('dialog:open', { bubbles: true, cancelable: true, detail: opener });
      if (dialog.dispatchEvent(asked)) openDialog(dialog);
    }
    event.target.closest('[data-close]')?.closest('dialog').close();
    const using = event.target.closest('[data-use-sentence]');
    if (using) useSentence(using);
    // A click on the scrim lands on the dialog itself.
    if (event.target.matches?.('dialog[open]')) event.target.close();
  });
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-reason]')) bringSentence(event.target);
  });
  // A page that comes back after a refusal has its reason chosen already.
  for (const select of document.querySelectorAll('select[data-reason]')) showOther(select);
}
