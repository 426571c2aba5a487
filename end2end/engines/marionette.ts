import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A command's number, name and arguments, and the answer's number, failure and result. */
type Command = [0, number, string, object];
type Answer = [1, number, { error: string; message: string } | null, unknown];

/**
 * Firefox's own protocol, of which only the virtual authenticators are used: BiDi has none. A
 * message is JSON behind its length in bytes and a colon.
 *
 * Both protocols have one session, which BiDi opens and which ends with this connection. So the
 * connection stays open until the browser has ended.
 */
export class Marionette {
  private socket: Socket | undefined;
  private unread = Buffer.alloc(0);
  private commands = 0;
  private readonly waiting = new Map<number, Waiting>();

  constructor(readonly port: number) {}

  /** Sends a command to the browser, which has started, and returns its result. */
  async send(name: string, options: object): Promise<unknown> {
    this.socket ??= await this.connect();
    const command: Command = [0, ++this.commands, name, options];
    const text = JSON.stringify(command);
    this.socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => {
      this.waiting.set(command[1], { resolve, reject });
    });
  }

  close(): void {
    this.socket?.destroy();
  }

  private async connect(): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('data', (bytes) => this.hear(bytes));
    socket.on('error', (failure) => this.giveUp(failure));
    socket.on('close', () => this.giveUp(new Error('Marionette has closed the connection')));
    return socket;
  }

  private hear(bytes: Buffer): void {
    this.unread = Buffer.concat([this.unread, bytes]);
    for (let colon = this.unread.indexOf(':'); colon > 0; colon = this.unread.indexOf(':')) {
      const end = colon + 1 + Number(this.unread.subarray(0, colon));
      if (this.unread.length < end) return;
      this.take(JSON.parse(String(this.unread.subarray(colon + 1, end))));
      this.unread = this.unread.subarray(end);
    }
  }

  /** Takes one message; the first one is a greeting and answers nothing. */
  private take(message: Answer | object): void {
    if (!Array.isArray(message)) return;
    const [, number, failure, result] = message as Answer;
    const command = this.waiting.get(number);
    this.waiting.delete(number);
    if (failure === null) {
      command?.resolve(result);
    } else {
      command?.reject(new Error(`${failure.error}: ${failure.message}`));
    }
  }

  private giveUp(failure: Error): void {
    this.waiting.forEach(({ reject }) => reject(failure));
    this.waiting.clear();
  }
}

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (failure: Error) => void;
}
