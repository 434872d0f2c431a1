// PDFs by pdf.js (app/static/vendor/pdfjs): drawn on canvases, page by page as they come into sight. Nothing of a file is
// ever run: no scripts, no forms, no links, and isEvalSupported is off (a hostile font is no program).
import { staticUrl } from '../words.js';

const place = (path) => new URL(staticUrl(path), window.location.href).href;
let library;
let worker;

async function load() {
  library ||= import(place('vendor/pdfjs/pdf.min.mjs'));
  const lib = await library;
  lib.GlobalWorkerOptions.workerSrc = place('vendor/pdfjs/pdf.worker.min.mjs');
  worker ||= new lib.PDFWorker({ verbosity: 0 });
  return lib;
}

// {pages: [{width, height, draw(canvas, scale, turn) -> {done, cancel}}], close()}; sizes in points of 1/72 inch.
export async function openPdf(blob) {
  const lib = await load();
  const data = await blob.arrayBuffer();
  const document_ = await lib.getDocument({
    data,
    worker,
    isEvalSupported: false,
    enableXfa: false,
    cMapUrl: place('vendor/pdfjs/cmaps/'),
    cMapPacked: true,
    standardFontDataUrl: place('vendor/pdfjs/standard_fonts/'),
    verbosity: 0,
  }).promise;
  const pages = [];
  for (let number = 1; number <= document_.numPages; number += 1) {
    const page = await document_.getPage(number);
    const [, , width, height] = page.view;
    const sideways = page.rotate % 180 !== 0;
    pages.push({
      width: sideways ? height : width,
      height: sideways ? width : height,
      draw(canvas, scale, turn) {
        const viewport = page.getViewport({ scale, rotation: (page.rotate + turn) % 360 });
        canvas.width = Math.floor(viewport.width);
        canvas.height = Math.floor(viewport.height);
        const task = page.render({ canvasContext: canvas.getContext('2d'), viewport, annotationMode: lib.AnnotationMode.ENABLE });
        return { done: task.promise, cancel: () => task.cancel() };
      },
    });
  }
  return { pages, close: () => document_.destroy() };
}
