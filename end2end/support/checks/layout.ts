import { expect, type Page } from '@playwright/test';
import { expectNoSidewaysScroll } from './a11y';

/** The smallest side of a target in CSS pixels (WCAG 2.5.5; 2.5.8 asks for 24). */
const TARGET = 44;

/** Below this width a table has no room for its columns. */
const PHONE = 600;

/**
 * Expects that every control can be hit and every text can be read at the current width of the
 * window.
 */
export async function expectRoom(page: Page, what: string): Promise<void> {
  await expectNoSidewaysScroll(page);
  // BiDi has no way to make Firefox prefer reduced motion.
  const still = page.context().browser()?.browserType().name() === 'chromium';
  const found = await page.evaluate(survey, { target: TARGET, phone: PHONE, still });
  expect.soft(found, `${what} on ${page.url()}`).toEqual([]);
}

/** Runs in the page, so it may use nothing from outside. */
function survey({ target, phone, still }: { target: number; phone: number; still: boolean }): string[] {
  const found: string[] = [];
  const limit = document.documentElement.clientWidth;
  // A dialog or a menu in front may cover what is behind it.
  const front =
    document.querySelector('dialog[open]') ??
    document.querySelector('[role=menu]:not([hidden])') ??
    document.body;

  const describe = (element: Element): string =>
    (element.cloneNode(false) as Element).outerHTML.slice(0, 90);
  const short = (text: Text): string => `"${text.data.trim().slice(0, 40)}"`;
  const round = ({ left, top, width, height }: DOMRect): string =>
    [left, top, width, height].map((side) => Math.round(side)).join(' ');
  const ancestors = (element: Element): Element[] => {
    const all: Element[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      all.push(at);
    }
    return all;
  };
  const isShown = (element: Element): boolean =>
    element.checkVisibility({ visibilityProperty: true }) &&
    ancestors(element).every((at) => getComputedStyle(at).clipPath !== 'inset(50%)');
  const overlap = (one: DOMRect, other: DOMRect): number =>
    Math.min(
      Math.min(one.right, other.right) - Math.max(one.left, other.left),
      Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top),
    );
  const holds = (outer: DOMRect, inner: DOMRect): boolean =>
    inner.left >= outer.left - 1 &&
    inner.right <= outer.right + 1 &&
    inner.top >= outer.top - 2 &&
    inner.bottom <= outer.bottom + 2;

  // The tests set prefers-reduced-motion.
  if (still && document.getAnimations().length > 0) {
    found.push('something moves in spite of prefers-reduced-motion');
  }

  const controls = [
    ...front.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea'),
  ].filter(isShown);
  /** The label of a checkbox belongs to its target. */
  const hit = (control: HTMLElement): DOMRect => {
    const label = control instanceof HTMLInputElement ? control.labels?.[0] : undefined;
    const tick = control.matches('[type=checkbox], [type=radio]') && label !== undefined;
    return (tick ? label : control).getBoundingClientRect();
  };
  for (const control of controls) {
    const { width, height } = hit(control);
    const isInSentence = getComputedStyle(control).display === 'inline';
    if (!isInSentence && Math.min(width, height) < target - 0.5) {
      found.push(`small target, ${Math.round(width)} x ${Math.round(height)}: ${describe(control)}`);
    }
  }
  controls.forEach((one, index) => {
    for (const other of controls.slice(index + 1)) {
      const [a, b] = [hit(one), hit(other)];
      // The field keeps room free for a button inside it.
      const isAdornment = one.parentElement === other.parentElement && holds(a, b);
      if (overlap(a, b) > 1 && !isAdornment && !one.contains(other)) {
        found.push(`controls overlap: ${describe(one)} and ${describe(other)}`);
      }
    }
  });

  const texts: { node: Text; box: DOMRect }[] = [];
  const walker = document.createTreeWalker(front, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node as Text;
    const parent = text.parentElement as Element;
    if (text.data.trim() === '' || parent.closest('option, script, style') || !isShown(parent)) {
      continue;
    }
    const range = document.createRange();
    range.selectNodeContents(text);
    // The text is shortened on purpose, and shown in full elsewhere.
    if (getComputedStyle(parent).textOverflow === 'ellipsis') {
      continue;
    }
    const frame = ancestors(parent).find((at) => {
      const { borderInlineStartWidth, backgroundColor, overflowX } = getComputedStyle(at);
      const isDrawn = parseFloat(borderInlineStartWidth) > 0 || overflowX !== 'visible';
      return isDrawn || backgroundColor !== 'rgba(0, 0, 0, 0)';
    });
    for (const box of range.getClientRects()) {
      if (box.left < -0.5 || box.right > limit + 0.5) {
        found.push(`text leaves the window, ${round(box)}: ${short(text)}`);
      } else if (frame && frame !== document.documentElement) {
        const room = frame.getBoundingClientRect();
        if (!holds(room, box)) {
          found.push(`text leaves its box, ${round(box)} in ${round(room)}: ${short(text)}`);
        }
      }
      texts.push({ node: text, box });
    }
  }
  texts.forEach((one, index) => {
    for (const other of texts.slice(index + 1)) {
      if (one.node !== other.node && overlap(one.box, other.box) > 3) {
        found.push(`texts overlap: ${short(one.node)} and ${short(other.node)}`);
      }
    }
  });

  for (const row of front.querySelectorAll('tbody tr')) {
    if (limit < phone && isShown(row) && getComputedStyle(row).display !== 'block') {
      found.push(`a row of columns in ${limit} px: ${(row.textContent ?? '').slice(0, 40)}`);
    }
  }
  return found;
}

/**
 * With a phone's keyboard open: the focused control is fully visible, and so is the submit button
 * of its form.
 */
export async function expectFocusInView(page: Page): Promise<void> {
  const found = await page.evaluate(walkFocus);
  expect.soft(found, `focus out of sight on ${page.url()}`).toEqual([]);
}

function walkFocus(): string[] {
  const found: string[] = [];
  const before = document.activeElement as HTMLElement | null;
  const front =
    document.querySelector('dialog[open]') ??
    document.querySelector('[role=menu]:not([hidden])') ??
    document.body;
  const describe = (element: Element): string =>
    (element.cloneNode(false) as Element).outerHTML.slice(0, 90);
  const isInView = (element: Element): boolean => {
    const { top, bottom, height } = element.getBoundingClientRect();
    return height > innerHeight || (top >= -1 && bottom <= innerHeight + 1);
  };
  for (const control of front.querySelectorAll<HTMLElement>(
    'a[href], button, input, select, [tabindex="0"]',
  )) {
    // A control that has the focus already would not be scrolled into view, because the window has
    // changed since.
    control.scrollIntoView({ block: 'nearest' });
    control.focus();
    if (document.activeElement !== control || control.matches('[tabindex="-1"]')) {
      continue;
    }
    // A link in a sentence may continue in the next line.
    const { left, top, width, height } = control.getClientRects()[0] as DOMRect;
    const seen = document.elementFromPoint(left + width / 2, top + height / 2);
    // The label of a checkbox lies over it, and belongs to it.
    const own = control instanceof HTMLInputElement ? [...(control.labels ?? [])] : [];
    const isCovered = ![control, ...own].some((part) => part.contains(seen));
    if (!isInView(control)) {
      found.push(`out of the window: ${describe(control)}`);
    } else if (isCovered) {
      found.push(`covered by ${seen === null ? 'nothing' : describe(seen)}: ${describe(control)}`);
    }
    if (control instanceof HTMLInputElement && control.form !== null) {
      const fields = [...control.form.querySelectorAll('input:not([type=checkbox]), select')];
      const submit = control.form.querySelector('button[type=submit]');
      if (fields.at(-1) === control && submit !== null && !isInView(submit)) {
        found.push(`the button is hidden below ${describe(control)}`);
      }
    }
  }
  before?.focus({ preventScroll: true });
  scrollTo(0, 0);
  return found;
}
