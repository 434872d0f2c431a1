// The tour: a card beside what it speaks of. It takes the focus only once somebody uses it, leaves with Esc, walks by
// the arrow keys, and is remembered on the server when it is skipped or done.

const GAP = 12;
const seen = (node) => node && node.getClientRects().length > 0 && window.getComputedStyle(node).visibility !== 'hidden';

class Tour {
  constructor(card) {
    this.card = card;
    this.steps = JSON.parse(card.dataset.steps);
    this.at = 0;
    this.target = null;
    this.form = card.querySelector('form');
    card.querySelector('[data-tour-next]').addEventListener('click', () => this.go(this.at + 1));
    card.querySelector('[data-tour-back]').addEventListener('click', () => this.go(this.at - 1));
    this.form.addEventListener('submit', (event) => { event.preventDefault(); this.end(); });
    this.onKey = (event) => this.key(event);
    this.onMove = () => this.place();
    document.addEventListener('keydown', this.onKey, true);
    window.addEventListener('resize', this.onMove);
    window.addEventListener('scroll', this.onMove, { passive: true });
    card.hidden = false;
    this.show();
  }

  key(event) {
    const inside = this.card.contains(document.activeElement);
    if (event.key === 'Escape' && !document.querySelector('dialog[open], details.menu[open]')) this.end();
    else if (inside && event.key === 'ArrowRight') this.go(Math.min(this.at + 1, this.steps.length - 1));
    else if (inside && event.key === 'ArrowLeft') this.go(this.at - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  go(to) {
    if (to >= this.steps.length) { this.end(); return; }
    this.at = Math.max(to, 0);
    this.show();
    this.card.focus();
  }

  show() {
    const { title, text, at } = this.steps[this.at];
    const last = this.at === this.steps.length - 1;
    this.card.querySelector('[data-tour-at]').textContent = String(this.at + 1);
    this.card.querySelector('#tour-t').textContent = title;
    this.card.querySelector('#tour-p').textContent = text;
    this.card.querySelector('[data-tour-back]').hidden = this.at === 0;
    const [next, done] = this.card.querySelectorAll('[data-tour-next] > span');
    next.hidden = last;
    done.hidden = !last;
    this.target?.classList.remove('tour-target');
    this.target = at.flatMap((selector) => [...document.querySelectorAll(selector)]).find(seen) || null;
    this.target?.classList.add('tour-target');
    if (this.at > 0) this.target?.scrollIntoView({ block: 'nearest' });
    this.place();
  }

  // Right of it, else below it; on phones the card keeps to the foot of the page.
  place() {
    const wide = window.innerWidth > 900;
    this.card.classList.toggle('beside', Boolean(this.target && wide && this.at > 0));
    this.card.style.left = '';
    this.card.style.top = '';
    if (!this.card.classList.contains('beside')) return;
    const box = this.target.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const right = box.right + GAP + width < window.innerWidth;
    const left = right ? box.right + GAP : Math.min(Math.max(box.left, GAP), window.innerWidth - width - GAP);
    const top = right ? box.top : box.bottom + GAP;
    this.card.style.left = `${left}px`;
    this.card.style.top = `${Math.min(Math.max(top, GAP), window.innerHeight - height - GAP)}px`;
  }

  end() {
    const had = this.card.contains(document.activeElement);
    this.target?.classList.remove('tour-target');
    document.removeEventListener('keydown', this.onKey, true);
    window.removeEventListener('resize', this.onMove);
    window.removeEventListener('scroll', this.onMove);
    this.card.remove();
    if (had) document.getElementById('main').focus({ preventScroll: true });
    // Kept alive: somebody may leave the page with the same click.
    fetch(this.form.action, { method: 'POST', body: new FormData(this.form), credentials: 'same-origin', keepalive: true });
  }
}

export function startTour() {
  const card = document.getElementById('tour');
  if (card) new Tour(card);
}
