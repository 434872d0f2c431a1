// Decisions on their way. Each waits SECONDS in the browser, where it can be undone, and is posted then; leaving the page
// posts at once. All are kept in sessionStorage until the server has answered: neither a crash nor a lost network loses
// one, and the version that was seen goes with it, so that none is decided twice.
import { say } from './said.js';

export const SECONDS = 6;

export function startPending({ user, toasts, template, onDone, onBack, onWaiting }) {
  const key = `desk-decisions-${user}`;
  let entries = [];

  const save = () => window.sessionStorage.setItem(key, JSON.stringify(entries.map(({ timer, toast, ...kept }) => kept)));
  const drop = (entry) => {
    window.clearTimeout(entry.timer);
    entry.toast?.remove();
    entries = entries.filter((one) => one !== entry);
    save();
    onWaiting(entries.length);
  };

  function tell(entry, words, { undo = '', act = null, bad = false } = {}) {
    const toast = template.content.firstElementChild.cloneNode(true);
    toast.querySelector('[data-said]').textContent = words;
    const button = toast.querySelector('[data-undo]');
    if (bad) {
      toast.classList.add('bad');
      toast.querySelector('.ring').remove();
      toast.querySelector(':scope > .i use').setAttribute('href', toast.querySelector('use').getAttribute('href').replace(/#.*/, '#i-alert'));
    }
    if (undo) button.firstChild.textContent = undo;
    if (bad) button.querySelector('kbd')?.remove();
    button.addEventListener('click', act);
    entry.toast?.remove();
    entry.toast = toast;
    toasts.append(toast);
    // The last few in sight; the others wait all the same.
    [...toasts.children].forEach((one, place) => { one.hidden = place < toasts.children.length - 3; });
  }

  // After signing in again the page's token is of a session that is gone.
  async function freshToken(entry) {
    const answer = await fetch(entry.page, { credentials: 'same-origin', redirect: 'manual' });
    const found = answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[name=csrf_token]');
    return found ? found.value : '';
  }

  async function send(entry, again = false) {
    window.clearTimeout(entry.timer);
    entry.state = 'sending';
    save();
    entry.toast?.remove();
    let answer;
    let body = {};
    try {
      const token = (again && await freshToken(entry)) || document.querySelector('[name=csrf_token]').value;
      // In the name of who decided: whoever signs in after them on this computer sends nothing of theirs.
      const form = new URLSearchParams([...entry.fields, ['as', user], ['csrf_token', token]]);
      // keepalive: it is sent even while the page goes.
      answer = await fetch(entry.url, { method: 'POST', body: form, headers: { Accept: 'application/json' }, credentials: 'same-origin', keepalive: true, redirect: 'manual' });
      body = await answer.json().catch(() => ({}));
    } catch {
      failed(entry, say('lost', entry));
      return;
    }
    if (answer.ok) {
      drop(entry);
      onDone(entry, body);
    } else if (answer.status === 409) {
      settled(entry, 'theirs', say('refused', { ...entry, message: [body.message, body.decision?.reason].filter(Boolean).join(' ') }));
    } else if (answer.status === 422) {
      settled(entry, 'refused', say('refused', { ...entry, message: body.message }), body);
    } else if (answer.status === 404 || answer.status === 403) {
      settled(entry, 'gone', say('refused', { ...entry, message: say('gone') }));
    } else {
      const signedOut = answer.type === 'opaqueredirect' || [400, 401].includes(answer.status);
      failed(entry, say(signedOut ? 'signed_out' : 'failed', entry));
    }
  }

  // Answered: the server will not take it as it is. The claim comes back with the words.
  function settled(entry, kind, words, body = {}) {
    drop(entry);
    tell(entry, words, { bad: true, undo: say('look'), act: () => { entry.toast.remove(); onBack(entry, kind, words, true); } });
    onBack(entry, kind, words, false, body);
  }

  // Not answered: it stays here until it is sent again.
  function failed(entry, words) {
    entry.state = 'failed';
    entry.words = words;
    save();
    onBack(entry, 'failed', words, false);
    tell(entry, words, { bad: true, undo: say('again'), act: () => send(entry, true) });
  }

  function wait(entry) {
    onWaiting(entries.length);
    tell(entry, entry.said, { act: () => undo(entry) });
    const ring = entry.toast.querySelector('.ring .fill');
    ring.animate([{ strokeDasharray: '100 100' }, { strokeDasharray: '0 100' }], { duration: SECONDS * 1000, fill: 'forwards' });
    entry.timer = window.setTimeout(() => send(entry), SECONDS * 1000);
  }

  function undo(entry) {
    const last = entry || entries.filter((one) => one.state === 'waiting').at(-1);
    if (!last || last.state !== 'waiting') return false;
    drop(last);
    onBack(last, 'undone', '', true);
    return true;
  }

  function flush() {
    entries.filter((one) => one.state === 'waiting').forEach((one) => send(one));
  }

  window.addEventListener('pagehide', flush);
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') flush(); });
  window.addEventListener('online', () => entries.filter((one) => one.state === 'failed').forEach((one) => send(one, true)));

  return {
    add(entry) {
      // One decision a claim: a second press finds it already on its way.
      if (entries.some((one) => one.pk === entry.pk && one.state !== 'failed')) return false;
      entries.filter((one) => one.pk === entry.pk).forEach(drop);
      entry.state = 'waiting';
      entries.push(entry);
      save();
      wait(entry);
      return true;
    },
    undo: () => undo(null),
    holds: (pk) => entries.some((one) => one.pk === pk && one.state !== 'failed'),
    // What an earlier page of this tab left behind: sent now, or shown with its words.
    restore() {
      const left = JSON.parse(window.sessionStorage.getItem(key) || '[]');
      entries = left;
      for (const entry of left) {
        if (entry.state === 'failed') failed(entry, entry.words);
        else send(entry);
      }
      return left;
    },
  };
}
