import type { BrowserContext } from '@playwright/test';

const BINDING = 'twinlockCspViolation';
const TEXT_BINDING = 'twinlockTextNode';
const LOAD_FAILURE = /^Failed to load resource: /;

/**
 * For a screenshot, Playwright writes `body {}` into the page. Firefox refuses it under the page's
 * policy and reports its hash. The page itself can't evaluate anything.
 */
const PICTURE_TAKEN = /YjaKGiklmzC6wjXA513HAMmzus8VE61XCOT\+SmwNZWA=/;
const EVALUATED = ' > eval';

/**
 * Listens to the browser in a test and records what must never happen: page errors, violations of
 * the content security policy, requests to other origins, console errors, and changes of existing
 * text nodes, which a translator may have replaced.
 */
export class Guard {
  private readonly seen: { kind: string; text: string }[] = [];
  private readonly statuses = new Set<number>();
  private outage = false;
  private attack = false;
  private readonly pageErrors: RegExp[] = [];
  private readonly consoles: RegExp[] = [];

  private readonly origins: Set<string>;

  constructor(origin: string) {
    this.origins = new Set([origin]);
  }

  /** Declares that the test itself sends the browser to this origin too. */
  expectOrigin(url: string): void {
    this.origins.add(new URL(url).origin);
  }

  /**
   * Declares that the server will refuse requests, so that Chromium's console line about it is
   * allowed.
   */
  expectRefusals(...statuses: number[]): void {
    statuses.forEach((status) => this.statuses.add(status));
  }

  /** Declares that the server will be unreachable for a while. */
  expectOutage(): void {
    this.outage = true;
  }

  /**
   * Declares that the test attacks the page itself, so that violations of the policy are allowed.
   */
  expectAttack(): void {
    this.attack = true;
  }

  /** Declares an error in the page that this test provokes. */
  expectPageError(message: RegExp): void {
    this.pageErrors.push(message);
  }

  /** Declares what the browser itself will write to the console in this test. */
  expectConsole(message: RegExp): void {
    this.consoles.push(message);
  }

  /** Listens to all present and future pages of a context. */
  async watch(context: BrowserContext): Promise<void> {
    context.on('weberror', (error) => this.note('page error', String(error.error())));
    context.on('console', (message) => {
      if (message.type() === 'error') {
        this.note('console', message.text());
      }
    });
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (/^(http|ws)s?:$/.test(url.protocol) && !this.origins.has(url.origin)) {
        this.note('stranger', request.url());
      }
    });
    await context.exposeBinding(BINDING, (_source, text: string) => this.note('csp', text));
    await context.addInitScript((binding) => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const report = (window as unknown as Record<string, (text: string) => void>)[binding];
        report?.(`${event.effectiveDirective} blocked ${event.blockedURI} in ${event.sourceFile}`);
      });
    }, BINDING);
    await context.exposeBinding(TEXT_BINDING, (_source, text: string) =>
      this.note('kept text node', text),
    );
    await context.addInitScript(watchTextNodes, TEXT_BINDING);
  }

  /** Returns what was recorded and not declared. */
  faults(): string[] {
    return this.seen
      .filter(({ kind, text }) => !this.declared(kind, text))
      .map(({ kind, text }) => `${kind}: ${text}`);
  }

  private note(kind: string, text: string): void {
    this.seen.push({ kind, text });
  }

  private declared(kind: string, text: string): boolean {
    const violation = /Content.Security.Policy/i;
    if (this.attack && (kind !== 'page error' || violation.test(text))) {
      return true;
    }
    if (kind === 'csp' && decodeURIComponent(text).endsWith(EVALUATED)) {
      return true;
    }
    if (kind === 'page error' && PICTURE_TAKEN.test(text)) {
      return true;
    }
    if (kind === 'console' && this.consoles.some((message) => message.test(text))) {
      return true;
    }
    if (kind === 'console' && LOAD_FAILURE.test(text)) {
      const status = /status of (\d{3})/.exec(text)?.[1];
      return status === undefined
        ? this.outage && text.includes('net::ERR_')
        : this.statuses.has(Number(status));
    }
    return kind === 'page error' && this.pageErrors.some((message) => message.test(text));
  }
}

/**
 * Reports code of the page that changes, removes or inserts before a text node, instead of using
 * the element that owns it.
 */
function watchTextNodes(binding: string): void {
  const report = (what: string, node: unknown): void => {
    if (node instanceof Text && node.data.trim() !== '') {
      const tell = (window as unknown as Record<string, (text: string) => void>)[binding];
      tell?.(`${what}: ${node.data}`);
    }
  };
  for (const [owner, name] of [
    [Node.prototype, 'nodeValue'],
    [Node.prototype, 'textContent'],
    [CharacterData.prototype, 'data'],
  ] as const) {
    const property = Object.getOwnPropertyDescriptor(owner, name)!;
    Object.defineProperty(owner, name, {
      ...property,
      set(this: Node, value: string) {
        report('written', this);
        property.set!.call(this, value);
      },
    });
  }
  const { remove } = CharacterData.prototype;
  CharacterData.prototype.remove = function (this: CharacterData): void {
    report('removed', this);
    remove.call(this);
  };
  const { removeChild, insertBefore } = Node.prototype;
  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    report('removed', child);
    return removeChild.call(this, child) as T;
  };
  Node.prototype.insertBefore = function <T extends Node>(this: Node, node: T, next: Node | null): T {
    report('inserted before', next);
    return insertBefore.call(this, node, next) as T;
  };
}
