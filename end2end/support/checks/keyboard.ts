import { expect, type Locator, type Page } from '@playwright/test';
import type { Menu } from '../pages/screen';

const FARTHEST = 40;

/** Presses Tab or Shift+Tab until a control has the focus, like a user without a mouse. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  // After the last control, Firefox moves the focus to its own window.
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

/** Returns whether a control comes before the focused element. */
function liesBehind(target: Locator): Promise<boolean> {
  return target.evaluate((element) => {
    const from = document.activeElement ?? document.body;
    return (from.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
  });
}

/** Expects that the focused element is visibly marked. */
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

/** Opens a menu and chooses an item with the arrow keys. */
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
