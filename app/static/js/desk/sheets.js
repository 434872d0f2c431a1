// One file in its stage: its sheets (a picture, or the pages of a PDF) at a scale and a turn, to be scrolled and dragged.
import { bytesOf } from './files.js';
import { openPdf } from './pdf.js';
import { say } from './said.js';

const STEP = 1.25;
const LEAST = 0.05;
const MOST = 8;
// Beyond this many dots a page is drawn coarser and stretched: phones have no memory for more.
const MOST_DOTS = 16e6;

async function picture(blob) {
  const image = new Image();
  const url = URL.createObjectURL(blob);
  image.src = url;
  await image.decode();
  return { sheets: [{ width: image.naturalWidth, height: image.naturalHeight, image }], close: () => URL.revokeObjectURL(url) };
}

async function papers(blob) {
  const file = await openPdf(blob);
  return { sheets: file.pages, close: file.close };
}

// told: {onScale(text), onExtent(text), onPages(number), onShown()}
export function openFile(stage, told) {
  const isPdf = stage.dataset.kind === 'pdf';
  let file = null;
  let scale = null;
  let turn = 0;
  let watcher = null;
  let closed = false;
  const boxes = [];

  const sizeOf = (sheet) => (turn % 180 ? [sheet.height, sheet.width] : [sheet.width, sheet.height]);

  function fitting() {
    const style = window.getComputedStyle(stage);
    const width = stage.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const height = stage.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    const [wide, high] = sizeOf(file.sheets[0]);
    // Pages are read from top to bottom, so they fill the width; a picture or a single sheet on its side is seen whole.
    const isText = isPdf && (file.sheets.length > 1 || high > wide);
    const fit = isText ? width / wide : Math.min(width / wide, height > 120 ? height / high : Infinity);
    return Math.max(LEAST, Math.min(isPdf ? 2 : MOST, fit));
  }

  const current = () => scale ?? fitting();

  async function draw(box) {
    box.task?.cancel();
    const [wide, high] = sizeOf(box.sheet);
    const asked = current() * (window.devicePixelRatio || 1);
    const fine = Math.min(asked, Math.sqrt(MOST_DOTS / (wide * high)));
    const canvas = document.createElement('canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', `${stage.dataset.alt}${say('comma')}${say('page', { num: box.number })}`);
    box.task = box.sheet.draw(canvas, fine, turn);
    const mine = box.task;
    try {
      await mine.done;
    } catch (error) {
      if (error?.name !== 'RenderingCancelledException') throw error;
      return;
    }
    if (closed || box.task !== mine) return;
    box.element.replaceChildren(canvas);
    box.element.dataset.drawn = '';
    told.onShown();
  }

  function layout() {
    if (!file || !stage.clientWidth) return;
    const now = current();
    watcher?.disconnect();
    for (const box of boxes) {
      const [wide, high] = sizeOf(box.sheet);
      box.element.style.width = `${Math.round(wide * now)}px`;
      box.element.style.height = `${Math.round(high * now)}px`;
      if (box.sheet.image) {
        const { image } = box.sheet;
        image.style.width = `${Math.round(box.sheet.width * now)}px`;
        image.style.height = `${Math.round(box.sheet.height * now)}px`;
        image.style.transform = `translate(-50%, -50%) rotate(${turn}deg)`;
      }
    }
    if (isPdf) {
      watcher = new IntersectionObserver((seen) => {
        for (const one of seen) {
          if (!one.isIntersecting) continue;
          watcher.unobserve(one.target);
          draw(boxes.find((box) => box.element === one.target)).catch(fail);
        }
      }, { root: stage, rootMargin: '400px 0px' });
      boxes.forEach((box) => watcher.observe(box.element));
    }
    told.onScale(`${Math.round(now * 100)}%`);
  }

  function fail() {
    if (closed) return;
    const words = document.createElement('p');
    words.className = 'stage-told';
    words.setAttribute('role', 'alert');
    words.textContent = say('broken');
    stage.replaceChildren(words);
    told.onExtent('');
  }

  async function begin() {
    const waiting = document.createElement('p');
    waiting.className = 'stage-told muted';
    waiting.textContent = say('reading');
    stage.replaceChildren(waiting);
    const blob = await bytesOf(stage.dataset.url);
    const opened = await (isPdf ? papers(blob) : picture(blob));
    if (closed) { opened.close(); return; }
    file = opened;
    stage.replaceChildren();
    file.sheets.forEach((sheet, place) => {
      const element = document.createElement('div');
      element.className = 'sheet';
      if (sheet.image) {
        sheet.image.alt = stage.dataset.alt;
        sheet.image.draggable = false;
        element.append(sheet.image);
      }
      boxes.push({ sheet, element, number: place + 1, task: null });
      stage.append(element);
    });
    const [first] = file.sheets;
    told.onExtent(isPdf ? say(file.sheets.length === 1 ? 'one_page' : 'pages', { num: file.sheets.length }) : say('px', { width: first.width, height: first.height }));
    told.onPages(isPdf ? file.sheets.length : 0);
    layout();
    if (!isPdf) { boxes[0].element.dataset.drawn = ''; told.onShown(); }
  }

  function zoom(by) {
    if (!file) return;
    const before = current();
    scale = Math.min(MOST, Math.max(LEAST, by ? before * STEP ** by : fitting()));
    if (!by) scale = null;
    // What was in the middle stays in the middle.
    const across = (stage.scrollLeft + stage.clientWidth / 2) / before;
    const down = (stage.scrollTop + stage.clientHeight / 2) / before;
    layout();
    stage.scrollLeft = across * current() - stage.clientWidth / 2;
    stage.scrollTop = down * current() - stage.clientHeight / 2;
  }

  const sized = new ResizeObserver(() => { if (scale === null) layout(); });
  sized.observe(stage);
  begin().catch(fail);

  return {
    zoom,
    turn() { turn = (turn + 90) % 360; layout(); },
    tell() { if (file) told.onScale(`${Math.round(current() * 100)}%`); },
    close() {
      closed = true;
      sized.disconnect();
      watcher?.disconnect();
      boxes.forEach((box) => box.task?.cancel());
      file?.close();
    },
  };
}
