/** Whose turn it is: who asks for little is served at once, and the others have equal shares. */
import { describe, expect, it } from 'vitest';
import { Account, FairOrder } from '../../../src/live/server/turns/fair-order.ts';

/** Gives turns, each of as many ns as its name says after the colon, until `ns` are over; who is in `busy` asks again at once. */
function serve(order: FairOrder<string>, accounts: Map<string, Account<string>>, busy: string[], ns: number) {
  const used = new Map<string, number>();
  for (let time = 0; time < ns; ) {
    const what = order.next();
    if (what === undefined) break;
    const [name, cost] = what.split(':');
    const account = accounts.get(name) as Account<string>;
    order.begin(account);
    order.charge(Number(cost));
    if (busy.includes(what)) order.add(account, what);
    order.end();
    time += Number(cost);
    used.set(name, (used.get(name) ?? 0) + Number(cost));
  }
  return used;
}

function accountsOf(...names: string[]): Map<string, Account<string>> {
  return new Map(names.map((name) => [name, new Account<string>()]));
}

describe('turns by what each process has used', () => {
  it('give long and short requests the same time', () => {
    const accounts = accountsOf('a', 'b');
    const order = new FairOrder<string>();
    order.add(accounts.get('a')!, 'a:50');
    order.add(accounts.get('b')!, 'b:7');
    const used = serve(order, accounts, ['a:50', 'b:7'], 100_000);
    expect(Math.abs(used.get('a')! - used.get('b')!)).toBeLessThanOrEqual(50);
  });

  it('serve one that asks for little before eight requests of another that wait already', () => {
    const accounts = accountsOf('a', 'b');
    const order = new FairOrder<string>();
    for (let i = 0; i < 8; i++) order.add(accounts.get('a')!, `a:${50 + i}`);
    serve(order, accounts, [], 150);
    order.add(accounts.get('b')!, 'b:10');
    expect(order.next()).toBe('b:10');
  });

  it('are no credit for a process that is new: another could be made for each call', () => {
    const accounts = accountsOf('a', 'b');
    const order = new FairOrder<string>();
    order.add(accounts.get('a')!, 'a:50');
    serve(order, accounts, ['a:50'], 20e6);
    order.add(accounts.get('b')!, 'b:50');
    const used = serve(order, accounts, ['a:50', 'b:50'], 100_000);
    expect(Math.abs(used.get('a')! - used.get('b')!)).toBeLessThanOrEqual(100);
  });

  it('are a credit of 4 ms for one that was idle, and no more', () => {
    const accounts = accountsOf('a', 'b');
    const order = new FairOrder<string>();
    order.add(accounts.get('b')!, 'b:50');
    serve(order, accounts, [], 50);
    order.add(accounts.get('a')!, 'a:50');
    serve(order, accounts, ['a:50'], 20e6);
    order.add(accounts.get('b')!, 'b:50');
    const used = serve(order, accounts, ['a:50', 'b:50'], 10e6);
    expect(Math.abs(used.get('b')! - used.get('a')! - 4e6)).toBeLessThanOrEqual(100);
  });

  it('are no debt either, once all have been idle', () => {
    const accounts = accountsOf('a', 'b');
    const order = new FairOrder<string>();
    order.add(accounts.get('a')!, 'a:50');
    serve(order, accounts, [], 1e9);
    accounts.get('a')!.usedNs += 1e9;
    order.add(accounts.get('a')!, 'a:50');
    serve(order, accounts, [], 1e9);
    // A newcomer does not begin so far behind that it has the thread for itself.
    order.add(accounts.get('b')!, 'b:50');
    order.add(accounts.get('a')!, 'a:50');
    const used = serve(order, accounts, ['a:50', 'b:50'], 100_000);
    expect(used.get('a')).toBeGreaterThan(49_000);
  });

  it('pass those over that have used more than the one that is paused', () => {
    const accounts = accountsOf('paused', 'more', 'less');
    const order = new FairOrder<string>();
    order.begin(accounts.get('paused')!);
    order.charge(100);
    accounts.get('more')!.usedNs = 200;
    order.add(accounts.get('more')!, 'more:10');
    expect(order.next(order.usedNs)).toBeUndefined();
    order.add(accounts.get('less')!, 'less:10');
    expect(order.next(order.usedNs)).toBe('less:10');
    order.end();
    expect(order.next()).toBe('more:10');
    expect(order.waits).toBe(false);
  });
});
