// A button that prints the page; without a script the browser's own menu does.
export function startPrint() {
  document.querySelectorAll('[data-print]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  });
}
