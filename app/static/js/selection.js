// Choosing rows: on this page, or all that match the filters. The form receives the rows when it is opened or sent,
// so that cancelling one action can never leak into the next (FAB's own script did that). Of the rows chosen, an
// action is done on those that allow it; how many are left out is said before.
import { word } from './words.js';

const number = (count) => (count > 10000 ? '10,000+' : count.toLocaleString('en'));

class Selection {
  constructor(bar) {
    this.bar = bar;
    this.list = document.querySelector(`[data-list="${CSS.escape(bar.dataset.bulk)}"]`);
    this.head = this.list.querySelector('.action_check_all');
    this.all = 0;
    this.last = null;
    this.list.addEventListener('click', (event) => this.onClick(event));
    this.list.addEventListener('change', (event) => this.onChange(event));
    bar.querySelector('[data-bulk-none]').addEventListener('click', () => this.setAll(false));
    bar.querySelector('[data-bulk-all]')?.addEventListener('click', (event) => {
      this.all = Number(event.currentTarget.dataset.bulkAll);
      this.show();
    });
    document.addEventListener('dialog:open', (event) => {
      if (event.detail.closest('[data-bulk]') === this.bar) this.fill(event.target.querySelector('form'));
    });
    bar.addEventListener('submit', (event) => {
      if (!event.target.matches('[data-at-once]')) return;
      if (!this.fill(event.target)) event.preventDefault();
    });
    this.show();
  }

  get boxes() { return [...this.list.querySelectorAll('.action_check')]; }
  get chosen() { return this.boxes.filter((box) => box.checked); }

  onClick(event) {
    const box = event.target.closest('.action_check');
    if (!box) return;
    if (event.shiftKey && this.last) {
      const [from, to] = [this.boxes.indexOf(this.last), this.boxes.indexOf(box)].sort((a, b) => a - b);
      for (const between of this.boxes.slice(from, to + 1)) between.checked = box.checked;
    }
    this.last = box;
  }

  onChange(event) {
    if (event.target === this.head) this.setAll(this.head.checked);
    else if (event.target.matches('.action_check')) { this.all = 0; this.show(); }
  }

  setAll(checked) {
    for (const box of this.boxes) box.checked = checked;
    this.all = 0;
    this.show();
  }

  get count() { return this.all || this.chosen.length; }

  // The chosen rows of this page on which an action is possible; without a name, all of them.
  able(action) {
    const allows = (box) => !action || box.closest('tr').dataset.may.split(' ').includes(action);
    return this.chosen.filter(allows);
  }

  show() {
    const chosen = this.chosen.length;
    for (const box of this.boxes) box.closest('tr').classList.toggle('success', box.checked);
    this.head.checked = chosen > 0 && chosen === this.boxes.length;
    this.head.indeterminate = chosen > 0 && chosen < this.boxes.length;
    this.bar.hidden = chosen === 0;
    this.bar.querySelector('[data-bulk-words]').textContent = this.all ? word('all_matching') : word('selected');
    this.bar.querySelector('[data-count]').textContent = number(this.count);
    const able = this.able(this.bar.dataset.lead).length;
    const may = able === chosen ? this.bar.dataset.allMay : this.bar.dataset.someMay.replace('{count}', able);
    this.bar.querySelector('[data-bulk-may]').textContent = this.all ? '' : may;
    const more = this.bar.querySelector('[data-bulk-all]');
    if (more) more.hidden = this.all > 0;
  }

  // Puts the rows into a form; returns whether there is anything to do.
  fill(form) {
    for (const old of form.querySelectorAll('[data-row-field]')) old.remove();
    const action = form.dataset.many;
    const able = this.able(action);
    const possible = Number(form.dataset.possible);
    const count = !this.all ? able.length : action ? possible : this.all;
    const rows = this.all ? [['all_matching', '1'], ['told', String(count)]] : able.map((box) => ['rowid', box.value]);
    for (const [name, value] of rows) {
      const field = document.createElement('input');
      Object.assign(field, { type: 'hidden', name, value });
      field.dataset.rowField = '';
      form.append(field);
    }
    for (const place of form.querySelectorAll('[data-count]')) place.textContent = number(count);
    const isTooMany = Boolean(action) && count > Number(this.bar.dataset.most);
    this.tell(form, this.count - count, isTooMany);
    for (const button of form.querySelectorAll('.modal-footer [type="submit"]')) button.disabled = !count || isTooMany;
    return count > 0;
  }

  tell(form, left, isTooMany) {
    const line = form.querySelector('[data-left-out]');
    if (!line) return;
    line.hidden = left <= 0;
    line.textContent = line.dataset.leftOut.replace('{left}', number(left)).replace('{all}', number(this.count));
    form.querySelector('[data-too-many]').hidden = !isTooMany;
  }
}

export function startSelection() {
  for (const bar of document.querySelectorAll('[data-bulk]')) new Selection(bar);
}
