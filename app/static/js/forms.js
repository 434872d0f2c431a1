// Forms: sent once, faults brought into view, passwords revealed, and what was typed kept over a time-out.
import { word } from './words.js';

function sendOnce(form) {
  form.addEventListener('submit', () => {
    for (const button of form.querySelectorAll('[type="submit"]')) {
      button.setAttribute('aria-disabled', 'true');
      button.classList.add('busy');
    }
  });
  form.addEventListener('click', (event) => {
    if (event.target.closest('.busy')) event.preventDefault();
  });
  window.addEventListener('pageshow', () => {
    for (const button of form.querySelectorAll('.busy')) { button.classList.remove('busy'); button.removeAttribute('aria-disabled'); }
  });
}

// A session that ran out sends one to the sign-in and loses the form. The text waits in this tab (sessionStorage:
// gone with the tab, for shared computers) and is put back once. Passwords, files and tokens are never kept.
const keepable = (field) => field.name && field.name !== 'csrf_token' && !['password', 'file', 'hidden', 'submit', 'button'].includes(field.type);

// Each user's words are their own: whoever signs in next on a shared computer never meets them.
const mine = () => `typed:${document.body.dataset.user}:`;

function keepTyped(form) {
  const key = mine() + window.location.pathname;
  // A form that the server has just answered holds what was typed already.
  const refused = form.querySelector('.error-summary') || 'answered' in form.dataset;
  const kept = window.sessionStorage.getItem(key);
  window.sessionStorage.removeItem(key);
  if (kept && !refused) {
    const { values } = JSON.parse(kept);
    for (const field of form.elements) {
      if (!keepable(field) || !(field.name in values)) continue;
      if (['checkbox', 'radio'].includes(field.type)) field.checked = values[field.name].includes(field.value);
      else field.value = values[field.name].shift() ?? field.value;  // several fields may go by one name
    }
    const note = document.createElement('div');
    note.className = 'alert alert-info flash';
    note.setAttribute('role', 'status');
    const text = document.createElement('p');
    text.append(word('restored'), ' ');
    const discard = document.createElement('button');
    Object.assign(discard, { type: 'button', className: 'btn-as-link', textContent: word('discard') });
    discard.addEventListener('click', () => { form.reset(); note.remove(); });
    text.append(discard);
    note.append(text);
    form.prepend(note);
  }
  // What was refused lives in this page alone: switching the language must not lose it.
  let changed = Boolean(refused);
  form.addEventListener('input', () => { changed = true; });
  form.addEventListener('kept', () => { changed = false; });
  form.addEventListener('submit', () => { form.dataset.sent = '1'; });
  window.addEventListener('pagehide', () => {
    if (!changed) return;
    const values = {};
    for (const field of form.elements) {
      if (!keepable(field)) continue;
      values[field.name] = values[field.name] || [];
      if (!['checkbox', 'radio'].includes(field.type) || field.checked) values[field.name].push(field.value);
    }
    // A draft kept while one typed has moved to its own address.
    window.sessionStorage.setItem(mine() + window.location.pathname, JSON.stringify({ sent: form.dataset.sent === '1', values }));
  });
}

// A form that was sent and did not come back with faults was accepted: what was kept for it is done with.
// Sign-in and error pages stand between sending and saving, so nothing is forgotten there.
function forgetAccepted() {
  if (!document.body.classList.contains('app')) return;
  for (const key of Object.keys(window.sessionStorage)) {
    if (!key.startsWith('typed:')) continue;
    if (!key.startsWith(mine()) || JSON.parse(window.sessionStorage.getItem(key)).sent) window.sessionStorage.removeItem(key);
  }
}

function reveal(button) {
  const field = document.getElementById(button.dataset.reveal);
  button.addEventListener('click', () => {
    const shown = field.type === 'text';
    field.type = shown ? 'password' : 'text';
    button.setAttribute('aria-pressed', String(!shown));
    field.focus();
  });
}

export function startForms() {
  document.querySelectorAll('[data-once], dialog form').forEach(sendOnce);
  document.querySelectorAll('[data-keep]').forEach(keepTyped);
  forgetAccepted();
  document.querySelectorAll('[data-reveal]').forEach(reveal);
  document.querySelector('[data-focus]')?.focus();
  for (const button of document.querySelectorAll('[data-account]')) {
    button.addEventListener('click', () => {
      document.getElementById('username').value = button.dataset.account;
      document.getElementById('password').focus();
    });
  }
}
