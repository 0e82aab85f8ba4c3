import { describe, expect, it } from 'vitest';
import { Emulator } from '../../src/emulator/emulator.ts';
import { WebhookSender } from '../../src/emulator/webhooks/sender.ts';
import { type SettingsPatch } from '../../src/emulator/settings.ts';
import { verifySignature } from '../../src/http/hubspot-signature.ts';
import { AccountBuilder } from '../support/account-builder.ts';
import { login } from '../support/looking.ts';
import { NOW, VirtualClock } from '../support/virtual-clock.ts';
import { SECRET, WEBHOOK_ENV } from '../support/webhook.ts';
import { World } from '../support/world.ts';

const TARGET = 'https://app.example.com/hooks?x=1';

interface Sent {
  at: number;
  request: Request;
  body: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  events: any[];
}

/** An emulator whose events are caught; `answer` says what the app does with each request. */
function start(settings: SettingsPatch = {}, answer: (count: number) => number = () => 200) {
  const clock = new VirtualClock(NOW);
  const emulator = new Emulator({ clock, settings });
  const sent: Sent[] = [];
  const send = async (request: Request) => {
    const body = await request.text();
    sent.push({ at: clock.now(), request, body, events: JSON.parse(body) });
    const status = answer(sent.length);
    if (status === 0) throw new Error('nobody there');
    return new Response('', { status });
  };
  const sender = new WebhookSender({ clock, settings: emulator.settings, portalId: emulator.account.portal.id, send });
  Object.assign(emulator, { webhooks: sender });
  sender.subscribe({ targetUrl: TARGET, clientSecret: SECRET, subscriptions: [] });
  const settle = async () => clock.run(async () => sender.settled());
  return { clock, emulator, sender, account: new AccountBuilder(emulator), sent, settle };
}

describe('webhooks of the emulator', () => {
  it('tell of what is made, changed, linked, merged and archived, in one signed request', async () => {
    const { account, sent, settle, clock } = start();
    const student = account.student({ sj_credits: 1 });
    const exam = account.exam();
    const booking = account.booking({ student, exam });
    account.change('bookings', booking, { is_active: 'Cancelled' });
    account.archive('mock_exams', exam);
    await settle();
    expect(sent).toHaveLength(1);
    const [first] = sent;
    const kinds = first?.events.map(({ subscriptionType }) => subscriptionType);
    expect(kinds).toEqual(
      expect.arrayContaining([
        'contact.creation',
        'object.creation',
        'object.associationChange',
        'contact.associationChange',
        'object.propertyChange',
        'object.deletion',
      ]),
    );
    expect(first?.events).toContainEqual(
      expect.objectContaining({
        subscriptionType: 'object.propertyChange',
        objectId: Number(booking),
        objectTypeId: '2-50158943',
        propertyName: 'is_active',
        propertyValue: 'Cancelled',
        attemptNumber: 0,
      }),
    );
    const { request, body } = first ?? {};
    if (!request || body === undefined) throw new Error('nothing was sent');
    const signed = { method: 'POST', url: TARGET, body: new TextEncoder().encode(body), headers: request.headers };
    expect(verifySignature(signed, [SECRET], clock.now())).toBe('v3');
  });

  it('come again until they are answered with 2xx, as another attempt', async () => {
    const { account, sent, settle, sender } = start({}, (count) => [500, 0, 200][count - 1] ?? 200);
    account.student();
    await settle();
    expect(sent.map(({ events }) => events[0].attemptNumber)).toEqual([0, 1, 2]);
    expect(sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0))).toEqual([60_000, 60_000]);
    expect(sender.deliveries.map(({ status }) => status)).toEqual([500, 0, 200]);
  });

  it('come late, twice and in another order where that is set', async () => {
    const webhooks = { delayMs: 4000, duplicated: true, shuffled: true };
    const { account, sent, settle, clock } = start({ webhooks });
    const begun = clock.now();
    const [first, second] = [account.exam(), account.exam()];
    await settle();
    expect((sent[0]?.at ?? 0) - begun).toBe(4000);
    const made = sent[0]?.events.filter(({ subscriptionType }) => subscriptionType === 'object.creation');
    expect(made?.map(({ objectId }) => String(objectId))).toEqual([second, first, second, first]);
  });

  it('hold at most a hundred events, and only those that are subscribed to', async () => {
    const { account, sender, sent, settle } = start();
    const subscriptions = [{ event: 'contact.propertyChange', properties: ['sj_credits'] }];
    sender.subscribe({ targetUrl: TARGET, clientSecret: SECRET, subscriptions });
    const student = account.student({ sj_credits: 0 });
    for (let count = 1; count <= 120; count += 1)
      account.change('contacts', student.id, { sj_credits: count, cs_credits: count });
    await settle();
    expect(sent.map(({ events }) => events.length)).toEqual([100, 20]);
  });

  it('are set up by a control endpoint', async () => {
    const { control } = await import('../../src/emulator/control.ts');
    const emulator = new Emulator();
    const ask = async (method: string, body?: unknown) => {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      const target = { emulator, sockets: { counts: {} } as never, socket: undefined };
      return control(target, new Request('http://hubspot/_emulator/webhooks', init));
    };
    expect((await ask('PUT', { targetUrl: 'ftp://x', clientSecret: 's' }))?.status).toBe(400);
    expect((await ask('PUT', { targetUrl: TARGET, clientSecret: 's' }))?.status).toBe(200);
    expect(await (await ask('GET'))?.json()).toEqual({ targetUrl: TARGET, subscriptions: [], deliveries: [] });
    await ask('DELETE');
    expect(emulator.webhooks.target).toBeUndefined();
  });
});

describe('over the API', () => {
  it('a change in HubSpot shows at once: the event about it drops what is cached', async () => {
    const world = await World.create({ env: WEBHOOK_ENV });
    const { emulator, clock } = world;
    const student = world.account.student({ sj_credits: 1 });
    const credits = async () => (await world.get('bookings/list', login(student))).body.data.credits.sj_credits;
    const send = async (request: Request) => {
      const { pathname } = new URL(request.url);
      const headers = Object.fromEntries(request.headers);
      const { status } = await world.send('POST', pathname.replace('/api/', ''), {
        body: await request.text(),
        headers,
      });
      return new Response('', { status });
    };
    const sender = new WebhookSender({
      clock,
      settings: emulator.settings,
      portalId: emulator.account.portal.id,
      send,
    });
    Object.assign(emulator, { webhooks: sender });
    const targetUrl = `${WEBHOOK_ENV.PUBLIC_URL}/api/webhooks/booking-sync`;
    sender.subscribe({ targetUrl, clientSecret: SECRET, subscriptions: [] });
    expect(await credits()).toBe(1);
    world.account.change('contacts', student.id, { sj_credits: 5 });
    expect(await credits()).toBe(1);
    await clock.run(async () => sender.settled());
    expect(sender.deliveries.map(({ status }) => status)).toEqual([200]);
    expect(await credits()).toBe(5);
  });
});
