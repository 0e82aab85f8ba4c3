import { z } from 'zod';
import type { Account, WriteOptions } from './account.ts';
import type { PagingFault } from './faults.ts';
import { badRequest, type Reply } from './errors.ts';
import type { EmulatorSettings } from './settings.ts';

/** What a route answers from. It runs without waiting, so that every call is atomic, as HubSpot's store is. */
export interface RouteContext {
  account: Account;
  settings: EmulatorSettings;
  now: number;
  /** Calls of the token since midnight UTC, this one included. */
  callsToday: number;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  body: unknown;
  /** Who writes, and whether unique values are guarded. */
  write: WriteOptions;
  /** What is wrong with the page that is answered. */
  pagingFault: PagingFault['kind'] | undefined;
  /** Called by a dated path, whose answers differ in places. */
  dated: boolean;
}

export interface Route {
  /** Such as `objects.batchRead`; the name in the call log, in faults and in the coverage table. */
  operation: string;
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Path patterns with `{parameters}`; the dated ones hold `{version}`. */
  paths: readonly string[];
  kind: 'read' | 'write' | 'search';
  handle: (context: RouteContext) => Reply;
}

/** The same path below objects v3 and below the dated API. */
export function objectPaths(rest = ''): string[] {
  return [`/crm/v3/objects/{objectType}${rest}`, `/crm/objects/{version}/{objectType}${rest}`];
}

/** The same path below associations v4 and below the dated API. */
export function associationPaths(rest: string): string[] {
  const types = '{fromObjectType}/{toObjectType}';
  return [`/crm/v4/associations/${types}${rest}`, `/crm/associations/{version}/${types}${rest}`];
}

/**
 * The body, checked.
 * @throws {RefusedError} 400 in HubSpot's words.
 */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badRequest(`Invalid input JSON on line 1, column 1: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** Text or number in, text out: HubSpot takes ids either way. */
export const IdInput = z.union([z.string(), z.number()]).transform(String);

/** Values of a list in a query: comma-separated or a repeated key. */
export function queryList(query: URLSearchParams, name: string): string[] {
  return query.getAll(name).flatMap((value) => value.split(',').flatMap((part) => part.trim() || []));
}

/** 400 when a batch holds more inputs than HubSpot takes. */
export function limitInputs(inputs: readonly unknown[], most: number): void {
  if (inputs.length <= most) return;
  throw badRequest(
    `The maximum number of inputs supported in a batch request is ${most}, but ${inputs.length} were given`,
  );
}
