import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the system gives to outgoing connections: those can be taken while a server restarts. */
const FIRST = 16_384;
const COUNT = 16_384;

let calls = 0;

/** A port at which nobody listens. Each test process begins at another one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + ((process.pid * 64 + calls++) % COUNT);
    const listener = createServer().listen(port, '127.0.0.1');
    // It rejects where the port is taken.
    const isFree = await once(listener, 'listening').then(
      () => true,
      () => false,
    );
    await new Promise((closed) => listener.close(closed));
    if (isFree) return port;
  }
}
