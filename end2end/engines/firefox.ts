import type { PlaywrightTestOptions, PlaywrightWorkerOptions } from '@playwright/test';
import { browser } from '../support/run/browser';

const NO_DOWNLOADS = 'over BiDi Playwright does not hear of a download';
const NO_MEDIA = 'BiDi emulates neither print nor a colour scheme';
const NO_KEYS = 'that suite adds its authenticators by Chromium\'s protocol';
const ONE_FOCUS = 'of two windows Firefox gives the focus to one';

/** Tests of the other suite that this engine can't pass; they must fail. */
export const impossible: Readonly<Record<string, string>> = {
  'Copy, Download and Print each save the codes and tick the checkbox': NO_DOWNLOADS,
  'the CSV holds all that match, and no formula': NO_DOWNLOADS,
  'the printed sheet holds the codes and no controls': NO_MEDIA,
  'the codes are one clean sheet of A4': NO_MEDIA,
  'the codes are one clean sheet of Letter': NO_MEDIA,
  'is the colour of what is pressed, in both themes': NO_MEDIA,
  'a dialog keeps the focus while it is open and gives it back':
    'out of a dialog Firefox leads the keyboard to its own bar as well',
  'nothing jumps on a slow network either': 'BiDi does not slow a network down',
  'there is no form that could not work': 'without scripts Firefox shows no noscript over BiDi',
  'the page says that it needs JavaScript': 'without scripts Firefox shows no noscript over BiDi',
  'every page is accessible and fits, in each width and theme: passkeys and security keys': NO_KEYS,
  'resetting a member': ONE_FOCUS,
  'an Owner resets a member, whose method, codes and sessions end': ONE_FOCUS,
  'Cancel of the dialog and of the verification resets nobody': ONE_FOCUS,
};

/**
 * Debian's Firefox over WebDriver BiDi, which it implements itself: no driver and no build of
 * Playwright's is needed. `channel` selects the protocol, the path selects the program.
 */
export const firefox: Partial<PlaywrightTestOptions & PlaywrightWorkerOptions> = {
  ...browser,
  browserName: 'firefox',
  channel: 'moz-firefox',
  launchOptions: {
    executablePath: process.env['FIREFOX'] ?? '/usr/bin/firefox-esr',
    firefoxUserPrefs: {
      // The tests can't answer a permission prompt for the clipboard.
      'dom.events.testing.asyncClipboard': true,
    },
  },
};
