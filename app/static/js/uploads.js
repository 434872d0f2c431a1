// Evidence: drop files on the zone, see what was chosen, hear at once about a file that is too large or of another kind.
// The server judges by content; this only spares a useless upload.
import { word } from './words.js';

const megabytes = (bytes) => (bytes / 1048576).toFixed(1).replace(/\.0$/, '');

function describe(file, limit) {
  if (file.size > limit * 1048576) return `${word('too_large')} ${limit} MB`;
  if (!/\.(pdf|jpe?g|png)$/i.test(file.name)) return word('wrong_type');
  return '';
}

function row(file, fault, remove) {
  const item = document.createElement('li');
  item.className = fault ? 'upload has-error' : 'upload';
  const thumb = document.createElement('span');
  thumb.className = 'thumb';
  thumb.setAttribute('aria-hidden', 'true');
  thumb.textContent = file.name.split('.').pop().toUpperCase().slice(0, 4);
  const middle = document.createElement('div');
  const name = document.createElement('p');
  name.className = 'break';
  name.textContent = file.name;
  const note = document.createElement('p');
  note.className = fault ? 'help-block' : 'why';
  note.textContent = fault || `${megabytes(file.size)} MB`;
  middle.append(name, note);
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', className: 'btn btn-link btn-sm', textContent: word('remove') });
  button.setAttribute('aria-label', `${word('remove')} ${file.name}`);
  button.addEventListener('click', remove);
  item.append(thumb, middle, button);
  return item;
}

function startZone(zone) {
  const input = zone.querySelector('input[type="file"]');
  const list = zone.querySelector('[data-drop-list]');
  const limit = Number(zone.dataset.maxMb);
  let files = [];

  const show = () => {
    const box = new DataTransfer();
    files.forEach((file) => box.items.add(file));
    input.files = box.files;
    list.replaceChildren(...files.map((file) => row(file, describe(file, limit), () => {
      files = files.filter((one) => one !== file);
      show();
    })));
  };
  const add = (more) => {
    files = input.multiple ? [...files, ...more] : more.slice(-1);
    show();
  };

  input.addEventListener('change', () => add([...input.files]));
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

export function startUploads() {
  // The form of a claim sends its files at once by itself (claim-files.js).
  document.querySelectorAll('[data-drop]').forEach((zone) => { if (!zone.closest('[data-claim]')) startZone(zone); });
}
