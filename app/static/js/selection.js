// Choosing rows: on this page, or all that match the filters. The dialog's form receives the rows when it opens,
// so that cancelling one action can never leak into the next (FAB's own script did that).
import { word } from './words.js';

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

  show() {
    const chosen = this.chosen.length;
    for (const box of this.boxes) box.closest('tr').classList.toggle('success', box.checked);
    this.head.checked = chosen > 0 && chosen === this.boxes.length;
    this.head.indeterminate = chosen > 0 && chosen < this.boxes.length;
    this.bar.hidden = chosen === 0;
    this.bar.querySelector('[data-bulk-words]').textContent = this.all ? word('all_matching') : word('selected');
    this.bar.querySelector('[data-count]').textContent = this.count.toLocaleString('en');
    const more = this.bar.querySelector('[data-bulk-all]');
    if (more) more.hidden = this.all > 0;
  }

  fill(form) {
    for (const old of form.querySelectorAll('[data-row-field]')) old.remove();
    const rows = this.all ? [['all_matching', '1']] : this.chosen.map((box) => ['rowid', box.value]);
    for (const [name, value] of rows) {
      const field = document.createElement('input');
      Object.assign(field, { type: 'hidden', name, value });
      field.dataset.rowField = '';
      form.append(field);
    }
    for (const place of form.querySelectorAll('[data-count]')) place.textContent = this.count.toLocaleString('en');
  }
}

export function startSelection() {
  for (const bar of document.querySelectorAll('[data-bulk]')) new Selection(bar);
}
