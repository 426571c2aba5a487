/**
 * The second click of a double click counts only for the control that got the first one. Otherwise
 * it would hit what a closed dialog or another page has left at that point.
 */

const CONTROLS = 'a, button, input, label, select, summary';

let hit: Element | null | undefined;
addEventListener(
  'click',
  (event) => {
    // The target of a scripted click may be the window, which is no element.
    const now = (event.target as Partial<Element>).closest?.(CONTROLS);
    if (event.detail < 2 || now === hit) {
      hit = now;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
