// The few words scripts say, in the language of the page: the server writes them on <body data-words>.
const words = JSON.parse(document.body.dataset.words || '{}');

export const word = (key) => words[key] || '';
export const staticUrl = (path) => (document.body.dataset.static || '/static/') + path;
export const language = () => (document.documentElement.lang.startsWith('zh') ? 'zh' : 'en');
