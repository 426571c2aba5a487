import type { Absent } from './table';

const webkit = (journey: string, reason: string): Absent => ({ engine: 'WebKit', journey, reason });

/** What WebKitGTK was built without, and what WebDriver, its only protocol here, can't do. */
export const absent: Absent[] = [
  webkit('adding and using a passkey', 'WebKitGTK has no WebAuthn; Safari itself is not tested'),
  webkit('Copy, Download, Print', 'WebDriver sees no clipboard, download or print dialog'),
  webkit('themes, print sheet, forced colours', 'WebDriver does not emulate media'),
  webkit('JavaScript or WebAssembly off', 'WebDriver does not switch them'),
  webkit('answers held back or lost', 'WebDriver does not stand between page and server'),
  webkit('console, policy reports, strange requests', 'WebDriver hands out none of them'),
];
