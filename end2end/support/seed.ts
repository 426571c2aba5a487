import type { Server } from './server';

/** Somebody who can sign in. */
export interface Person {
  name: string;
  email: string;
  password: string;
  account: string;
}

/** The owner whom most journeys are about. */
export const ADA: Person = {
  name: 'Ada Owner',
  email: 'ada@example.com',
  password: 'correct horse battery staple',
  account: 'Example Ltd',
};

/** Somebody who belongs to an account without owning it. */
export const MAX: Person = {
  name: 'Max Member',
  email: 'max@example.com',
  password: 'seven quiet rivers at dawn',
  account: ADA.account,
};

/** Adds an account and its owner by the operator's commands. */
export function seedOwner(server: Server, person: Person = ADA): Person {
  server.command(['account', 'add', person.account]);
  server.command(
    [...addUser(person, 'owner'), '--password-stdin'],
    `${person.password}\n`,
  );
  return person;
}

/** Adds a member without a password, and returns the link to choose one with. */
export function inviteMember(server: Server, person: Person = MAX): string {
  const printed = server.command(addUser(person, 'member'));
  const link = /\S+\/invitation#\S+/.exec(printed)?.[0];
  if (link === undefined) {
    throw new Error(`no invitation link in: ${printed}`);
  }
  return link;
}

function addUser(person: Person, role: 'owner' | 'member'): string[] {
  const { email, name, account } = person;
  return ['user', 'add', email, '--name', name, '--account', account, '--role', role];
}
