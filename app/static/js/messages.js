// Toasts leave after a while unless someone is reading them; alerts stay until closed.

function leaveLater(toast) {
  let timer;
  const wait = () => { timer = window.setTimeout(() => toast.remove(), 6000); };
  toast.addEventListener('pointerenter', () => window.clearTimeout(timer));
  toast.addEventListener('pointerleave', wait);
  toast.addEventListener('focusin', () => window.clearTimeout(timer));
  wait();
}

export function startMessages() {
  document.querySelectorAll('[data-toast]').forEach(leaveLater);
  document.addEventListener('click', (event) => {
    event.target.closest('[data-dismiss]')?.closest('.alert, .toast').remove();
  });
}
