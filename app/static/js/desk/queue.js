// The list on the left: which claims there are, which is shown, which are decided; further rows as one scrolls.
import { staticUrl } from '../words.js';
import { say } from './said.js';

const GLYPHS = { approve: 's-approved', return: 's-returned', reject: 's-rejected', failed: 'alert', theirs: 'info' };

export function startQueue(desk, onChosen) {
  const list = desk.querySelector('.queue-list');
  const place = desk.querySelector('[data-place]');
  const number = desk.querySelector('[data-waiting]');
  let coming = null;
  let left = Number(number.dataset.waiting);
  const exact = !number.textContent.includes('+');

  const rows = () => [...list.querySelectorAll('[data-row]')];
  const find = (pk) => list.querySelector(`[data-row="${CSS.escape(pk)}"]`);
  const free = (row) => !row.classList.contains('done');

  function more() {
    const link = list.querySelector('[data-more]');
    if (!link) return Promise.resolve(false);
    coming ||= fetch(link.href, { credentials: 'same-origin', redirect: 'manual' })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
      .then((html) => {
        const known = new Set(rows().map((row) => row.dataset.row));
        const made = document.createElement('ol');
        made.innerHTML = html;
        made.querySelectorAll('[data-row]').forEach((row) => { if (known.has(row.dataset.row)) row.remove(); });
        link.closest('li').replaceWith(...made.children);
        return true;
      })
      .catch(() => false)
      .finally(() => { coming = null; });
    return coming;
  }

  function mark(pk, kind) {
    const row = find(pk);
    if (!row) return;
    row.querySelector('.m[data-told]')?.remove();
    const isDone = Boolean(kind) && kind !== 'failed';
    if (isDone !== row.classList.contains('done')) {
      left += isDone ? -1 : 1;
      if (exact) number.textContent = Math.max(0, left).toLocaleString('en-US');
    }
    row.classList.toggle('done', isDone);
    row.classList.toggle('failed', kind === 'failed');
    if (!kind) return;
    const line = document.createElement('span');
    line.className = `m ${kind}`;
    line.dataset.told = '';
    const glyph = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    glyph.setAttribute('class', 'i');
    glyph.setAttribute('aria-hidden', 'true');
    const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
    use.setAttribute('href', staticUrl(`img/icons.svg#i-${GLYPHS[kind]}`));
    glyph.append(use);
    line.append(glyph, say(`row_${kind}`));
    row.querySelector('a').append(line);
  }

  function now(pk) {
    rows().forEach((row) => {
      const isHere = row.dataset.row === pk;
      row.classList.toggle('now', isHere);
      if (isHere) row.setAttribute('aria-current', 'true'); else row.removeAttribute('aria-current');
    });
    const row = find(pk);
    row?.scrollIntoView({ block: 'nearest' });
    place.textContent = row ? `${rows().indexOf(row) + 1} /` : '';
  }

  // The next that is not decided, after ``pk`` or before it; from the top where there is none below.
  function beside(pk, by) {
    const all = rows();
    const at = all.findIndex((row) => row.dataset.row === pk);
    const order = by > 0 ? [...all.slice(at + 1), ...all.slice(0, Math.max(0, at))] : all.slice(0, Math.max(0, at)).reverse();
    return order.find(free) || null;
  }

  list.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (event.target.closest('[data-more]')) { event.preventDefault(); more(); return; }
    const link = event.target.closest('[data-row] a');
    if (!link) return;
    event.preventDefault();
    onChosen(link.closest('[data-row]').dataset.row);
  });
  list.addEventListener('scroll', () => { if (list.scrollTop + list.clientHeight > list.scrollHeight - 200) more(); }, { passive: true });

  return { mark, now, beside, more, find, isLast: (pk) => { const all = rows(); return all.findIndex((row) => row.dataset.row === pk) >= all.length - 3; } };
}
