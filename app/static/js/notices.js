// The bell: what it opens is fetched when it is opened, once. Without this it leads to the page of all notices.

export function startNotices() {
  const menu = document.querySelector('[data-notices]');
  menu?.addEventListener('toggle', async () => {
    const body = menu.querySelector('[data-notices-body]');
    if (!menu.open || body.dataset.loaded) return;
    body.dataset.loaded = '1';
    try {
      const answer = await fetch(menu.dataset.notices, { headers: { 'X-Requested-With': 'fetch' } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      body.innerHTML = await answer.text();
    } catch {
      // The link below the list still leads there.
      delete body.dataset.loaded;
      body.querySelector('[data-notices-wait]')?.setAttribute('hidden', '');
    }
  });
}
