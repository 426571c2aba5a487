/**
 * Sends the app's first requests while the app is still loading. The first call of the app for the
 * same function gets that response. Any other call may change the answer, so it drops the rest.
 */

import { Endpoint, PagePath, Standing } from './page';

declare global {
  interface Window {
    /** Returns the response to a request of the app, if it was sent early. */
    askedEarly?: (request: RequestInfo | URL) => Promise<Response> | undefined;
  }
}

/** The part of the viewer that decides whether a page may be asked for. */
interface Viewer {
  standing: { standing: string };
}

const sent = new Map<string, Promise<Response>>();

/**
 * Sends the same request as the app (`app/src/wire/json_post.rs`): it follows no redirect, and its
 * URL names the origin because a browser fetches nothing from a URL with a password in it.
 */
const send = (path: Endpoint): Promise<Response> => {
  const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
  const init: RequestInit = { method: 'POST', headers, body: '{}', redirect: 'manual' };
  const response = fetch(`${location.origin}${path}`, init);
  sent.set(path, response);
  return response;
};

const byPage: Partial<Record<string, Endpoint>> = {
  [PagePath.Profile]: Endpoint.Profile,
  [PagePath.Accounts]: Endpoint.Accounts,
};

send(Endpoint.Viewer)
  .then((response) => response.clone().json() as Promise<Viewer | null>)
  .then((viewer) => {
    const next = byPage[location.pathname];
    if (next && sent.size && viewer?.standing.standing === Standing.Full) return send(next);
    return undefined;
  })
  // The app's own call reports the failure.
  .catch(() => sent.clear());
setTimeout(() => sent.clear(), 15_000);

window.askedEarly = (request) => {
  // The app's calls are `Request`s. The requests above are sent by URL.
  if (!(request instanceof Request)) return undefined;
  const { pathname } = new URL(request.url);
  const response = sent.get(pathname);
  if (!response) sent.clear();
  sent.delete(pathname);
  return response;
};
