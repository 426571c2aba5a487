/**
 * Wraps `fetch`: the app gets responses that were requested early, and hears of another build
 * before it reads the response that names it.
 */

import { later, Placeholder } from './page';
import { Header, PageEvent } from './protocol';

const ask = window.fetch;

/** Loads the WASM. A page that comes instead is a failure, and no sign of an old browser. */
const load = async (path: string, init: RequestInit = {}): Promise<Response> => {
  const response = await ask(location.origin + path, init);
  if (response.ok && !/text|json/.test(response.headers.get('Content-Type')!)) return response;
  throw new Error(`${path}: ${response.status}`);
};

const build: string = Placeholder.Build;
window.fetch = async (...request) => {
  const [path] = request;
  // wasm-bindgen's script asks for the WASM by its path.
  if (typeof path === 'string' && path.startsWith('/') && path.endsWith('.wasm')) {
    return load(path).catch(() => later().then(() => load(path, { cache: 'reload' })));
  }
  const response = await (window.askedEarly?.(path) ?? ask(...request));
  const current = response.headers.get(Header.Build);
  // Without a server in front, as in `trunk serve`, the placeholder is still there.
  if (current && current !== build && !build.startsWith('__')) {
    dispatchEvent(new Event(PageEvent.Outdated));
  }
  return response;
};
