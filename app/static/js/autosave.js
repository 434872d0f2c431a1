// A claim's draft kept while one types: the same form with the intent "autosave", answered in JSON. It never submits.
// At most once in ten seconds while one types, and on leaving a field or the page: each saving is a change in the
// trail. What cannot be sent stays in this tab (forms.js keeps it over a reload or a sign-in) and is tried again.
const PAUSE = 1500;
const GAP = 10000;
const AGAIN = 15000;

export function startAutosave(form) {
  const said = document.querySelector('[data-saved]');
  const words = JSON.parse(form.dataset.words);
  let line = Promise.resolve();  // one sending at a time: each raises the version that the next one names
  let waiting = 0;
  let isDirty = false;
  let timer;
  let last = 0;

  const tell = (text, isBad = false) => {
    said.textContent = text;
    said.classList.toggle('bad', isBad);
  };
  const has = (name) => [...form.querySelectorAll(`[name="${name}"]`)].some((one) => one.value.trim());
  const isBegun = () => form.action.includes('/edit/');
  // A kind alone is a click; with a name or a day it is a claim somebody means to make.
  const isWorthKeeping = () => isBegun()
    || (form.querySelector('input[name="kind"]:checked') && (has('title') || has('session_on')));

  function body() {
    const data = new FormData(form);
    for (const input of form.querySelectorAll('input[type="file"]')) data.delete(input.name);
    data.set('intent', 'autosave');
    return data;
  }

  function clearFaults() {
    for (const note of form.querySelectorAll('[data-autofault]')) {
      note.closest('.has-error')?.classList.remove('has-error');
      note.remove();
    }
  }

  function showFaults(fields) {
    for (const [name, text] of Object.entries(fields || {})) {
      const field = form.elements[name];
      const place = (field?.closest ? field : field?.[0])?.closest('.form-group, .panel-body');
      // What one is still typing is not called wrong.
      if (!place || place.contains(document.activeElement)) continue;
      const note = document.createElement('span');
      Object.assign(note, { className: 'help-block', textContent: text });
      note.dataset.autofault = '';
      place.classList.add('has-error');
      place.append(note);
    }
  }

  // The answer to a sending, from here or from an upload: true where it was saved.
  function take(status, kept) {
    clearFaults();
    if (!kept) { tell(status === 0 ? words.offline : words.refused, true); return false; }
    if (status !== 200) {
      tell([kept.words, ...(kept.faults || [])].join(' '), true);
      showFaults(kept.fields);
      return false;
    }
    form.elements.version.value = kept.version;
    form.action = kept.url;
    window.history.replaceState(null, '', kept.url);
    tell(kept.words);
    return true;
  }

  async function send(keepalive = false) {
    isDirty = false;
    last = Date.now();
    const answer = await fetch(form.action, { method: 'POST', body: body(), keepalive, headers: { Accept: 'application/json' } }).catch(() => null);
    const isAnswer = answer?.headers.get('Content-Type')?.startsWith('application/json');
    if (answer && !isAnswer && answer.redirected && new URL(answer.url).pathname.startsWith('/login')) tell(words.signed_out, true);
    else if (take(answer ? answer.status : 0, isAnswer ? await answer.json() : null)) form.dispatchEvent(new Event('kept'));
    if (answer?.ok && isAnswer) return;
    isDirty = true;
    if (!answer) later(AGAIN);
  }

  // Puts a sending in the line; a failure lets the next one go.
  function queue(job) {
    waiting += 1;
    line = line.then(job).catch(() => {}).finally(() => { waiting -= 1; });
    return line;
  }

  function saveNow(keepalive) {
    clearTimeout(timer);
    if (isDirty && isWorthKeeping() && !('sent' in form.dataset)) queue(() => send(keepalive));
  }
  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(() => saveNow(), Math.max(pause, last + GAP - Date.now()));
  }

  form.addEventListener('input', (event) => {
    if (event.target.type === 'file') return;
    isDirty = true;
    later(PAUSE);
  });
  form.addEventListener('focusout', () => { if (isDirty) later(PAUSE); });
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') saveNow(true); });
  window.addEventListener('online', () => { if (isDirty) saveNow(); });
  // Pressed while a sending is under way, a button waits for its version.
  form.addEventListener('submit', (event) => {
    clearTimeout(timer);
    if (!waiting) return;
    event.preventDefault();
    const { submitter } = event;
    line.then(() => form.requestSubmit(submitter));
  });

  return { body, queue, take, words };
}
