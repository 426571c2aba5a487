import type { Absent } from './table';

const webkit = (journey: string, reason: string): Absent => ({ engine: 'WebKit', journey, reason });

/** What WebDriver, the only protocol for WebKit here, has no command for. */
export const absent: Absent[] = [
  webkit('Copy, Download, Print', 'WebDriver sees no clipboard, download or print dialog'),
  webkit('themes, print sheet, forced colours', 'WebDriver does not emulate media'),
  webkit('JavaScript or WebAssembly off', 'WebDriver does not switch them'),
  webkit('answers held back or lost', 'WebDriver does not stand between page and server'),
  webkit('console, policy reports, strange requests', 'WebDriver hands out none of them'),
];
