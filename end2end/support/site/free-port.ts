import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The ports lie below the ephemeral ports, because outgoing connections could take those while a
 * server restarts.
 */
const FIRST = 16_384;
const COUNT = 16_384;

let calls = 0;

/** Returns a free port. Each test process begins at a different one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + ((process.pid * 64 + calls++) % COUNT);
    const listener = createServer().listen(port, '127.0.0.1');
    // The promise rejects if the port is taken.
    const isFree = await once(listener, 'listening').then(
      () => true,
      () => false,
    );
    await new Promise((closed) => listener.close(closed));
    if (isFree) return port;
  }
}
