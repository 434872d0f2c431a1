// Ctrl K: a dialog that searches as one types, goes by arrow keys and opens with Enter. Earlier questions are given up
// when a later one is put. What was opened lately is kept in this tab only: staff rooms share computers.
const MOST_RECENT = 6;
const PAUSE = 120;

const recent = () => JSON.parse(window.sessionStorage.getItem('recent') || '[]');

function remember() {
  const title = document.querySelector('.page-header h1')?.textContent.trim().replace(/\s+/g, ' ');
  if (!title || !/\/(show|why)\//.test(window.location.pathname)) return;
  const url = window.location.pathname;
  const others = recent().filter((one) => one.url !== url);
  window.sessionStorage.setItem('recent', JSON.stringify([{ url, title }, ...others].slice(0, MOST_RECENT)));
}

class Palette {
  constructor(dialog) {
    this.dialog = dialog;
    this.field = dialog.querySelector('[role="combobox"]');
    this.list = dialog.querySelector('[role="listbox"]');
    this.foot = dialog.querySelector('[data-count-words]');
    this.asked = null;
    this.field.addEventListener('input', () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.ask(), PAUSE);
    });
    this.field.addEventListener('keydown', (event) => this.onKey(event));
    dialog.addEventListener('close', () => this.asked?.abort());
  }

  open(text) {
    if (this.dialog.open) return;
    this.field.value = text;
    this.dialog.showModal();
    this.field.focus();
    this.ask();
  }

  async ask() {
    this.asked?.abort();
    this.asked = new AbortController();
    const text = this.field.value.trim();
    const query = new URLSearchParams({ part: '1', q: text });
    try {
      const answer = await fetch(`${this.dialog.dataset.palette}?${query}`, { signal: this.asked.signal });
      if (!answer.ok) return;
      this.list.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
      return;
    }
    if (!text) this.showRecent();
    const { length } = this.options;
    this.foot.textContent = length ? `${length} ${this.foot.dataset.countWords}` : '';
    this.go(0);
  }

  showRecent() {
    const opened = recent().filter((one) => one.url !== window.location.pathname);
    if (!opened.length) return;
    const group = document.createElement('div');
    const head = document.createElement('h2');
    group.className = 'hits';
    group.setAttribute('role', 'group');
    head.textContent = this.list.dataset.recent;
    head.id = 'hits-recent';
    group.setAttribute('aria-labelledby', head.id);
    group.append(head);
    opened.forEach((one, at) => {
      const link = document.createElement('a');
      const title = document.createElement('span');
      link.className = 'find-hit';
      link.href = one.url;
      link.id = `hit-recent-${at}`;
      link.setAttribute('role', 'option');
      link.tabIndex = -1;
      title.className = 't';
      title.textContent = one.title;
      link.append(title);
      group.append(link);
    });
    this.list.prepend(group);
  }

  get options() { return [...this.list.querySelectorAll('[role="option"]')]; }

  go(index) {
    const options = this.options;
    this.at = options.length ? (index + options.length) % options.length : -1;
    options.forEach((one, at) => one.setAttribute('aria-selected', String(at === this.at)));
    if (this.at < 0) { this.field.removeAttribute('aria-activedescendant'); return; }
    this.field.setAttribute('aria-activedescendant', options[this.at].id);
    options[this.at].scrollIntoView({ block: 'nearest' });
  }

  onKey(event) {
    // While a Chinese word is being put together, Enter and the arrows belong to the input method.
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') this.go(this.at + 1);
    else if (event.key === 'ArrowUp') this.go(this.at - 1);
    else if (event.key === 'Enter') this.options[this.at]?.click();
    else return;
    event.preventDefault();
  }
}

export function startPalette() {
  remember();
  document.querySelector('form[action="/logout/"]')?.addEventListener('submit', () => window.sessionStorage.removeItem('recent'));
  const dialog = document.querySelector('[data-palette]');
  if (!dialog) return;
  const palette = new Palette(dialog);
  const find = document.getElementById('find');
  find?.addEventListener('focus', () => {
    const text = find.value;
    // Not the field of the top bar any more: closing gives the focus back to where it was.
    find.blur();
    palette.open(text);
  });
  document.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 'k') return;
    event.preventDefault();
    if (!document.querySelector('dialog[open]')) palette.open('');
  });
}
