import { type APIRequestContext, expect } from '@playwright/test';

/**
 * The server's functions as a page calls them, with the cookies of the page's browser context. For
 * what a test needs and does not look at: the pages for it take seconds.
 */
export class Api {
  constructor(private readonly context: APIRequestContext) {}

  /** Calls a function, and returns its answer. */
  async call(name: string, request?: object): Promise<unknown> {
    const answer = await this.context.post(`/api/${name}`, {
      data: request === undefined ? {} : { request },
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    });
    expect(answer.ok(), `${name}: ${answer.status()} ${await answer.text()}`).toBe(true);
    return answer.json();
  }
}
