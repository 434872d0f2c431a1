// Two keys one after the other lead to a place: G R to the desk, G H home. The places are links of the navigation,
// so nobody is led where they may not go.
const PLACES = {
  h: (path) => path === '/',
  r: (path) => path.startsWith('/review/'),
  c: (path) => path.startsWith('/claims/'),
  t: (path) => path.startsWith('/teachers/'),
  s: (path) => path.startsWith('/standings/'),
};
const WITHIN = 1500;

export function startGoto() {
  let since = -Infinity;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable]')) return;
    const key = event.key.toLowerCase();
    if (event.timeStamp - since < WITHIN && PLACES[key]) {
      const links = [...document.querySelectorAll('#nav a[href]')];
      const link = links.find((one) => PLACES[key](new URL(one.href).pathname));
      since = -Infinity;
      if (!link) return;
      // Before the keys of the page: R is also "return" on the desk.
      event.preventDefault();
      event.stopImmediatePropagation();
      link.click();
      return;
    }
    since = key === 'g' ? event.timeStamp : -Infinity;
  }, true);
}
