// Evidence is sent as soon as it is chosen: its draft is begun with it, progress and the time left are shown, a broken
// sending is tried again. A photograph over ten megabytes is made smaller here; its turn is drawn in, so it stays upright.
const LARGE = 10 * 1048576;
const LONGEST = 4000;

async function fit(file) {
  if (file.size <= LARGE || !/^image\/(jpeg|png)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = Object.assign(document.createElement('canvas'), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const smaller = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', 0.88); });
    return smaller && smaller.size < file.size ? new File([smaller], file.name.replace(/\.\w+$/, '.jpg'), { type: 'image/jpeg' }) : file;
  } catch {
    return file;  // not a picture after all: the server says what it is
  }
}

function made(tag, className, text = '') {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

function startZone(form, zone, saving) {
  const { words } = saving;
  const input = zone.querySelector('input[type="file"]');
  const list = zone.querySelector('[data-drop-list]');
  const most = Number(zone.dataset.maxMb) * 1048576;

  function row(file) {
    const item = made('li', 'upload');
    const thumb = made('span', 'thumb', file.name.split('.').pop().toUpperCase().slice(0, 4));
    thumb.setAttribute('aria-hidden', 'true');
    const middle = made('div', '');
    const bar = Object.assign(document.createElement('progress'), { max: 100, value: 0 });
    bar.setAttribute('aria-label', file.name);
    const note = made('p', 'why', words.waiting);
    middle.append(made('p', 'break', file.name), bar, note);
    const button = Object.assign(made('button', 'btn btn-link btn-sm', words.cancel), { type: 'button' });
    item.append(thumb, middle, button);
    list.append(item);
    return { item, bar, note, button };
  }

  function post(file, shown) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      const data = saving.body();
      data.append(input.name, file, file.name);
      request.open('POST', form.action);
      request.setRequestHeader('Accept', 'application/json');
      const began = Date.now();
      request.upload.addEventListener('progress', (event) => {
        const share = event.total ? event.loaded / event.total : 0;
        shown.bar.value = Math.round(share * 100);
        const left = share > 0.02 ? Math.ceil((Date.now() - began) / 1000 * (1 - share) / share) : 0;
        shown.note.textContent = words.sent.replace('{share}', `${shown.bar.value}%`).replace('{seconds}', left);
      });
      shown.button.onclick = () => request.abort();
      const end = (status) => {
        let kept = null;
        try { kept = JSON.parse(request.responseText); } catch { /* a page, not an answer: signed out or worse */ }
        done({ status, kept });
      };
      request.addEventListener('load', () => end(request.status));
      request.addEventListener('error', () => end(0));
      request.addEventListener('abort', () => done({ status: -1, kept: null }));
      request.send(data);
    });
  }

  async function send(file, shown) {
    if (!shown.item.isConnected) return;
    shown.item.classList.remove('has-error');
    shown.button.textContent = words.cancel;
    const { status, kept } = await post(await fit(file), shown);
    if (status === -1) { shown.item.remove(); return; }
    if (saving.take(status, kept)) {
      form.querySelector('[data-files]').innerHTML = kept.files;
      shown.item.remove();
      return;
    }
    fail(file, shown, kept ? [...Object.values(kept.fields || {}), ...(kept.faults || [])][0] || kept.words : words.offline);
  }

  function fail(file, shown, text) {
    shown.item.classList.add('has-error');
    Object.assign(shown.note, { className: 'help-block', textContent: text });
    shown.button.textContent = words.retry;
    shown.button.onclick = () => { shown.note.className = 'why'; saving.queue(() => send(file, shown)); };
  }

  function add(files) {
    for (const file of files) {
      const shown = row(file);
      shown.button.onclick = () => shown.item.remove();
      if (!/\.(pdf|jpe?g|png)$/i.test(file.name)) fail(file, shown, words.wrong_type);
      else if (file.size > most && file.type === 'application/pdf') fail(file, shown, words.too_large);
      else saving.queue(() => send(file, shown));
    }
  }

  input.addEventListener('change', () => { const chosen = [...input.files]; input.value = ''; add(chosen); });
  zone.addEventListener('dragover', (event) => { event.preventDefault(); zone.classList.add('over'); });
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    zone.classList.remove('over');
    add([...event.dataTransfer.files]);
  });
  zone.querySelector('[data-camera]')?.addEventListener('click', () => {
    input.setAttribute('capture', 'environment');
    input.click();
    input.removeAttribute('capture');
  });
}

export function startClaimFiles(form, saving) {
  form.querySelectorAll('[data-drop]').forEach((zone) => startZone(form, zone, saving));
}
