/**
 * Shows in the page that loading or starting the app has failed, and loads the app a second time if
 * its script does not arrive. Once the app shows a page, it reports errors itself, unless it has
 * stopped.
 */

import { find, Note } from './page';
import { Attribute } from './protocol';
import { loadAgain } from './second-load';

const isReady = (): boolean => document.body.hasAttribute(Attribute.Ready);

/** Shows a note of the frame. */
const show = (id: Note): void => {
  const note = find(id);
  if (note && !isReady()) note.hidden = false;
};

const isOld = (error?: unknown): boolean =>
  typeof WebAssembly !== 'object' || error instanceof WebAssembly.CompileError;

const fail = (error?: unknown): void => {
  if (!isReady()) {
    if (isOld(error)) {
      find(Note.Missing)!.hidden = true;
      find(Note.Old)!.hidden = false;
    }
    show(Note.Failed);
  } else if (error instanceof WebAssembly.RuntimeError) {
    const dialog = find(Note.Stopped) as HTMLDialogElement;
    if (!dialog.open) dialog.showModal();
  }
};

type Loaded = HTMLScriptElement & HTMLLinkElement;
/** The properties of an error's target that are looked at. A window has none of them. */
type Source = Partial<Pick<Loaded, 'tagName' | 'type' | 'src' | 'href'>>;

if (isOld()) fail();
const { origin } = location;
addEventListener(
  'error',
  ({ error, filename, target }) => {
    const source = target as Source;
    if (source.tagName === 'SCRIPT' && source.type === 'module') {
      loadAgain().catch(fail);
      return;
    }
    const url = target === window ? filename : source.src || source.href || origin;
    // A missing logo stops nothing. Errors of an extension's scripts are not shown.
    const isPicture = source.tagName === 'IMG' || source.tagName === 'LINK';
    if (!isPicture && `${url}`.startsWith(origin)) fail(error);
  },
  true,
);
addEventListener('unhandledrejection', ({ reason }) => {
  const [, ...frames] = `${reason?.stack}`.split('\n');
  // Some engines name no source at all for a request that the network refused.
  if (!frames.length || frames.some((frame) => frame.includes(origin))) fail(reason);
});
setTimeout(() => show(Note.Slow), 15_000);
