// The decision on the claim that is shown: hours and category, the panel with the reason, what was typed before.
import { say } from './said.js';

const HOURS = /^\d{1,4}(\.\d{1,2})?$/;

export function openForm(judge, decided) {
  const form = judge.querySelector('form.decide');
  if (!form) return null;
  const panels = new Map([...form.querySelectorAll('[data-panel]')].map((one) => [one.dataset.panel, one]));
  const told = form.querySelector('.refused');
  const telling = form.querySelector('.codes-tell');
  let open = '';

  function refuse(words) {
    told.textContent = words;
    told.hidden = !words;
  }

  function show(verb) {
    open = panels.has(verb) ? verb : '';
    panels.forEach((panel, name) => { panel.hidden = name !== open; });
    form.querySelectorAll('[data-verb][aria-expanded]').forEach((one) => one.setAttribute('aria-expanded', String(one.dataset.verb === open)));
    form.classList.toggle('asking', Boolean(open));
    telling.hidden = Boolean(open);
    refuse('');
    if (open) {
      const panel = panels.get(open);
      panel.tabIndex = -1;
      panel.focus({ preventScroll: false });
      panel.scrollIntoView({ block: 'nearest' });
    }
  }

  const wordsOf = (verb) => panels.get(verb).querySelector('[data-words-of]');
  const picked = (verb) => panels.get(verb).querySelector('input[type=radio]:checked');

  // The sentence comes ready; what a person wrote is never overwritten.
  function bring(verb) {
    const radio = picked(verb);
    const words = wordsOf(verb);
    if (!words.value.trim() || words.value === words.dataset.brought) {
      words.value = radio.dataset.sentence;
      words.dataset.brought = radio.dataset.sentence;
    }
    const other = panels.get(verb).querySelector('[data-other-of]');
    other.textContent = radio.dataset.other ? `${say('other')} ${radio.dataset.other}` : '';
    other.hidden = !radio.dataset.other;
    const parts = radio.dataset.parts.split(' ');
    panels.get(verb).querySelectorAll('[data-part]').forEach((box) => { box.checked = parts.includes(box.value); });
    refuse('');
  }

  function pick(number) {
    const radio = panels.get(open)?.querySelectorAll('input[type=radio]')[(number || 10) - 1];
    if (!radio) return;
    radio.checked = true;
    radio.focus();
    bring(open);
  }

  function read(verb) {
    const fields = [['verb', verb], ['version', judge.dataset.version]];
    if (verb === 'approve') {
      fields.push(['hours', form.elements.hours.value.trim()], ['category', form.elements.category.value]);
      if (form.elements.override_reason) fields.push(['override_reason', form.elements.override_reason.value.trim()]);
      return fields;
    }
    fields.push(['reason_code', picked(verb)?.value || ''], ['reason', wordsOf(verb).value.trim()]);
    panels.get(verb).querySelectorAll('[data-part]:checked').forEach((box) => fields.push(['open_fields', box.value]));
    return fields;
  }

  function send(verb) {
    if (!judge.dataset.verbs.split(' ').includes(verb)) return;
    if (verb === 'approve') {
      if (!HOURS.test(form.elements.hours.value.trim())) { refuse(say('hours')); form.elements.hours.focus(); return; }
      if (judge.dataset.kept === 'unopened') { refuse(say('unopened')); return; }
      const why = form.elements.override_reason;
      if (why && !why.value.trim()) { refuse(say('why_late')); why.focus(); return; }
    } else if (!picked(verb) || !wordsOf(verb).value.trim()) {
      refuse(say('why'));
      (picked(verb) ? wordsOf(verb) : panels.get(verb)).focus();
      return;
    }
    const category = form.elements.category.selectedOptions[0]?.textContent || '';
    decided(verb, read(verb), say(verb, { name: judge.dataset.name, category, hours: form.elements.hours.value.trim() }));
  }

  // What was typed, to be put back when the claim is shown again.
  function typed() {
    const kept = { open, hours: form.elements.hours.value, category: form.elements.category.value, override: form.elements.override_reason?.value || '', panels: {} };
    panels.forEach((panel, verb) => { kept.panels[verb] = { code: picked(verb)?.value || '', words: wordsOf(verb).value, parts: [...panel.querySelectorAll('[data-part]:checked')].map((box) => box.value) }; });
    return kept;
  }

  function put(kept) {
    form.elements.hours.value = kept.hours;
    form.elements.category.value = kept.category;
    if (form.elements.override_reason) form.elements.override_reason.value = kept.override;
    for (const [verb, one] of Object.entries(kept.panels)) {
      if (!panels.has(verb)) continue;
      const radio = [...panels.get(verb).querySelectorAll('input[type=radio]')].find((each) => each.value === one.code);
      if (radio) { radio.checked = true; bring(verb); }
      wordsOf(verb).value = one.words;
      panels.get(verb).querySelectorAll('[data-part]').forEach((box) => { box.checked = one.parts.includes(box.value); });
    }
    show(kept.open);
  }

  form.addEventListener('submit', (event) => { event.preventDefault(); send('approve'); });
  form.addEventListener('change', (event) => { if (event.target.matches('input[type=radio]')) bring(event.target.closest('[data-panel]').dataset.panel); });
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.send) send(button.dataset.send);
    else if ('shut' in button.dataset) show('');
    else if (button.dataset.digit) { show('return'); pick(Number(button.dataset.digit)); }
    else if (panels.has(button.dataset.verb)) show(open === button.dataset.verb ? '' : button.dataset.verb);
  });
  form.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.target.closest('button')) {
      // Enter in a field never approves by the form's own default; in the panel it sends what is asked there.
      if (event.target.matches('textarea') && (event.shiftKey || !open)) return;
      event.preventDefault();
      event.stopPropagation();
      if (open && !event.repeat) send(open);
      else event.target.blur();
    }
    if (event.key === 'Escape') { event.stopPropagation(); if (open) show(''); event.target.blur?.(); }
  });

  return { show, pick, send, typed, put, refuse, asking: () => open, hours: () => form.elements.hours };
}
