import { z } from 'zod';
import { type EndpointDoc, failureOf, failuresOf } from './endpoint-doc.ts';
import { CODES } from './codes.ts';
import { EXAMPLES } from './built/examples.ts';
import { GROUPS } from './endpoints.ts';

type Json = Record<string, unknown>;

/** Headers of every answer, and those of some. */
const HEADERS = {
  'X-Request-Id': 'Names the request in the log',
  'Server-Timing': 'HubSpot calls made, what the request waited for in milliseconds, and whether the cache answered',
  'Retry-After': 'Seconds after which trying again is worth it',
  Allow: 'Methods that the endpoint knows',
};

const SECURITY = {
  cron: { type: 'http', scheme: 'bearer', description: 'CRON_SECRET' },
  operator: { type: 'http', scheme: 'bearer', description: 'MONITORING_TOKEN; a browser may have a session instead' },
  webhook: {
    type: 'apiKey',
    in: 'header',
    name: 'X-HubSpot-Signature-v3',
    description: 'HubSpot signs its webhooks with the client secret of the app',
  },
};

/** The reference as OpenAPI 3.1. @param server where this API is, such as https://bookings.example.com */
export function openApiDocument(server: string): Json {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Mock-exam booking API',
      version: '1',
      description: 'Students book mock-exam sessions and pay with credits; HubSpot is the database.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: server }],
    tags: GROUPS.map(({ title: name, about: description }) => ({ name, description })),
    paths: pathsOf(),
    components: {
      securitySchemes: SECURITY,
      headers: Object.fromEntries(
        Object.entries(HEADERS).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
      ),
    },
  };
}

function pathsOf(): Json {
  const paths: Record<string, Json> = {};
  for (const { title, endpoints } of GROUPS) {
    for (const endpoint of endpoints) {
      const methods = (paths[endpoint.path] ??= {});
      methods[endpoint.method.toLowerCase()] = operationOf(endpoint, title);
    }
  }
  return paths;
}

function operationOf(endpoint: EndpointDoc, tag: string): Json {
  const { operationId, summary, description, audience } = endpoint;
  const isOpen = audience === 'public' || audience === 'student';
  return {
    operationId,
    summary,
    ...(description && { description }),
    tags: [tag],
    security: isOpen ? [] : [{ [audience]: [] }],
    ...parametersOf(endpoint),
    responses: responsesOf(endpoint),
  };
}

/** A schema in JSON; what a field means and an example of it come from the endpoint. */
export function fieldsOf({ input, fields }: EndpointDoc): { name: string; required: boolean; schema: Json }[] {
  if (!input) return [];
  const schema = toJson(input, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => name !== 'id')
    .map(([name, property]) => {
      const { means = '', example } = fields[name] ?? {};
      const known = { ...property, description: means, ...(example !== undefined && { examples: [example] }) };
      return { name, required: schema.required?.includes(name) ?? false, schema: known };
    });
}

function parametersOf(endpoint: EndpointDoc): Json {
  const { method, path, audience } = endpoint;
  const ofPath = path.includes('{id}')
    ? [{ name: 'id', in: 'path', required: true, description: 'HubSpot record id', schema: { type: 'string' } }]
    : [];
  const key = { name: 'X-Idempotency-Key', in: 'header', description: 'A name of this booking, made by the caller' };
  const ofHeader = path === '/api/bookings/create' ? [{ ...key, schema: { type: 'string' } }] : [];
  const fields = fieldsOf(endpoint);
  if (method === 'GET') {
    const ofQuery = fields.map(({ name, required, schema: { description, examples, ...schema } }) => {
      // A query holds texts.
      const texts = (examples as unknown[] | undefined)?.map(String);
      return { name, in: 'query', required, description, schema: { ...schema, ...(texts && { examples: texts }) } };
    });
    return { parameters: [...ofPath, ...ofQuery] };
  }
  const parameters = [...ofPath, ...ofHeader];
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  const properties = Object.fromEntries(fields.map(({ name, schema }) => [name, schema]));
  const events = { type: 'array', items: { type: 'object' }, description: "HubSpot's events, as it sends them" };
  const schema = audience === 'webhook' ? events : { type: 'object', properties, required };
  const hasBody = audience === 'webhook' || fields.length > 0;
  return {
    parameters,
    ...(hasBody && { requestBody: { required: true, content: { 'application/json': { schema } } } }),
  };
}

function responsesOf(endpoint: EndpointDoc): Json {
  const usual = ['X-Request-Id', 'Server-Timing'] as const;
  const successes = Object.entries(endpoint.answers).map(([status, schema]) => {
    const content =
      typeof schema === 'string'
        ? { [schema]: { schema: { type: 'string' } } }
        : jsonContent(endpoint, status, toJson(schema, 'output'));
    return [status, { description: endpoint.summary, headers: headers(...usual), content }] as const;
  });
  const failures = [...failuresOf(endpoint)].map(([status, codes]) => {
    const more =
      status === 405 ? (['Allow'] as const) : status === 429 || status === 503 ? (['Retry-After'] as const) : [];
    const description = codes.map((code) => `${code}: ${CODES[code].meaning}`).join(' ');
    const content = jsonContent(endpoint, status, toJson(failureOf(codes), 'output'));
    return [String(status), { description, headers: headers(...usual, ...more), content }] as const;
  });
  const known = new Map<string, Json>(failures);
  // Health answers 503 with a body of its own.
  for (const [status, answer] of successes) known.set(status, answer);
  return Object.fromEntries(known);
}

/** With an answer over the embedded HubSpot's records, where there is one. */
function jsonContent({ operationId }: EndpointDoc, status: number | string, schema: Json): Json {
  const example = EXAMPLES[operationId]?.[Number(status)];
  return { 'application/json': { schema, ...(example !== undefined && { example }) } };
}

function headers(...names: (keyof typeof HEADERS)[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function toJson(schema: z.ZodType, io: 'input' | 'output'): Json {
  const override = ({ jsonSchema }: { jsonSchema: Json }) => {
    // The limits of JavaScript's whole numbers say nothing of these.
    for (const limit of ['minimum', 'maximum']) {
      if (Math.abs(Number(jsonSchema[limit])) === Number.MAX_SAFE_INTEGER) delete jsonSchema[limit];
    }
  };
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override }) as Json;
  return json;
}
