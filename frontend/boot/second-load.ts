/** Loads the app once more if its script did not arrive. */

import { later } from './page';

/** The script of wasm-bindgen. */
interface Glue {
  default: (input: { module_or_path: string }) => Promise<unknown>;
}

const file = (rel: 'modulepreload' | 'preload'): string =>
  document.querySelector(`link[rel=${rel}]`)!.getAttribute('href')!;

let hasBegun = false;

/** Loads the app after a second. The second call fails at once. */
export const loadAgain = async (): Promise<unknown> => {
  if (hasBegun) return Promise.reject();
  hasBegun = true;
  await later();
  // A browser remembers that a script failed by its URL, the fragment included.
  const script = `${file('modulepreload')}#again`;
  const { default: init } = (await import(script)) as Glue;
  return init({ module_or_path: file('preload') });
};
