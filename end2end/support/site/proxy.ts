import { createServer, type IncomingMessage, request, type Server as Listener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real proxy between browser and server, which may answer itself or change what it passes on. */
export class Proxy {
  /** Answers instead of the server, and returns `true` if it did. */
  answers: (asked: IncomingMessage, answer: ServerResponse) => boolean = () => false;
  /** Changes the headers of a request. */
  sends: (headers: IncomingMessage['headers']) => void = () => undefined;
  /** Changes the headers of an answer. */
  returns: (headers: IncomingMessage['headers']) => void = () => undefined;
  /**
   * Returns whether to close the browser's connection instead of passing on the server's answer.
   */
  cuts: (asked: IncomingMessage) => boolean = () => false;
  /** The requested paths. */
  readonly asked: string[] = [];

  private constructor(
    private readonly listener: Listener,
    readonly url: string,
  ) {}

  /** Starts a proxy in front of a server, at an address of its own. */
  static async before(server: { readonly url: string }): Promise<Proxy> {
    const listener = createServer();
    await new Promise<void>((ready) => listener.listen(0, '127.0.0.1', ready));
    const proxy = new Proxy(listener, `http://127.0.0.1:${(listener.address() as AddressInfo).port}`);
    listener.on('request', (asked: IncomingMessage, answer: ServerResponse) => {
      proxy.asked.push(asked.url ?? '');
      if (!proxy.answers(asked, answer)) {
        proxy.pass(server.url, asked, answer);
      }
    });
    return proxy;
  }

  /** Stops the proxy and closes its connections. */
  close(): void {
    this.listener.close();
    this.listener.closeAllConnections();
  }

  private pass(server: string, asked: IncomingMessage, answer: ServerResponse): void {
    const headers = { ...asked.headers };
    this.sends(headers);
    const passed = request(new URL(asked.url ?? '/', server), { method: asked.method, headers }, (said) => {
      if (this.cuts(asked)) {
        said.resume();
        said.on('end', () => answer.destroy());
        return;
      }
      const returned = { ...said.headers };
      this.returns(returned);
      answer.writeHead(said.statusCode ?? 502, returned);
      said.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  }
}

/** Answers with an HTML page of the proxy. */
export function html(answer: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): true {
  answer.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
  answer.end(`<!doctype html><title>${text}</title><h1>${text}</h1>`);
  return true;
}
