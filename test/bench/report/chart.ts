import * as echarts from 'echarts';
import { CONTESTANTS, type ContestantName } from '../process/contestant.ts';
import type { BenchRun } from './bench-run.ts';
import { endpointOf, NAMES, rushOf } from './tables.ts';

const WIDTH = 1000;
const HEIGHT = 620;
const COLORS: Record<ContestantName, string> = { ours: '#0f7b6c', official: '#7c8da5', naive: '#d9822b' };
const CACHED_COLOR = '#7fc8bb';
const TEXT = { color: '#24292f', fontFamily: 'Helvetica, Arial, sans-serif' };

/** What the chart shows, topmost first: its label and the scenario's name. */
const REQUESTS = [
  ['webhook, 100 events', 'webhook, 100 events'],
  ['sync of 20 sessions', 'sync-capacity, 20 sessions'],
  ['sessions, seats counted', 'available, realtime'],
  ['list of 50 bookings', 'list of 50, rollups empty'],
  ['create', 'create, first booking'],
  ['cancel', 'cancel'],
  ['capacity', 'capacity'],
  ['credits', 'validate-credits'],
] as const;

/** Bars of nothing still begin somewhere on a logarithmic axis. */
const NOTHING = 0.7;

/** Those that have bars; a cached answer takes no call, which its label alone can show. */
const CONTESTANTS_DRAWN = [NAMES.naive, NAMES.official, NAMES.ours];

/** The picture that README and page show, as SVG. */
export function drawChart(run: BenchRun): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  const left = requestPanel(run);
  const right = rushPanel(run);
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: TEXT,
    title: [
      { text: 'HubSpot calls for one request (log scale)', left: 20, top: 14, textStyle: { ...TEXT, fontSize: 17 } },
      { text: 'Students served right in a rush', left: 590, top: 14, textStyle: { ...TEXT, fontSize: 17 } },
    ],
    legend: {
      data: CONTESTANTS_DRAWN,
      bottom: 12,
      left: 'center',
      textStyle: { ...TEXT, fontSize: 13 },
      itemGap: 24,
      selectedMode: false,
    },
    grid: [
      { left: 175, top: 60, width: 370, bottom: 80 },
      { left: 730, top: 60, width: 220, bottom: 80 },
    ],
    xAxis: [left.xAxis, right.xAxis],
    yAxis: [left.yAxis, right.yAxis],
    series: [...left.series, ...right.series],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}

const axisText = { ...TEXT, fontSize: 13 };
const split = { lineStyle: { color: '#e6e9ee' } };

function categoryAxis(gridIndex: number, labels: readonly string[]) {
  return {
    type: 'category' as const,
    gridIndex,
    inverse: true,
    data: [...labels],
    axisLabel: { ...axisText, lineHeight: 16 },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: '#8c959f' } },
  };
}

function bars(
  name: string,
  color: string,
  panel: number,
  data: readonly (number | null)[],
  format: (value: number) => string,
) {
  return {
    type: 'bar' as const,
    name,
    xAxisIndex: panel,
    yAxisIndex: panel,
    data: [...data],
    itemStyle: { color },
    barGap: '12%',
    barCategoryGap: '28%',
    label: {
      ...TEXT,
      show: true,
      position: 'right' as const,
      fontSize: 11,
      formatter: ({ value }: { value: unknown }) => (typeof value === 'number' ? format(value) : ''),
    },
  };
}

function requestPanel(run: BenchRun) {
  const shown = REQUESTS.filter(([, name]) => endpointOf(run, 'ours', name));
  const bar = (calls: number | undefined) => (calls === undefined ? null : Math.max(NOTHING, calls));
  const calls = (who: ContestantName) => shown.map(([, name]) => bar(endpointOf(run, who, name)?.cold.calls));
  const cached = shown.map(([, name]) => bar(endpointOf(run, 'ours', name)?.warm?.calls));
  const format = (value: number) => (value === NOTHING ? '0' : String(value));
  return {
    xAxis: {
      type: 'log' as const,
      gridIndex: 0,
      min: NOTHING,
      max: 300,
      startValue: NOTHING,
      splitLine: split,
      axisLabel: { ...axisText, formatter: (value: number) => (value >= 1 && value < 300 ? String(value) : '') },
    },
    yAxis: categoryAxis(
      0,
      shown.map(([label]) => label),
    ),
    series: [
      ...CONTESTANTS.toReversed().map((who) => bars(NAMES[who], COLORS[who], 0, calls(who), format)),
      bars(`${NAMES.ours}, cached`, CACHED_COLOR, 0, cached, (value) => `${format(value)} cached`),
    ],
  };
}

function rushPanel(run: BenchRun) {
  const plans = run.rushes
    .filter(({ contestant, plan }) => contestant === 'ours' && plan.compared)
    .map(({ plan }) => plan);
  const labels = plans.map(({ students, spreadMs }) => `${students} students\nin ${spreadMs / 1000} s`);
  const share = (who: ContestantName) =>
    plans.map(({ name }) => {
      const result = rushOf(run, who, name);
      return result ? Math.floor((result.right / result.plan.students) * 100) : null;
    });
  return {
    xAxis: {
      type: 'value' as const,
      gridIndex: 1,
      max: 100,
      splitLine: split,
      axisLabel: { ...axisText, formatter: '{value} %' },
    },
    yAxis: categoryAxis(1, labels),
    series: CONTESTANTS.toReversed().map((who) =>
      bars(NAMES[who], COLORS[who], 1, share(who), (value) => `${value} %`),
    ),
  };
}
