// Kept libraries are fetched only on pages that use them, from this host (script-src 'self').
import { staticUrl } from './words.js';

const loading = new Map();

export function loadScript(path) {
  if (!loading.has(path)) {
    loading.set(path, new Promise((done, failed) => {
      const tag = document.createElement('script');
      tag.src = staticUrl(path);
      tag.onload = done;
      tag.onerror = () => failed(new Error(path));
      document.head.append(tag);
    }));
  }
  return loading.get(path);
}

// Before our own sheets, so that ours decide how it looks.
export function loadSheet(path) {
  const href = staticUrl(path);
  if (document.querySelector(`link[href="${href}"]`)) return;
  const tag = document.createElement('link');
  tag.rel = 'stylesheet';
  tag.href = href;
  document.head.querySelector('link[rel="stylesheet"]').before(tag);
}
