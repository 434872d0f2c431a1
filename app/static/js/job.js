// Follows long work: asks once a second how far it is, and loads the page again when it is over.
// A server that does not answer is asked again, more and more seldom.
const SECOND = 1000;

async function follow(box) {
  let wait = SECOND;
  const step = async () => {
    try {
      const answer = await fetch(box.dataset.job, { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      box.querySelector('[data-job-fill]').setAttribute('width', state.percent);
      box.querySelector('[data-job-words]').textContent = state.words;
      if (state.is_over) {
        window.location.reload();
        return;
      }
      wait = SECOND;
    } catch {
      wait = Math.min(wait * 2, 30 * SECOND);
    }
    setTimeout(step, wait);
  };
  setTimeout(step, wait);
}

document.querySelectorAll('[data-job]:not([data-over])').forEach(follow);
