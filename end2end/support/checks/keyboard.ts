import { expect, type Locator, type Page } from '@playwright/test';
import type { Menu } from '../pages/screen';

const FARTHEST = 40;

/** Walks with Tab, on or back, until a control has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  // Behind the last control Firefox gives the key to its own window.
  const key = (await liesBehind(target)) ? 'Shift+Tab' : 'Tab';
  for (let steps = 0; steps < FARTHEST; steps += 1) {
    if (await isFocused(target)) {
      await expectVisibleFocus(page);
      return;
    }
    await page.keyboard.press(key);
  }
  await expect(target, `not reached in ${FARTHEST} steps`).toBeFocused();
}

/** Presses a control from the keyboard. */
export async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/** Whether a control comes before what has the focus. */
function liesBehind(target: Locator): Promise<boolean> {
  return target.evaluate((element) => {
    const from = document.activeElement ?? document.body;
    return (from.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
  });
}

/** Whatever the keyboard leads to can be told from the rest. */
async function expectVisibleFocus(page: Page): Promise<void> {
  const marked = await page.evaluate(() => {
    const element = document.activeElement;
    if (element === null) {
      return false;
    }
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  });
  expect(marked, 'the focus can be seen').toBe(true);
}

/** Opens a menu and takes an item of it, with the arrow keys. */
export async function choose(menu: Menu, item: string): Promise<void> {
  const { page } = menu;
  await press(page, menu.button);
  const target = menu.item(item);
  await expect(target).toBeVisible();
  for (let steps = 0; steps < FARTHEST && !(await isFocused(target)); steps += 1) {
    await page.keyboard.press('ArrowDown');
  }
  await expect(target).toBeFocused();
  await page.keyboard.press('Enter');
}

/** Types into a field and submits it with Enter. */
export async function enter(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

function isFocused(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}
