// Light or dark: the system's choice until someone switches. Kept in a cookie, so that the server
// writes it on <html> and no page flashes.
import { word } from './words.js';

const root = document.documentElement;
const system = window.matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches);

function tell() {
  const words = isDark() ? word('light') : word('dark');
  for (const button of document.querySelectorAll('[data-theme-switch]')) {
    const inside = button.querySelector('[data-theme-word]');
    if (inside) inside.textContent = words;
    else button.setAttribute('aria-label', words);
  }
}

export function startTheme() {
  for (const button of document.querySelectorAll('[data-theme-switch]')) {
    button.addEventListener('click', () => {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      const secure = window.location.protocol === 'https:' ? '; Secure' : '';
      document.cookie = `ui_theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
      tell();
    });
  }
  system.addEventListener('change', tell);
  tell();
}
