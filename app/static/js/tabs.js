// Tabs of a record's related lists. The address keeps the tab, so a page turn inside one comes back to it.

export function startTabs() {
  for (const bar of document.querySelectorAll('[data-tabs]')) {
    const tabs = [...bar.querySelectorAll('[role="tab"]')];
    const panes = tabs.map((tab) => document.getElementById(tab.getAttribute('aria-controls')));
    const show = (index, focus) => {
      tabs.forEach((tab, at) => {
        tab.setAttribute('aria-selected', String(at === index));
        tab.tabIndex = at === index ? 0 : -1;
        tab.parentElement.classList.toggle('active', at === index);
        panes[at].hidden = at !== index;
      });
      if (focus) tabs[index].focus();
    };
    tabs.forEach((tab, index) => {
      tab.addEventListener('click', (event) => {
        event.preventDefault();
        window.history.replaceState(null, '', tab.hash);
        show(index);
      });
      tab.addEventListener('keydown', (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) show((index + step + tabs.length) % tabs.length, true);
      });
    });
    bar.classList.add('live');
    document.body.classList.add('has-tabs');
    const turned = panes.findIndex((pane) => [...new URLSearchParams(window.location.search).keys()]
      .some((key) => key.endsWith(`_${pane.id}`)));
    const asked = tabs.findIndex((tab) => tab.hash === window.location.hash);
    show(asked >= 0 ? asked : Math.max(turned, 0));
  }
}
