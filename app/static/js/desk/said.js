// What the desk says, in the language of the page: the server writes it on the page; {name} and the like are filled in.
const told = JSON.parse(document.querySelector('[data-desk-words]')?.dataset.deskWords || '{}');

export function say(key, facts = {}) {
  return (told[key] || '').replace(/\{(\w+)\}/g, (all, name) => (name in facts ? String(facts[name]) : all));
}
