/** Marks that scripts run, and applies the stored theme before the page is painted. */

import { Mark } from './page';
import { Attribute, StorageKey, Theme } from './protocol';

const root = document.documentElement;
root.setAttribute(Mark.Scripts, '');
try {
  const theme = localStorage.getItem(StorageKey.Theme);
  if (theme === Theme.Light || theme === Theme.Dark) {
    root.setAttribute(Attribute.Theme, theme);
  }
} catch {
  // The browser refuses storage.
}
