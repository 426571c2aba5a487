import type { BrowserContext, Page } from '@playwright/test';
import type { Server } from '../site/server';

/**
 * Changes every page of a context as a browser's translator does: each text node, present or
 * future, is replaced by new elements. The words stay the same, so that a page's text can be
 * compared with the untranslated one.
 */
export async function translate(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const isLeftAlone = (text: Text): boolean =>
      text.data.trim() === '' ||
      text.parentElement?.closest('[translate=no], font, option, script, style, noscript, title') !== null;
    const replace = (text: Text): void => {
      if (!text.isConnected || isLeftAlone(text)) {
        return;
      }
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      inner.textContent = text.data;
      outer.append(inner);
      text.replaceWith(outer);
    };
    const replaceIn = (node: Node): void => {
      if (node instanceof Text) {
        return replace(node);
      }
      const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode() !== null) {
        texts.push(walker.currentNode as Text);
      }
      texts.forEach(replace);
    };
    new MutationObserver((changes) => {
      changes.forEach(({ type, target, addedNodes }) =>
        type === 'characterData' ? replaceIn(target) : addedNodes.forEach(replaceIn),
      );
    }).observe(document, { childList: true, subtree: true, characterData: true });
  });
}

/** Returns what must not be translated: names and addresses of people and accounts, the brand. */
export function properNames(server: Server, ...others: string[]): string[] {
  const list = (what: 'user' | 'account'): Record<string, unknown>[] => {
    const told = JSON.parse(server.command([what, 'list', '--json'])) as unknown;
    const rows = Array.isArray(told) ? told : Object.values(told as object)[0];
    return rows as Record<string, unknown>[];
  };
  const rows = [...list('user'), ...list('account')];
  const names = rows.flatMap(({ name, email }) => [name, email]);
  return [...names.filter((name) => typeof name === 'string'), ...others];
}

/** Returns texts that a translator could change and must not: a name, an address, a code, a key. */
export async function givenAway(page: Page, names: readonly string[]): Promise<string[]> {
  return page.evaluate((proper) => {
    const code = /\b[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}\b/;
    const key = /\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b/;
    const example = 'XXXX-XXXX-XXXX-XXXX';
    const holds = (text: string): boolean =>
      proper.some((name) => text.includes(name)) ||
      code.test(text.replace(example, '')) ||
      key.test(text);
    const texts = [...document.querySelectorAll('body font')].map(({ textContent }) => textContent);
    const attributes = ['aria-label', 'alt', 'title', 'placeholder'].flatMap((attribute) =>
      [...document.querySelectorAll(`[${attribute}]`)]
        .filter((element) => element.closest('[translate=no]') === null)
        .map((element) => `${attribute}: ${element.getAttribute(attribute)}`),
    );
    const title = document.querySelector('title[translate=no]') === null ? [document.title] : [];
    return [...texts, ...attributes, ...title].filter((text) => text !== null && holds(text)) as string[];
  }, names);
}
