import type { BrowserContext, CDPSession, Page } from '@playwright/test';

/** The speed of network and processor. */
export interface Shape {
  name: string;
  network?: { latency: number; downloadThroughput: number; uploadThroughput: number };
  slowdown?: number;
}

export const SHAPES = {
  desktop: { name: 'loopback' },
  /** Lighthouse's mobile preset, applied by the DevTools protocol. */
  mobile: {
    name: '150 ms, 1.6 Mbit/s, CPU / 4',
    network: { latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 },
    slowdown: 4,
  },
} as const satisfies Record<string, Shape>;

/** One answer that came over the network. */
export interface Transfer {
  path: string;
  type: string;
  status: number;
  /** The bytes on the wire, with the head. */
  bytes: number;
  /** The bytes of the body as the page gets it. */
  plain: number;
}

/** One load of a page; times are in milliseconds from its start. */
export interface Visit {
  fcp: number;
  /** When the password field was visible and enabled. */
  usable: number;
  /** When the app had taken over; undefined where there is nothing to wait for. */
  adopted: number | undefined;
  /** Tasks over 50 ms that began after the load event. */
  longTasks: number[];
  shift: number;
  transfers: Transfer[];
}

/** A page to measure. */
export interface Subject {
  url: string;
  /**
   * A selector that matches once the app has taken over; left out for a page that the app renders
   * from the start.
   */
  adopted?: string;
}

interface Marks {
  usable?: number;
  adopted?: number;
  /** The browser reports tasks of 50 ms or more as long. */
  longTasks: { startTime: number; duration: number }[];
  shift: number;
}

/** Loads a page in a fresh tab. With a fresh context the cache is empty. */
export async function visit(context: BrowserContext, subject: Subject, shape: Shape): Promise<Visit> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const transfers = await listen(session);
  await slowDown(session, shape);
  await page.addInitScript(watch, subject.adopted);
  await page.goto(subject.url, { waitUntil: 'load' });
  await page.waitForFunction(
    (adopts) => {
      const { usable, adopted } = (window as unknown as { marks: Marks }).marks;
      return usable !== undefined && (!adopts || adopted !== undefined);
    },
    subject.adopted !== undefined,
  );
  await page.waitForLoadState('networkidle');
  const measured = await read(page);
  await page.close();
  return { ...measured, transfers: transfers() };
}

async function slowDown(session: CDPSession, { network, slowdown }: Shape): Promise<void> {
  if (network !== undefined) {
    await session.send('Network.emulateNetworkConditions', { offline: false, ...network });
  }
  if (slowdown !== undefined) {
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  }
}

/** Records what comes over the network, and not what the browser has cached. */
export async function listen(session: CDPSession): Promise<() => Transfer[]> {
  const seen = new Map<string, Transfer>();
  const entry = (id: string): Transfer => {
    const known = seen.get(id) ?? { path: '', type: '', status: 0, bytes: 0, plain: 0 };
    seen.set(id, known);
    return known;
  };
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    const { pathname } = new URL(response.url);
    Object.assign(entry(requestId), { path: pathname, type });
  });
  // This event comes only for real answers, with the status on the wire: 304 where the page
  // sees 200.
  session.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) => {
    entry(requestId).status = statusCode;
  });
  session.on('Network.dataReceived', ({ requestId, dataLength }) => {
    entry(requestId).plain += dataLength;
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    entry(requestId).bytes = encodedDataLength;
  });
  await session.send('Network.enable');
  return () => [...seen.values()].filter(({ status }) => status > 0);
}

/** Runs in the page before its own scripts. */
function watch(adopted: string | undefined): void {
  const marks: Marks = { longTasks: [], shift: 0 };
  Object.assign(window, { marks });
  const isUsable = (field: HTMLInputElement | null): boolean =>
    field !== null && !field.disabled && field.checkVisibility({ visibilityProperty: true });
  const look = (): void => {
    if (marks.usable === undefined && isUsable(document.querySelector('input[name=password]'))) {
      marks.usable = performance.now();
    }
    if (adopted !== undefined && document.querySelector(adopted) !== null) {
      marks.adopted = performance.now();
    }
    if (marks.usable === undefined || (adopted !== undefined && marks.adopted === undefined)) {
      requestAnimationFrame(look);
    }
  };
  requestAnimationFrame(look);
  new PerformanceObserver((list) => marks.longTasks.push(...list.getEntries())).observe({
    type: 'longtask',
    buffered: true,
  });
  new PerformanceObserver((list) => {
    for (const moved of list.getEntries()) {
      marks.shift += (moved as unknown as { value: number }).value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

async function read(page: Page): Promise<Omit<Visit, 'transfers'>> {
  return page.evaluate(async () => {
    // The observers are called after the frame.
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    const { marks } = window as unknown as { marks: Marks };
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    const [load] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const loaded = load?.loadEventEnd ?? 0;
    return {
      fcp: paint?.startTime ?? Number.NaN,
      usable: marks.usable ?? Number.NaN,
      adopted: marks.adopted,
      longTasks: marks.longTasks
        .filter(({ startTime }) => startTime >= loaded)
        .map(({ duration }) => duration),
      shift: marks.shift,
    };
  });
}
