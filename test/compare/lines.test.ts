import { describe, expect, it } from 'vitest';
import { parseLine } from '../../src/compare/lines.ts';

const sent = (line: string) => {
  const parsed = parseLine(line);
  return parsed && 'request' in parsed ? [parsed.request.method, parsed.request.path, parsed.request.body] : parsed;
};

describe('a line', () => {
  it.each([
    [
      'GET /api/bookings/list?student_id=1&email=a@b.ca',
      ['GET', '/api/bookings/list?student_id=1&email=a@b.ca', undefined],
    ],
    ['  GET /api/mock-exams/17/capacity  ', ['GET', '/api/mock-exams/17/capacity', undefined]],
    [
      'POST /api/mock-exams/validate-credits {"student_id":"1"}',
      ['POST', '/api/mock-exams/validate-credits', '{"student_id":"1"}'],
    ],
    [
      '203.0.113.9 - - [27/Nov/2026:10:00:00 +0000] "GET /api/mock-exams/available?mock_type=Mini-mock HTTP/1.1" 200 512',
      ['GET', '/api/mock-exams/available?mock_type=Mini-mock', undefined],
    ],
    ['{"method":"GET","path":"/api/health","status":200}', ['GET', '/api/health', undefined]],
    [
      '{"requestMethod":"GET","requestPath":"bookings.example.com/x","proxy":{"method":"GET","path":"/api/bookings/12?student_id=1"}}',
      ['GET', '/api/bookings/12?student_id=1', undefined],
    ],
  ])('%s is a request', (line, request) => {
    expect(sent(line)).toEqual(request);
  });

  it.each([[''], ['   '], ['# GET /api/health']])('%j says nothing', (line) => {
    expect(parseLine(line)).toBeNull();
  });

  it.each([
    ['DELETE /api/bookings/12 {"student_id":"1"}', 'DELETE /api/bookings/{id} is never replayed'],
    ['GET /api/mock-exams/sync-capacity', 'GET /api/mock-exams/sync-capacity is never replayed'],
    ['GET /api/cron/warm-cache', 'GET /api/cron/warm-cache is never replayed'],
    ['GET /api/bookings/../cron/warm-cache', 'GET /api/cron/warm-cache is never replayed'],
    ['GET /api/bookings/%2e%2e/cron/warm-cache', 'GET /api/cron/warm-cache is never replayed'],
    ['PUT /api/bookings/12 {}', 'not known to be a read'],
    ['GET /api/unknown', 'not known to be a read'],
    ['POST /api/mock-exams/available', 'not known to be a read'],
    ['GET /favicon.ico', 'not below /api/'],
    ['POST /api/mock-exams/validate-credits', 'its body is not in the line'],
    ['POST /api/mock-exams/validate-credits {broken}', 'its body is no JSON'],
    ['{"message":"started"}', 'no request in the line'],
    ['{broken', 'no request in the line'],
    ['hello', 'no request in the line'],
  ])('%s is not sent', (line, reason) => {
    expect(parseLine(line)).toEqual({ skipped: reason });
  });
});
