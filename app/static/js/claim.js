// The claim form: shows the fields the chosen kind asks for, adds and removes days, and asks the server to reckon as
// one types. No rule stands here; without this script every field is shown and the server reckons on saving.
import { startAutosave } from './autosave.js';
import { startClaimFiles } from './claim-files.js';
import { startPickers } from './pickers.js';

const form = document.querySelector('[data-claim]');
const days = form.querySelector('[data-days]');

function showFields() {
  const chosen = form.querySelector('input[name="kind"]:checked');
  const fields = chosen ? chosen.dataset.fields.split(' ') : [];
  const categories = chosen ? chosen.dataset.categories.split(' ') : [];
  for (const part of form.querySelectorAll('[data-for]')) part.hidden = !fields.includes(part.dataset.for);
  for (const part of form.querySelectorAll('[data-for-category]')) {
    part.hidden = !part.dataset.forCategory.split(' ').some((one) => categories.includes(one));
  }
}

// What has to stand beside the evidence is asked for once its condition is stated.
function showCompanions() {
  for (const part of form.querySelectorAll('[data-companion]')) {
    part.querySelector('[data-beside]').hidden = !part.querySelector('input[type="checkbox"]').checked;
  }
}

// Only kinds that are counted by days ask for days: the numbers of the steps follow.
function showNumbers() {
  let number = 0;
  for (const mark of form.querySelectorAll('fieldset:not([hidden]) legend .n')) {
    if (!mark.closest('[hidden]')) mark.textContent = String(number += 1);
  }
}

function showMinutes() {
  for (const day of days.children) {
    day.querySelector('.mins').classList.toggle('off', day.querySelector('select').value === 'full');
  }
}

// Whether the certificate's number is registered already, beside its field; said again only when it changes.
function showNumberTold() {
  const told = form.querySelector('[data-number-told]');
  const answer = form.querySelector('[data-number-answer]');
  if (answer && told.innerHTML.trim() !== answer.innerHTML.trim()) told.replaceChildren(answer.content.cloneNode(true));
}

// The hours of each day beside its row, and the sum in the bar of a phone, as the server reckoned them.
function showHours() {
  const result = form.querySelector('.result');
  form.querySelector('[data-sum]').textContent = result.dataset.hours;
  for (const day of days.children) {
    const step = result.querySelector(`[data-step="${CSS.escape(day.querySelector('[name="session_on"]').value.trim())}"]`);
    const gives = day.querySelector('[data-gives]');
    const hours = document.createElement('b');
    hours.textContent = step ? step.dataset.stepHours : '';
    gives.replaceChildren(...(step ? [hours, ` ${gives.dataset.unit}`] : []));
  }
}

function number(day, index) {
  const input = day.querySelector('[name="session_on"]');
  input.id = `d${index + 1}`;
  day.querySelector('label').htmlFor = input.id;
  for (const named of day.querySelectorAll('[aria-label], label')) {
    if (named.matches('label')) named.textContent = named.textContent.replace(/\d+/, index + 1);
    else named.setAttribute('aria-label', named.getAttribute('aria-label').replace(/\d+/, index + 1));
  }
}

const blank = days.firstElementChild.cloneNode(true);
blank.classList.remove('has-error');
for (const mark of blank.querySelectorAll('.help-block, [data-gives] > *')) mark.remove();
for (const input of blank.querySelectorAll('input')) {
  input.setAttribute('value', '');
  input.removeAttribute('aria-invalid');
  input.removeAttribute('aria-describedby');
}
for (const option of blank.querySelectorAll('[selected]')) option.removeAttribute('selected');
blank.querySelector('[data-gives]').textContent = '';

function addDay() {
  const day = blank.cloneNode(true);
  days.append(day);
  [...days.children].forEach(number);
  startPickers(day);
  showMinutes();
  day.querySelector('input').focus();
}

let waiting;
let asked = 0;

async function reckon() {
  const mine = ++asked;
  const body = new FormData(form);
  for (const input of form.querySelectorAll('input[type="file"]')) body.delete(input.name);
  // A claim is not held against itself.
  body.set('claim', form.action.match(/\/edit\/(\d+)/)?.[1] ?? '');
  const answer = await fetch(form.dataset.reckon, { method: 'POST', body, headers: { Accept: 'text/html' } }).catch(() => null);
  // An older answer must not overwrite a newer one.
  if (!answer?.ok || mine !== asked) return;
  form.querySelector('[data-result]').innerHTML = await answer.text();
  if (form.querySelector('.result').dataset.pack !== form.dataset.pack) form.querySelector('[data-kinds]').click();
  else { showHours(); showNumberTold(); }
}

function reckonSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(reckon, 250);
}

form.addEventListener('click', (event) => {
  if (event.target.closest('[data-day-add]')) {
    event.preventDefault();
    addDay();
  }
  const remove = event.target.closest('[data-day-remove]');
  if (!remove) return;
  event.preventDefault();
  if (days.children.length > 1) remove.closest('[data-day]').remove();
  else for (const input of days.querySelectorAll('input')) input.value = '';
  [...days.children].forEach(number);
  reckonSoon();
});
form.addEventListener('input', reckonSoon);
form.addEventListener('change', () => { showFields(); showNumbers(); showMinutes(); showCompanions(); reckonSoon(); });

showFields();
showCompanions();
showNumbers();
showMinutes();
// A draft that was kept after a refusal lives at its own address: loading the page again must not send it twice.
if (new URL(form.action).pathname !== window.location.pathname) window.history.replaceState(null, '', form.action);
startClaimFiles(form, startAutosave(form));
