// The review desk: one claim after another, by the keyboard or the mouse. The next claim is fetched ahead, with its first
// file; a decision moves on at once and is posted when its moment of undo has passed (pending.js).
import { startCompare } from './compare.js';
import { bytesOf } from './files.js';
import { openForm } from './form.js';
import { startKeys } from './keys.js';
import { startPending } from './pending.js';
import { startQueue } from './queue.js';
import { say } from './said.js';
import { openViewer } from './viewer.js';

// A claim is decided by who has seen it: a second press of a key, meant for the one before, finds it not ready yet.
const LOOK_MS = 300;
const MOST_AHEAD = 6;

const desk = document.querySelector('[data-desk]');
const pane = desk.querySelector('[data-claim-pane]');
const fragments = new Map();
const drafts = new Map();
let shown = null;

const pageOf = (pk) => `${window.location.pathname.replace(/\/?$/, '/')}claim/${pk}`;

function fragment(pk) {
  if (!fragments.has(pk)) {
    const coming = fetch(pageOf(pk), { credentials: 'same-origin', redirect: 'manual' })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))));
    coming.catch(() => fragments.delete(pk));
    fragments.set(pk, coming);
    for (const oldest of fragments.keys()) {
      if (fragments.size <= MOST_AHEAD) break;
      fragments.delete(oldest);
    }
  }
  return fragments.get(pk);
}

async function ahead(row) {
  if (!row) return;
  const html = await fragment(row.dataset.row).catch(() => '');
  const url = html.match(/data-kind="(?:image|pdf)" data-url="([^"]+)"/)?.[1];
  if (url) bytesOf(url).catch(() => {});
}

function opened(judge) {
  if (judge.dataset.kept !== 'unopened') return;
  const form = new URLSearchParams({ csrf_token: document.querySelector('[name=csrf_token]').value });
  judge.dataset.kept = 'opening';
  fetch(judge.dataset.openedUrl, { method: 'POST', body: form, headers: { Accept: 'application/json' }, credentials: 'same-origin' })
    .then((answer) => { judge.dataset.kept = answer.ok ? 'opened' : 'unopened'; })
    .catch(() => { judge.dataset.kept = 'unopened'; });
}

function begin(pk) {
  const judge = pane.querySelector('.judge');
  if (!judge) { shown = null; return; }
  const form = openForm(judge, (verb, fields, said) => decide(pk, verb, fields, said));
  const viewer = openViewer(pane.querySelector('[data-viewer]'), () => opened(judge));
  shown = { pk, judge, form, viewer };
  if (form && drafts.has(pk)) form.put(drafts.get(pk));
  window.setTimeout(() => { judge.dataset.ready = ''; }, LOOK_MS);
  queue.now(pk);
  if (queue.isLast(pk)) queue.more().then(() => ahead(queue.beside(pk, 1)));
  else ahead(queue.beside(pk, 1));
}

function leave() {
  if (!shown) return;
  if (shown.form) drafts.set(shown.pk, shown.form.typed());
  shown.viewer.close();
  shown = null;
}

async function open(pk, { words = '' } = {}) {
  leave();
  pane.dataset.of = pk;
  pane.setAttribute('aria-busy', 'true');
  let html;
  try {
    html = await fragment(pk);
  } catch (error) {
    html = '';
    if (pane.dataset.of === pk) {
      const told = document.createElement('p');
      told.className = 'alert alert-warning desk-empty';
      told.setAttribute('role', 'alert');
      told.textContent = error.message === '404' ? say('gone') : say('lost', { name: '' });
      pane.replaceChildren(told);
    }
  }
  // Somebody went on meanwhile.
  if (pane.dataset.of !== pk) return;
  pane.removeAttribute('aria-busy');
  queue.now(pk);
  if (!html) return;
  pane.innerHTML = html;
  const address = new URL(window.location.href);
  address.searchParams.set('claim', pk);
  window.history.replaceState(null, '', address);
  begin(pk);
  if (words && shown?.form) shown.form.refuse(words);
}

async function next(pk, by = 1) {
  let row = queue.beside(pk, by);
  if (!row && by > 0 && await queue.more()) row = queue.beside(pk, by);
  if (row) { open(row.dataset.row); return; }
  if (by < 0 || (shown && shown.pk === pk && !pending.holds(pk))) return;
  leave();
  pane.dataset.of = '';
  pane.replaceChildren(desk.querySelector('template[data-empty]').content.cloneNode(true));
}

function decide(pk, verb, fields, said) {
  if (!('ready' in shown.judge.dataset)) return;
  const entry = { pk, verb, fields, said, name: shown.judge.dataset.name, url: shown.judge.dataset.decide, page: pageOf(pk), typed: shown.form.typed() };
  if (!pending.add(entry)) return;
  queue.mark(pk, verb);
  drafts.delete(pk);
  next(pk).then(() => drafts.delete(pk));
}

const queue = startQueue(desk, (pk) => open(pk));
const pending = startPending({
  user: desk.dataset.user,
  toasts: desk.querySelector('[data-toasts]'),
  template: desk.querySelector('template[data-toast]'),
  onDone(entry) { fragments.delete(entry.pk); },
  onBack(entry, kind, words, isAsked) {
    fragments.delete(entry.pk);
    drafts.set(entry.pk, entry.typed);
    queue.mark(entry.pk, { failed: 'failed', theirs: 'theirs', gone: 'theirs' }[kind] || '');
    if (isAsked || shown?.pk === entry.pk) open(entry.pk, { words });
  },
  onWaiting(count) { desk.dataset.pending = count; },
});
const compare = startCompare(desk.querySelector('[data-compare-dialog]'), pane);

startKeys({
  ready: () => shown !== null,
  go: (by) => (shown ? next(shown.pk, by) : next('', by)),
  form: () => shown?.form,
  viewer: () => (compare.viewer() || shown?.viewer),
  undo: () => pending.undo(),
  compare: () => compare.open(),
  note: () => pane.querySelector('[data-note]'),
});

// A note is added without leaving the claim.
pane.addEventListener('submit', async (event) => {
  const form = event.target.closest('[data-note-form]');
  if (!form) return;
  event.preventDefault();
  const words = new URLSearchParams(new FormData(form));
  words.delete('back');
  try {
    const answer = await fetch(form.action, { method: 'POST', body: words, headers: { Accept: 'application/json' }, credentials: 'same-origin', redirect: 'manual' });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error || '');
    const list = form.parentElement.querySelector('[data-notes]');
    list.replaceChildren(...body.notes.map((one) => {
      const item = document.createElement('li');
      const by = document.createElement('p');
      by.className = 'by';
      const who = document.createElement('b');
      who.textContent = one.author;
      by.append(who, ` ${one.at}`);
      const text = document.createElement('p');
      text.className = 'prose';
      text.textContent = one.text;
      item.append(by, text);
      return item;
    }));
    form.reset();
    fragments.delete(shown?.pk);
  } catch (error) {
    shown?.form?.refuse(error.message || say('lost', { name: '' }));
  }
});
desk.addEventListener('click', (event) => {
  const step = event.target.closest('[data-step]');
  if (step && shown) next(shown.pk, Number(step.dataset.step));
});

begin(pane.dataset.of || '');
pending.restore().forEach((entry) => { if (entry.state !== 'failed') queue.mark(entry.pk, entry.verb); });
